/*
 * The container's control groups: <hierarchy>/box/<id> in each hierarchy of the machine, or the one
 * of version 2. All containers are below `box`, so that one `ls` shows them.
 */
#include <errno.h>
#include <linux/mount.h>
#include <linux/sched.h>
#include <sched.h>
#include <string.h>
#include <sys/file.h>

#include "../cgroup_tree.h"
#include "../failure.h"
#include "../mount.h"
#include "../text.h"
#include "launch.h"

#define ALL_CONTAINERS "box"
#define CPU_PERIOD_US 100000
#define MOUNT_POINT "/sys/fs/cgroup"

bool launch_group_path(const struct launch *launch, const struct hierarchy *hierarchy,
                       const char *file, char path[CGROUP_PATH_BYTES]) {
  return cgroup_path(path, hierarchy, ALL_CONTAINERS, launch->container->id, file);
}

static int copy_file(struct tracer *tracer, const struct hierarchy *hierarchy, const char *file) {
  char path[CGROUP_PATH_BYTES];
  char value[256];
  cgroup_path(path, hierarchy, file, NULL, NULL);
  long result = read_text(AT_FDCWD, path, value, sizeof(value));
  if (result >= 0) {
    cgroup_path(path, hierarchy, ALL_CONTAINERS, file, NULL);
    result = trace_write_file(tracer, path, value);
  }
  return result < 0 ? -1 : 0;
}

/* The group above all containers', made with the first of them. */
static long make_common_group(struct tracer *tracer, const struct hierarchy *hierarchy,
                              bool pure_v2) {
  static const char *const controllers[] = {"+memory", "+pids", "+cpu", "+io", "+cpuset"};
  char path[CGROUP_PATH_BYTES];
  cgroup_path(path, hierarchy, ALL_CONTAINERS, NULL, NULL);
  long result = TRACED(tracer, mkdirat, DIRECTORY(AT_FDCWD), STRING(path), OCTAL(0755));
  if (result < 0 && result != -EEXIST) {
    return result;
  }
  if (cgroup_has(hierarchy->controllers, "cpuset")) {
    /* A cpuset group starts with no CPU at all; those below are to have what it has. */
    copy_file(tracer, hierarchy, "cpuset.cpus");
    copy_file(tracer, hierarchy, "cpuset.mems");
    cgroup_path(path, hierarchy, ALL_CONTAINERS, "cgroup.clone_children", NULL);
    trace_write_file(tracer, path, "1");
  }
  for (size_t i = 0; pure_v2 && i < sizeof(controllers) / sizeof(controllers[0]); i++) {
    /* Some may not exist here; a limit that needs one says so. */
    cgroup_path(path, hierarchy, ALL_CONTAINERS, "cgroup.subtree_control", NULL);
    trace_write_file(tracer, path, controllers[i]);
  }
  return 0;
}

static long make_group(struct launch *launch, struct tracer *tracer, uint32_t index) {
  const struct hierarchy *hierarchy = &launch->cgroups.hierarchies[index];
  char path[CGROUP_PATH_BYTES];
  if (!launch_group_path(launch, hierarchy, NULL, path)) {
    return -ENAMETOOLONG;
  }
  long result = TRACED(tracer, mkdirat, DIRECTORY(AT_FDCWD), STRING(path), OCTAL(0755));
  if (result == -ENOENT) {
    /* The first container of this machine. */
    result = make_common_group(tracer, hierarchy, launch->cgroups.pure_v2);
    if (result == 0) {
      result = TRACED(tracer, mkdirat, DIRECTORY(AT_FDCWD), STRING(path), OCTAL(0755));
    }
  }
  launch->grouped[index] = result == 0;
  return result;
}

/* One file of a group, as its version calls it. */
struct limit {
  const char *controller;
  const char *v1_file;
  const char *v2_file;
  char v1_value[96];
  char v2_value[96];
  bool optional;
};

static int write_limit(struct launch *launch, struct tracer *tracer, const struct limit *limit) {
  char path[CGROUP_PATH_BYTES];
  for (uint32_t i = 0; i < launch->cgroups.count; i++) {
    const struct hierarchy *hierarchy = &launch->cgroups.hierarchies[i];
    bool here = hierarchy->unified ? launch->cgroups.pure_v2
                                   : cgroup_has(hierarchy->controllers, limit->controller);
    if (!here) {
      continue;
    }
    launch_group_path(launch, hierarchy, hierarchy->unified ? limit->v2_file : limit->v1_file,
                      path);
    long result =
        trace_write_file(tracer, path, hierarchy->unified ? limit->v2_value : limit->v1_value);
    if (result < 0 && !(limit->optional && result == -ENOENT)) {
      return fail(&launch->failure, tracer->step, path, result);
    }
    return 0;
  }
  return limit->optional ? 0 : fail(&launch->failure, tracer->step, limit->controller, -ENOENT);
}

static void set_number(char value[96], long long number) {
  struct text text = text_begin(value, 96);
  text_number(&text, number);
}

static int limit_memory(struct launch *launch, struct tracer *tracer) {
  struct limit limit = {"memory", "memory.limit_in_bytes", "memory.max", "", "", false};
  /* No swap on top of it, where that is counted. On v1 this number is memory and swap together. */
  struct limit swap = {"memory", "memory.memsw.limit_in_bytes", "memory.swap.max", "", "0", true};
  set_number(limit.v1_value, launch->container->memory);
  set_number(limit.v2_value, launch->container->memory);
  set_number(swap.v1_value, launch->container->memory);
  return write_limit(launch, tracer, &limit) < 0 ? -1 : write_limit(launch, tracer, &swap);
}

static int limit_cpu(struct launch *launch, struct tracer *tracer) {
  struct limit period = {"cpu", "cpu.cfs_period_us", "cpu.max", "", "", false};
  struct limit quota = {"cpu", "cpu.cfs_quota_us", "cpu.max", "", "", false};
  const long long quota_us = launch->container->nano_cpus / (NANOSECONDS / CPU_PERIOD_US);
  set_number(period.v1_value, CPU_PERIOD_US);
  set_number(quota.v1_value, quota_us);
  struct text text = TEXT(quota.v2_value);
  text_number(&text, quota_us);
  text_append(&text, " ");
  text_number(&text, CPU_PERIOD_US);
  if (!launch->cgroups.pure_v2 && write_limit(launch, tracer, &period) < 0) {
    return -1;
  }
  return write_limit(launch, tracer, &quota);
}

static int limit_cpu_shares(struct launch *launch, struct tracer *tracer) {
  struct limit limit = {"cpu", "cpu.shares", "cpu.weight", "", "", false};
  const long long shares = launch->container->cpu_shares;
  set_number(limit.v1_value, shares);
  /* 2 to 262144 become 1 to 10000, as every runtime converts them. */
  set_number(limit.v2_value, 1 + (shares - 2) * 9999 / 262142);
  return write_limit(launch, tracer, &limit);
}

static int limit_cpuset(struct launch *launch, struct tracer *tracer) {
  struct limit limit = {"cpuset", "cpuset.cpus", "cpuset.cpus", "", "", false};
  text_join(limit.v1_value, sizeof(limit.v1_value), launch->container->cpuset_cpus, "", "");
  text_join(limit.v2_value, sizeof(limit.v2_value), launch->container->cpuset_cpus, "", "");
  return write_limit(launch, tracer, &limit);
}

static int limit_pids(struct launch *launch, struct tracer *tracer) {
  struct limit limit = {"pids", "pids.max", "pids.max", "", "", false};
  set_number(limit.v1_value, launch->container->pids);
  set_number(limit.v2_value, launch->container->pids);
  return write_limit(launch, tracer, &limit);
}

/* "wbps 7:0 5242880 /dev/loop0" */
static int limit_device(struct launch *launch, struct tracer *tracer, const char *words) {
  static const struct {
    const char *kind;
    const char *v1_file;
  } files[] = {{"rbps", "blkio.throttle.read_bps_device"},
               {"wbps", "blkio.throttle.write_bps_device"},
               {"riops", "blkio.throttle.read_iops_device"},
               {"wiops", "blkio.throttle.write_iops_device"}};
  struct limit limit = {"blkio", "", "io.max", "", "", false};
  size_t kind = strcspn(words, " ");
  const char *device = words + kind + 1;
  const char *value = strchr(device, ' ') + 1;
  for (size_t i = 0; i < sizeof(files) / sizeof(files[0]); i++) {
    if (strlen(files[i].kind) == kind && strncmp(files[i].kind, words, kind) == 0) {
      limit.v1_file = files[i].v1_file;
    }
  }
  struct text v1 = TEXT(limit.v1_value);
  struct text v2 = TEXT(limit.v2_value);
  for (const char *at = device; at < value; at++) {
    text_character(&v1, *at);
    text_character(&v2, *at);
  }
  for (const char *at = words; at < device - 1; at++) {
    text_character(&v2, *at);
  }
  text_character(&v2, '=');
  for (const char *at = value; *at != '\0' && *at != ' '; at++) {
    text_character(&v1, *at);
    text_character(&v2, *at);
  }
  return write_limit(launch, tracer, &limit);
}

static int write_limits(struct launch *launch, struct tracer *tracer) {
  const struct container *container = launch->container;
  if ((container->memory > 0 && limit_memory(launch, tracer) < 0) ||
      (container->nano_cpus > 0 && limit_cpu(launch, tracer) < 0) ||
      (container->cpu_shares > 0 && limit_cpu_shares(launch, tracer) < 0) ||
      (container->cpuset_cpus[0] != '\0' && limit_cpuset(launch, tracer) < 0) ||
      (container->pids > 0 && limit_pids(launch, tracer) < 0)) {
    return -1;
  }
  for (size_t i = 0; i < container->device_limits.count; i++) {
    if (limit_device(launch, tracer, container->device_limits.items[i]) < 0) {
      return -1;
    }
  }
  return 0;
}

/*
 * Of containers that start at the same time, the first makes the group above all of them, and the
 * others must not find it before it has what they are to get of it. Unlocked when closed.
 */
static int lock_groups(const struct launch *launch) {
  long lock =
      sys_openat(AT_FDCWD, launch->cgroups.hierarchies[0].mount_point, O_RDONLY | O_DIRECTORY);
  long result = lock;
  while (lock >= 0 && (result = system_call(SYS_flock, lock, LOCK_EX, 0, 0, 0, 0)) == -EINTR) {
  }
  if (lock >= 0 && result < 0) {
    sys_close((int)lock);
  }
  return (int)(result < 0 ? result : lock);
}

int launch_groups(struct launch *launch, struct tracer *tracer) {
  char path[CGROUP_PATH_BYTES];
  OWNED_FD lock = lock_groups(launch);
  if (lock < 0) {
    return fail(&launch->failure, tracer->step, "lock", lock);
  }
  for (uint32_t i = 0; i < launch->cgroups.count; i++) {
    struct hierarchy *hierarchy = &launch->cgroups.hierarchies[i];
    long result = make_group(launch, tracer, i);
    if (result == 0) {
      launch_group_path(launch, hierarchy, hierarchy->unified ? NULL : "tasks", path);
      result = sys_openat(AT_FDCWD, path, hierarchy->unified ? O_PATH | O_DIRECTORY : O_WRONLY);
    }
    if (result < 0) {
      launch_group_path(launch, hierarchy, NULL, path);
      return fail(&launch->failure, tracer->step, path, result);
    }
    *(hierarchy->unified ? &launch->unified_group : &hierarchy->tasks) = (int)result;
  }
  return write_limits(launch, tracer);
}

/* In version 2 it was born in its group. */
int launch_join_groups(struct launch *launch, struct tracer *tracer) {
  const char *object = "";
  long result = cgroup_join_at(tracer, &launch->cgroups, ALL_CONTAINERS, launch->container->id,
                               "tasks", &object);
  return result < 0 ? fail(&launch->failure, tracer->step, object, result) : 0;
}

/* The directory of the hierarchies is a tmpfs, and as read-only as they are. */
static int mount_v1(struct launch *launch, struct tracer *tracer, unsigned long flags) {
  struct mount_attr attributes = {.attr_set = MOUNT_ATTR_RDONLY};
  if (cgroup_mount_v1(&launch->failure, tracer, &launch->cgroups, flags) < 0) {
    return -1;
  }
  long result = flags == 0 ? 0
                           : TRACED(tracer, mount_setattr, DIRECTORY(AT_FDCWD), STRING(MOUNT_POINT),
                                    NUMBER(0), AS(&attributes, "{attr_set=MOUNT_ATTR_RDONLY}"),
                                    NUMBER(sizeof(attributes)));
  return result < 0 ? fail(&launch->failure, tracer->step, MOUNT_POINT, result) : 0;
}

int launch_group_namespace(struct launch *launch, struct tracer *tracer) {
  const unsigned long flags = launch->container->privileged ? 0 : MS_RDONLY;
  if (container_has(launch->container, "cgroup")) {
    long result = TRACED(tracer, unshare, FLAGS(CLONE_NEWCGROUP, CLONE_FLAGS));
    if (result < 0) {
      return fail(&launch->failure, tracer->step, "cgroup namespace", result);
    }
  }
  if (!launch->cgroups.pure_v2) {
    return mount_v1(launch, tracer, flags);
  }
  long result = mount_traced(tracer, "cgroup2", MOUNT_POINT, "cgroup2",
                             MS_NOSUID | MS_NODEV | MS_NOEXEC | flags, NULL);
  return result < 0 ? fail(&launch->failure, tracer->step, MOUNT_POINT, result) : 0;
}

void launch_find_groups(struct launch *launch) {
  struct glassbox_failure failure;
  cgroup_layout_read(&launch->cgroups, &failure);
  for (uint32_t i = 0; i < launch->cgroups.count; i++) {
    launch->grouped[i] = true;
  }
}

/* The number after a word at the beginning of a line. */
static uint64_t counter(const char *text, const char *word) {
  uint64_t number = 0;
  for (const char *line = text; line != NULL; line = strchr(line, '\n')) {
    line += *line == '\n';
    if (strncmp(line, word, strlen(word)) == 0 && line[strlen(word)] == ' ') {
      text_read_number(line + strlen(word) + 1, &number);
    }
  }
  return number;
}

bool launch_was_oom_killed(struct launch *launch) {
  char path[CGROUP_PATH_BYTES];
  char events[1024];
  for (uint32_t i = 0; i < launch->cgroups.count; i++) {
    const struct hierarchy *hierarchy = &launch->cgroups.hierarchies[i];
    if (!hierarchy->unified && !cgroup_has(hierarchy->controllers, "memory")) {
      continue;
    }
    launch_group_path(launch, hierarchy,
                      hierarchy->unified ? "memory.events" : "memory.oom_control", path);
    if (read_text(AT_FDCWD, path, events, sizeof(events)) >= 0 && counter(events, "oom_kill") > 0) {
      return true;
    }
  }
  return false;
}

static long kill_one(void *context, int pid) {
  bool *found = context;
  *found = true;
  system_call(SYS_kill, pid, SIGKILL, 0, 0, 0, 0);
  return 0;
}

static long kill_in_group(void *context, int directory) {
  return cgroup_each_pid(directory, kill_one, context);
}

void launch_kill_groups(struct launch *launch) {
  static const int64_t patience_ns = 5 * NANOSECONDS;
  const int64_t deadline_ns = monotonic_ns() + patience_ns;
  char path[CGROUP_PATH_BYTES];
  bool found = launch->cgroups.count > 0;
  while (found && monotonic_ns() < deadline_ns) {
    found = false;
    struct cgroup_visitor visitor = {.enter = kill_in_group, .context = &found};
    launch_group_path(launch, &launch->cgroups.hierarchies[0], NULL, path);
    cgroup_walk(path, &visitor);
    sched_yield();
  }
}
