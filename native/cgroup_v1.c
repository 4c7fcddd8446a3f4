/* Version 1: one hierarchy for each controller or set of controllers. See cgroups(7). */
#include <errno.h>
#include <string.h>

#include "cgroup.h"
#include "cgroup_tree.h"
#include "failure.h"
#include "text.h"

#define CPU_PERIOD_US 100000

/* What cgroups(7) says that a delegatee must own. The limits above it stay the host's. */
static const char *const DELEGATED_FILES[] = {"cgroup.procs", "tasks", NULL};

/* One file of a group's limits. Optional: not every kernel has it. */
struct limit {
  const char *controller;
  const char *file;
  uint64_t value;
  bool optional;
};

static int write_limits(struct tracer *tracer, const struct glassbox_spec *spec,
                        const struct hierarchy *hierarchy, struct glassbox_failure *failure) {
  const uint64_t quota = (uint64_t)(spec->cpus * CPU_PERIOD_US);
  const struct limit limits[] = {
      {"memory", "memory.limit_in_bytes", spec->memory_bytes, false},
      /* Memory and swap together: a sandbox does not swap. Only with swap accounting. */
      {"memory", "memory.memsw.limit_in_bytes", spec->memory_bytes, true},
      {"pids", "pids.max", spec->pids_max, false},
      {"cpu", "cpu.cfs_period_us", CPU_PERIOD_US, false},
      {"cpu", "cpu.cfs_quota_us", quota, false},
  };
  for (size_t i = 0; i < sizeof(limits) / sizeof(limits[0]); i++) {
    if (!cgroup_has(hierarchy->controllers, limits[i].controller)) {
      continue;
    }
    char path[CGROUP_PATH_BYTES];
    char value[24];
    struct text text = TEXT(value);
    text_number(&text, (int64_t)limits[i].value);
    cgroup_path(path, hierarchy, spec->lab, spec->id, limits[i].file);
    long result = trace_write_file(tracer, path, value);
    if (result < 0 && !(limits[i].optional && result == -ENOENT)) {
      return fail(failure, tracer->step, path, result);
    }
  }
  return 0;
}

int cgroup_v1_make(struct tracer *tracer, const struct glassbox_spec *spec,
                   struct hierarchy *hierarchy, struct glassbox_failure *failure) {
  char path[CGROUP_PATH_BYTES];
  if (!cgroup_path(path, hierarchy, spec->lab, spec->id,
                   CGROUP_DELEGATED "/cgroup.clone_children")) {
    return fail(failure, tracer->step, hierarchy->mount_point, -ENAMETOOLONG);
  }
  if (hierarchy->root >= 0) {
    /* It was not there when the lab was opened. */
    cgroup_path(path, hierarchy, spec->lab, NULL, NULL);
    sys_mkdirat(AT_FDCWD, path, 0755);
  }
  cgroup_path(path, hierarchy, spec->lab, spec->id, NULL);
  long result = TRACED(tracer, mkdirat, DIRECTORY(AT_FDCWD), STRING(path), OCTAL(0755));
  if (result < 0) {
    return fail(failure, tracer->step, path, result);
  }
  hierarchy->made = true;
  if (write_limits(tracer, spec, hierarchy, failure) < 0) {
    return -1;
  }
  cgroup_path(path, hierarchy, spec->lab, spec->id, CGROUP_DELEGATED);
  if (cgroup_delegate(tracer, path, DELEGATED_FILES, spec->id_base, failure) < 0) {
    return -1;
  }
  if (!cgroup_has(hierarchy->controllers, "cpuset")) {
    return 0;
  }
  /* Down to here cpuset's CPUs are copied from above; a learner's own groups start empty, as usual.
   */
  cgroup_path(path, hierarchy, spec->lab, spec->id, CGROUP_DELEGATED "/cgroup.clone_children");
  result = trace_write_file(tracer, path, "0");
  return result < 0 ? fail(failure, tracer->step, path, result) : 0;
}

/* In the group that PID 1 is in: each group of blkio is limited by itself, whatever is above it. */
long cgroup_v1_limit_device(struct tracer *tracer, const struct glassbox_spec *spec,
                            const struct hierarchy *hierarchy, const char *device) {
  static const char *const files[] = {CGROUP_DELEGATED "/blkio.throttle.read_bps_device",
                                      CGROUP_DELEGATED "/blkio.throttle.write_bps_device"};
  if (!cgroup_has(hierarchy->controllers, "blkio")) {
    return 0;
  }
  for (size_t i = 0; i < sizeof(files) / sizeof(files[0]); i++) {
    char path[CGROUP_PATH_BYTES];
    char value[64];
    struct text text = TEXT(value);
    text_append(&text, device);
    text_append(&text, " ");
    text_number(&text, (int64_t)spec->disk_bytes_per_second);
    cgroup_path(path, hierarchy, spec->lab, spec->id, files[i]);
    long result = trace_write_file(tracer, path, value);
    if (result < 0) {
      return result;
    }
  }
  return 0;
}

/* A new cpuset group has no CPU and no memory node, and no process can join it: copy those above.
 */
static int copy_from_above(const struct hierarchy *hierarchy, const char *lab, const char *file,
                           struct glassbox_failure *failure) {
  char path[CGROUP_PATH_BYTES];
  char value[256];
  struct tracer silent = {0};
  cgroup_path(path, hierarchy, file, NULL, NULL);
  long result = read_text(AT_FDCWD, path, value, sizeof(value));
  if (result >= 0) {
    cgroup_path(path, hierarchy, lab, file, NULL);
    result = trace_write_file(&silent, path, value);
  }
  return result < 0 ? fail(failure, "cgroup", path, result) : 0;
}

int cgroup_v1_open(const struct hierarchy *hierarchy, const char *lab,
                   struct glassbox_failure *failure) {
  char path[CGROUP_PATH_BYTES];
  struct tracer silent = {0};
  cgroup_path(path, hierarchy, lab, NULL, NULL);
  long result = sys_mkdirat(AT_FDCWD, path, 0755);
  if (result < 0 && result != -EEXIST) {
    return fail(failure, "cgroup", path, result);
  }
  if (cgroup_has(hierarchy->controllers, "memory")) {
    /* Before Linux 5.11 a group limits those below it only if asked to. Afterwards it always does.
     */
    cgroup_path(path, hierarchy, lab, "memory.use_hierarchy", NULL);
    trace_write_file(&silent, path, "1");
  }
  if (!cgroup_has(hierarchy->controllers, "cpuset")) {
    return 0;
  }
  if (copy_from_above(hierarchy, lab, "cpuset.cpus", failure) < 0 ||
      copy_from_above(hierarchy, lab, "cpuset.mems", failure) < 0) {
    return -1;
  }
  cgroup_path(path, hierarchy, lab, "cgroup.clone_children", NULL);
  result = trace_write_file(&silent, path, "1");
  return result < 0 ? fail(failure, "cgroup", path, result) : 0;
}
