#include "cgroup.h"

#include <errno.h>
#include <sched.h>
#include <stdlib.h>
#include <string.h>

#include "cgroup_tree.h"
#include "failure.h"
#include "text.h"

#define UNDO_TRIES 100

static const char *const CONTROLLERS[] = {
    "cpuset", "cpu",     "cpuacct",  "blkio",      "memory",  "devices", "freezer",
    "pids",   "net_cls", "net_prio", "perf_event", "hugetlb", "rdma",    "misc",
};

bool cgroup_has(const char *controllers, const char *controller) {
  size_t length = strlen(controller);
  for (const char *at = controllers; at != NULL; at = strchr(at, ',')) {
    at += *at == ',';
    if (strncmp(at, controller, length) == 0 && (at[length] == ',' || at[length] == '\0')) {
      return true;
    }
  }
  return false;
}

bool cgroup_name_is_valid(const char *name) {
  size_t length = strspn(name, "abcdefghijklmnopqrstuvwxyz0123456789-");
  return length > 0 && length <= 64 && name[length] == '\0';
}

bool cgroup_id_is_valid(const char *id) {
  return strspn(id, "0123456789abcdef") == GLASSBOX_ID_BYTES - 1 &&
         id[GLASSBOX_ID_BYTES - 1] == '\0';
}

/* The field of a mountinfo line at an index, cut off in place; NULL when there are fewer. */
static char *field(char *line, unsigned index) {
  char *rest = NULL;
  for (char *at = strtok_r(line, " ", &rest); at != NULL; at = strtok_r(NULL, " ", &rest)) {
    if (index-- == 0) {
      return at;
    }
  }
  return NULL;
}

static bool is_known(const struct cgroup_layout *layout, const struct hierarchy *hierarchy) {
  for (uint32_t i = 0; i < layout->count; i++) {
    const struct hierarchy *known = &layout->hierarchies[i];
    if (known->unified == hierarchy->unified &&
        strcmp(known->controllers, hierarchy->controllers) == 0) {
      return true;
    }
  }
  return false;
}

/*
 * Adds the hierarchy that a line of mountinfo shows. A v1 hierarchy that is only named (systemd's)
 * limits nothing and is left to its owner.
 */
static void add_hierarchy(struct cgroup_layout *layout, char *line) {
  char *filesystem = strstr(line, " - cgroup");
  if (filesystem == NULL || layout->count == CGROUP_HIERARCHIES_MAX) {
    return;
  }
  struct hierarchy hierarchy = {.tasks = -1, .root = -1};
  filesystem += strlen(" - ");
  hierarchy.unified = strncmp(filesystem, "cgroup2 ", strlen("cgroup2 ")) == 0;
  if (!hierarchy.unified) {
    const char *options = strrchr(filesystem, ' ') + 1;
    struct text controllers = TEXT(hierarchy.controllers);
    for (size_t i = 0; i < sizeof(CONTROLLERS) / sizeof(CONTROLLERS[0]); i++) {
      if (cgroup_has(options, CONTROLLERS[i])) {
        text_append(&controllers, controllers.length == 0 ? "" : ",");
        text_append(&controllers, CONTROLLERS[i]);
      }
    }
    if (controllers.length == 0) {
      return;
    }
  }
  const char *mount_point = field(line, 4);
  if (mount_point == NULL || is_known(layout, &hierarchy) ||
      !text_join(hierarchy.mount_point, sizeof(hierarchy.mount_point), mount_point, "", "") ||
      !text_join(hierarchy.name, sizeof(hierarchy.name), strrchr(mount_point, '/') + 1, "", "")) {
    return;
  }
  layout->pure_v2 = layout->pure_v2 && hierarchy.unified;
  layout->hierarchies[layout->count++] = hierarchy;
}

static void free_text(char **text) {
  free(*text);
}

int cgroup_layout_read(struct cgroup_layout *layout, struct glassbox_failure *failure) {
  static const size_t mountinfo_bytes = 1 << 20;
  *layout = (struct cgroup_layout){.pure_v2 = true};
  __attribute__((cleanup(free_text))) char *mountinfo = malloc(mountinfo_bytes);
  if (mountinfo == NULL) {
    return fail(failure, "cgroup", "mountinfo", -ENOMEM);
  }
  long size = read_text(AT_FDCWD, "/proc/self/mountinfo", mountinfo, mountinfo_bytes);
  if (size < 0) {
    return fail(failure, "cgroup", "/proc/self/mountinfo", size);
  }
  char *rest = NULL;
  for (char *line = strtok_r(mountinfo, "\n", &rest); line != NULL;
       line = strtok_r(NULL, "\n", &rest)) {
    add_hierarchy(layout, line);
  }
  if (layout->count == 0) {
    return fail(failure, "cgroup", "/sys/fs/cgroup", -ENOENT);
  }
  return 0;
}

void cgroup_layout_close(struct cgroup_layout *layout) {
  for (uint32_t i = 0; i < layout->count; i++) {
    close_owned(&layout->hierarchies[i].tasks);
    close_owned(&layout->hierarchies[i].root);
  }
}

struct hierarchy *cgroup_unified(struct cgroup_layout *layout) {
  for (uint32_t i = 0; i < layout->count; i++) {
    if (layout->hierarchies[i].unified) {
      return &layout->hierarchies[i];
    }
  }
  return NULL;
}

bool cgroup_path(char path[CGROUP_PATH_BYTES], const struct hierarchy *hierarchy, const char *lab,
                 const char *id, const char *below) {
  struct text text = text_begin(path, CGROUP_PATH_BYTES);
  const char *const parts[] = {lab, id, below};
  text_append(&text, hierarchy->mount_point);
  for (size_t i = 0; i < 3 && parts[i] != NULL; i++) {
    text_character(&text, '/');
    text_append(&text, parts[i]);
  }
  return !text.truncated;
}

int cgroup_delegate(struct tracer *tracer, const char *path, const char *const *files,
                    uint32_t owner, struct glassbox_failure *failure) {
  long result = TRACED(tracer, mkdirat, DIRECTORY(AT_FDCWD), STRING(path), OCTAL(0755));
  if (result < 0) {
    return fail(failure, tracer->step, path, result);
  }
  result = TRACED(tracer, fchownat, DIRECTORY(AT_FDCWD), STRING(path), NUMBER(owner), NUMBER(owner),
                  NUMBER(0));
  for (; result == 0 && *files != NULL; files++) {
    char file[CGROUP_PATH_BYTES];
    text_join(file, sizeof(file), path, "/", *files);
    result = TRACED(tracer, fchownat, DIRECTORY(AT_FDCWD), STRING(file), NUMBER(owner),
                    NUMBER(owner), NUMBER(0));
    /* cgroup.threads is younger than cgroup2 and never in v1. */
    result = result == -ENOENT ? 0 : result;
  }
  return result < 0 ? fail(failure, tracer->step, path, result) : 0;
}

long cgroup_open_leaf(struct cgroup_layout *layout, const char *lab, const char *id, bool leaf) {
  const struct hierarchy *unified = cgroup_unified(layout);
  if (unified == NULL) {
    return -1;
  }
  char path[CGROUP_PATH_BYTES];
  const char *below = leaf && layout->pure_v2 ? CGROUP_DELEGATED "/" CGROUP_LEAF : CGROUP_DELEGATED;
  if (!cgroup_path(path, unified, lab, id, below)) {
    return -ENAMETOOLONG;
  }
  return sys_openat(AT_FDCWD, path, O_PATH | O_DIRECTORY | O_NOFOLLOW);
}

long cgroup_open_tasks(struct cgroup_layout *layout, const char *lab, const char *id) {
  for (uint32_t i = 0; i < layout->count; i++) {
    struct hierarchy *hierarchy = &layout->hierarchies[i];
    char path[CGROUP_PATH_BYTES];
    if (hierarchy->unified) {
      continue;
    }
    if (!cgroup_path(path, hierarchy, lab, id, CGROUP_DELEGATED "/tasks")) {
      return -ENAMETOOLONG;
    }
    long fd = sys_openat(AT_FDCWD, path, O_WRONLY | O_NOFOLLOW);
    if (fd < 0) {
      return fd;
    }
    hierarchy->tasks = (int)fd;
  }
  return 0;
}

long cgroup_join(struct tracer *tracer, const struct cgroup_layout *layout, const char *lab,
                 const char *id, const char **object) {
  return cgroup_join_at(tracer, layout, lab, id, CGROUP_DELEGATED "/tasks", object);
}

long cgroup_join_at(struct tracer *tracer, const struct cgroup_layout *layout, const char *lab,
                    const char *id, const char *file, const char **object) {
  for (uint32_t i = 0; i < layout->count; i++) {
    const struct hierarchy *hierarchy = &layout->hierarchies[i];
    if (hierarchy->tasks < 0) {
      continue;
    }
    char path[CGROUP_PATH_BYTES];
    char reading[224];
    cgroup_path(path, hierarchy, lab, id, file);
    struct text label = TEXT(reading);
    text_number(&label, hierarchy->tasks);
    text_append(&label, "<");
    text_append(&label, path);
    text_append(&label, ">");
    /* `tasks` and 0: a single thread that moves itself waits for no grace period of RCU. */
    long result = TRACED(tracer, write, AS(hierarchy->tasks, reading), BYTES("0"), NUMBER(1));
    if (result < 0) {
      *object = hierarchy->name;
      return result;
    }
  }
  return 0;
}

void cgroup_undo(struct cgroup_layout *layout, const char *lab, const char *id) {
  for (uint32_t i = 0; i < layout->count; i++) {
    char path[CGROUP_PATH_BYTES];
    struct hierarchy *hierarchy = &layout->hierarchies[i];
    if (hierarchy->made && cgroup_path(path, hierarchy, lab, id, NULL)) {
      /* Nobody would remove it later: what fails for a moment is tried again. */
      for (int tries = 1; cgroup_remove(path) < 0 && tries < UNDO_TRIES; tries++) {
        sched_yield();
      }
      hierarchy->made = false;
    }
  }
}
