/* The tree of control groups that the sandbox was given: see cgroups(7), both versions. */
#include <errno.h>
#include <string.h>

#include "../cgroup_tree.h"
#include "../syscalls.h"
#include "../text.h"
#include "snapshot.h"

/* Files of a group, by the controller that has them; an empty name is for every group. */
struct controller_files {
  const char *controller;
  const char *const *files;
};

#define FILES(...) ((const char *const[]){__VA_ARGS__, NULL})

static const struct controller_files V1_FILES[] = {
    {"cpu", FILES("cpu.cfs_quota_us", "cpu.cfs_period_us", "cpu.shares", "cpu.stat")},
    {"cpuacct", FILES("cpuacct.usage")},
    {"cpuset", FILES("cpuset.cpus", "cpuset.mems", "cpuset.effective_cpus")},
    {"memory", FILES("memory.limit_in_bytes", "memory.usage_in_bytes", "memory.max_usage_in_bytes",
                     "memory.soft_limit_in_bytes", "memory.memsw.limit_in_bytes", "memory.failcnt",
                     "memory.oom_control", "memory.swappiness")},
    {"pids", FILES("pids.max", "pids.current", "pids.events")},
    {"blkio", FILES("blkio.throttle.read_bps_device", "blkio.throttle.write_bps_device",
                    "blkio.throttle.read_iops_device", "blkio.throttle.write_iops_device",
                    "blkio.throttle.io_service_bytes", "blkio.throttle.io_serviced")},
    {"freezer", FILES("freezer.state")},
    {"net_cls", FILES("net_cls.classid")},
    {"devices", FILES("devices.list")},
    {"", FILES("cgroup.procs")},
};

static const struct controller_files V2_FILES[] = {
    {"", FILES("cgroup.procs", "cgroup.type", "cgroup.controllers", "cgroup.subtree_control",
               "cgroup.events", "cgroup.freeze")},
    {"cpu", FILES("cpu.max", "cpu.weight", "cpu.stat")},
    {"cpuset", FILES("cpuset.cpus", "cpuset.mems", "cpuset.cpus.effective")},
    {"memory", FILES("memory.max", "memory.high", "memory.low", "memory.current", "memory.peak",
                     "memory.swap.max", "memory.events", "memory.oom.group")},
    {"pids", FILES("pids.max", "pids.current", "pids.events")},
    {"io", FILES("io.max", "io.stat", "io.weight")},
};

struct look {
  struct snapshot *snapshot;
  const struct hierarchy *hierarchy;
  /* The path of what the sandbox was given; the rest of a group's path is its name. */
  char top[CGROUP_PATH_BYTES];
  uint32_t count;
};

static void write_files(struct look *look, int directory, const struct controller_files *rows,
                        size_t count) {
  struct json *json = &look->snapshot->json;
  for (size_t i = 0; i < count; i++) {
    bool has = look->hierarchy->unified || rows[i].controller[0] == '\0' ||
               cgroup_has(look->hierarchy->controllers, rows[i].controller);
    for (const char *const *file = rows[i].files; has && *file != NULL; file++) {
      char text[1024];
      if (read_text(directory, *file, text, sizeof(text)) >= 0) {
        json_key_string(json, *file, text);
      }
    }
  }
}

/* The group's path below the top, from the kernel, for names on the way may have changed. */
static const char *group_path(const struct look *look, int directory, char *path, size_t capacity) {
  char link[40];
  struct text text = TEXT(link);
  text_append(&text, "/proc/thread-self/fd/");
  text_number(&text, directory);
  long length =
      system_call(SYS_readlinkat, AT_FDCWD, (long)link, (long)path, (long)capacity - 1, 0, 0);
  if (length < 0) {
    return NULL;
  }
  path[length] = '\0';
  size_t top = strlen(look->top);
  if (strncmp(path, look->top, top) != 0) {
    return NULL;
  }
  return path[top] == '\0' ? "/" : path + top;
}

static long write_group(void *context, int directory) {
  struct look *look = context;
  struct snapshot *snapshot = look->snapshot;
  struct json *json = &snapshot->json;
  if (look->count++ == SNAPSHOT_GROUPS_MAX || snapshot_late(snapshot)) {
    snapshot->cut |= CUT_GROUPS;
    return 2;
  }
  char buffer[CGROUP_PATH_BYTES * 4];
  const char *path = group_path(look, directory, buffer, sizeof(buffer));
  if (path == NULL) {
    return 0;
  }
  size_t mark = json->length;
  json_open(json, '{');
  json_key_string(json, "controllers", look->hierarchy->controllers);
  json_key_string(json, "path", path);
  json_key(json, "files");
  json_open(json, '{');
  if (look->hierarchy->unified) {
    write_files(look, directory, V2_FILES, sizeof(V2_FILES) / sizeof(V2_FILES[0]));
  } else {
    write_files(look, directory, V1_FILES, sizeof(V1_FILES) / sizeof(V1_FILES[0]));
  }
  json_close(json, '}');
  json_close(json, '}');
  return snapshot_finish(snapshot, mark, CUT_GROUPS) ? 0 : 2;
}

void snapshot_groups(struct snapshot *snapshot) {
  snapshot_open_list(snapshot, "groups");
  for (uint32_t i = 0; i < snapshot->layout.count; i++) {
    struct look look = {.snapshot = snapshot, .hierarchy = &snapshot->layout.hierarchies[i]};
    const struct cgroup_visitor visitor = {.enter = write_group, .context = &look};
    cgroup_path(look.top, look.hierarchy, snapshot->lab, snapshot->id, CGROUP_DELEGATED);
    if (cgroup_walk(look.top, &visitor) == -E2BIG) {
      snapshot->cut |= CUT_GROUPS;
    }
  }
  snapshot_close_list(snapshot);
}
