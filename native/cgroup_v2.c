/* Version 2: one hierarchy for all controllers, alone or, without controllers, beside v1. */
#include <errno.h>
#include <string.h>

#include "cgroup.h"
#include "cgroup_tree.h"
#include "failure.h"
#include "text.h"

#define CPU_PERIOD_US 100000

static const char *const DELEGATED_FILES[] = {"cgroup.procs", "cgroup.threads",
                                              "cgroup.subtree_control", NULL};

/* Controllers that sandboxes get. Without the first three there would be no limits. */
static const struct {
  const char *enable;
  bool required;
} CONTROLLERS[] = {
    {"+memory", true}, {"+pids", true}, {"+cpu", true}, {"+io", false}, {"+cpuset", false}};

/* Enables the controllers for the groups below one group. */
static int enable_controllers(struct tracer *tracer, const char *path,
                              struct glassbox_failure *failure) {
  for (size_t i = 0; i < sizeof(CONTROLLERS) / sizeof(CONTROLLERS[0]); i++) {
    long result = trace_write_file(tracer, path, CONTROLLERS[i].enable);
    if (result < 0 && CONTROLLERS[i].required) {
      return fail(failure, "cgroup", path, result);
    }
  }
  return 0;
}

/* One file of a group's limits. Optional: not every kernel has it. */
struct limit {
  const char *file;
  const char *value;
  bool optional;
};

static int write_limits(struct tracer *tracer, const struct glassbox_spec *spec,
                        const struct hierarchy *hierarchy, bool pure,
                        struct glassbox_failure *failure) {
  char memory[24];
  char pids[24];
  char cpu[48];
  struct text text = TEXT(memory);
  text_number(&text, (int64_t)spec->memory_bytes);
  text = TEXT(pids);
  text_number(&text, spec->pids_max);
  text = TEXT(cpu);
  text_number(&text, (int64_t)(spec->cpus * CPU_PERIOD_US));
  text_append(&text, " ");
  text_number(&text, CPU_PERIOD_US);
  const struct limit limits[] = {
      {"memory.max", memory, false},
      {"memory.swap.max", "0", true},
      {"pids.max", pids, false},
      {"cpu.max", cpu, false},
      /* Groups cost kernel memory: a learner gets enough of them, and no more. */
      {"cgroup.max.descendants", "1000", true},
  };
  for (size_t i = 0; i < sizeof(limits) / sizeof(limits[0]); i++) {
    char path[CGROUP_PATH_BYTES];
    if (!pure && strncmp(limits[i].file, "cgroup.", strlen("cgroup.")) != 0) {
      continue;
    }
    cgroup_path(path, hierarchy, spec->lab, spec->id, limits[i].file);
    long result = trace_write_file(tracer, path, limits[i].value);
    if (result < 0 && !(limits[i].optional && result == -ENOENT)) {
      return fail(failure, tracer->step, path, result);
    }
  }
  return 0;
}

int cgroup_v2_make(struct tracer *tracer, const struct glassbox_spec *spec,
                   struct hierarchy *hierarchy, bool pure, struct glassbox_failure *failure) {
  char path[CGROUP_PATH_BYTES];
  if (!cgroup_path(path, hierarchy, spec->lab, spec->id, "cgroup.max.descendants")) {
    return fail(failure, tracer->step, hierarchy->mount_point, -ENAMETOOLONG);
  }
  cgroup_path(path, hierarchy, spec->lab, spec->id, NULL);
  long result = TRACED(tracer, mkdirat, DIRECTORY(AT_FDCWD), STRING(path), OCTAL(0755));
  if (result < 0) {
    return fail(failure, tracer->step, path, result);
  }
  hierarchy->made = true;
  if (write_limits(tracer, spec, hierarchy, pure, failure) < 0) {
    return -1;
  }
  if (pure) {
    cgroup_path(path, hierarchy, spec->lab, spec->id, "cgroup.subtree_control");
    if (enable_controllers(tracer, path, failure) < 0) {
      return -1;
    }
  }
  cgroup_path(path, hierarchy, spec->lab, spec->id, CGROUP_DELEGATED);
  if (cgroup_delegate(tracer, path, DELEGATED_FILES, spec->id_base, failure) < 0) {
    return -1;
  }
  if (!pure) {
    return 0;
  }
  cgroup_path(path, hierarchy, spec->lab, spec->id, CGROUP_DELEGATED "/" CGROUP_LEAF);
  return cgroup_delegate(tracer, path, DELEGATED_FILES, spec->id_base, failure);
}

long cgroup_v2_limit_device(struct tracer *tracer, const struct glassbox_spec *spec,
                            const struct hierarchy *hierarchy, const char *device) {
  char path[CGROUP_PATH_BYTES];
  char value[96];
  struct text text = TEXT(value);
  text_append(&text, device);
  text_append(&text, " rbps=");
  text_number(&text, (int64_t)spec->disk_bytes_per_second);
  text_append(&text, " wbps=");
  text_number(&text, (int64_t)spec->disk_bytes_per_second);
  cgroup_path(path, hierarchy, spec->lab, spec->id, "io.max");
  long result = trace_write_file(tracer, path, value);
  /* Beside v1 this hierarchy has no controllers. */
  return result == -ENOENT ? 0 : result;
}

int cgroup_v2_open(const struct hierarchy *hierarchy, const char *lab, bool pure,
                   struct glassbox_failure *failure) {
  char path[CGROUP_PATH_BYTES];
  struct tracer silent = {0};
  cgroup_path(path, hierarchy, lab, NULL, NULL);
  long result = sys_mkdirat(AT_FDCWD, path, 0755);
  if (result < 0 && result != -EEXIST) {
    return fail(failure, "cgroup", path, result);
  }
  if (!pure) {
    return 0;
  }
  cgroup_path(path, hierarchy, "cgroup.subtree_control", NULL, NULL);
  if (enable_controllers(&silent, path, failure) < 0) {
    return -1;
  }
  cgroup_path(path, hierarchy, lab, "cgroup.subtree_control", NULL);
  return enable_controllers(&silent, path, failure);
}
