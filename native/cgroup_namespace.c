/* The cgroup namespace, and what of the control groups a sandbox sees: see cgroup_namespaces(7). */
#include <errno.h>
#include <linux/mount.h>
#include <linux/sched.h>
#include <string.h>

#include "failure.h"
#include "mount.h"
#include "sandbox.h"
#include "text.h"

#define MOUNT_POINT "/sys/fs/cgroup"
#define CGROUP_MOUNT_FLAGS (MS_NOSUID | MS_NODEV | MS_NOEXEC)

/*
 * The cgroup2 group first, limits and all, for the child is cloned into it. Where that is all there
 * is, the file by which PID 1 goes into its leaf is opened here, where the warden's right to move
 * processes counts.
 */
int step_cgroup(struct making *making, struct tracer *tracer) {
  const struct glassbox_spec *spec = making->spec;
  struct cgroup_layout *cgroups = &making->cgroups;
  struct hierarchy *unified = cgroup_unified(cgroups);
  if (unified == NULL) {
    return 0;
  }
  if (cgroup_v2_make(tracer, spec, unified, cgroups->pure_v2, making->failure) < 0) {
    return -1;
  }
  if (!cgroups->pure_v2) {
    return 0;
  }
  char path[CGROUP_PATH_BYTES];
  cgroup_path(path, unified, spec->lab, spec->id, CGROUP_DELEGATED "/" CGROUP_LEAF "/cgroup.procs");
  making->leaf_procs = (int)sys_openat(AT_FDCWD, path, O_WRONLY);
  return making->leaf_procs < 0 ? fail(making->failure, tracer->step, spec->id, making->leaf_procs)
                                : 0;
}

/* The files by which the child joins its groups: as an array to hand over, or back into place. */
static size_t collect_tasks(const struct cgroup_layout *cgroups, int *tasks) {
  size_t count = 0;
  for (uint32_t i = 0; i < cgroups->count; i++) {
    if (!cgroups->hierarchies[i].unified) {
      tasks[count++] = cgroups->hierarchies[i].tasks;
    }
  }
  return count;
}

static void place_tasks(struct cgroup_layout *cgroups, const int *tasks) {
  for (uint32_t i = 0; i < cgroups->count; i++) {
    if (!cgroups->hierarchies[i].unified) {
      cgroups->hierarchies[i].tasks = *tasks++;
    }
  }
}

/*
 * The groups of the other hierarchies, which takes as long as all the child has to mount: so the
 * child gets what it mounts now, and the groups when they are there.
 */
int step_cgroup_v1(struct making *making, struct tracer *tracer) {
  const struct glassbox_spec *spec = making->spec;
  struct cgroup_layout *cgroups = &making->cgroups;
  int tasks[CGROUP_HIERARCHIES_MAX];
  long result = send_files(making, making->mounts, making->mount_count);
  for (uint32_t i = 0; i < cgroups->count && result >= 0; i++) {
    struct hierarchy *hierarchy = &cgroups->hierarchies[i];
    if (!hierarchy->unified && cgroup_v1_make(tracer, spec, hierarchy, making->failure) < 0) {
      return -1;
    }
  }
  if (result >= 0) {
    result = cgroup_open_tasks(cgroups, spec->lab, spec->id);
  }
  const size_t count = collect_tasks(cgroups, tasks);
  if (result >= 0 && count > 0) {
    result = send_files(making, tasks, count);
  }
  /* A child that is no more has said why. */
  const bool ended = result == -EPIPE || result == -ECONNRESET;
  return result < 0 && !ended ? fail(making->failure, tracer->step, spec->id, result) : 0;
}

/* Where the host has several controllers in one hierarchy, each has a link of its own name. */
static long link_controllers(struct tracer *tracer, const struct hierarchy *hierarchy) {
  for (const char *at = hierarchy->controllers; *at != '\0';) {
    char path[128];
    struct text text = TEXT(path);
    text_append(&text, MOUNT_POINT "/");
    const size_t before = text.length;
    while (*at != '\0' && *at != ',') {
      text_character(&text, *at++);
    }
    at += *at == ',';
    if (strcmp(path + before, hierarchy->name) == 0) {
      continue;
    }
    long result =
        TRACED(tracer, symlinkat, STRING(hierarchy->name), DIRECTORY(AT_FDCWD), STRING(path));
    if (result < 0) {
      return result;
    }
  }
  return 0;
}

int cgroup_mount_v1(struct glassbox_failure *failure, struct tracer *tracer,
                    const struct cgroup_layout *layout, unsigned long flags) {
  long result = mount_traced(tracer, "cgroup", MOUNT_POINT, "tmpfs", CGROUP_MOUNT_FLAGS,
                             "mode=0755,size=64k,nr_inodes=256");
  if (result < 0) {
    return fail(failure, tracer->step, MOUNT_POINT, result);
  }
  for (uint32_t i = 0; i < layout->count; i++) {
    const struct hierarchy *hierarchy = &layout->hierarchies[i];
    char path[128];
    text_join(path, sizeof(path), MOUNT_POINT, "/", hierarchy->name);
    result = TRACED(tracer, mkdirat, DIRECTORY(AT_FDCWD), STRING(path), OCTAL(0755));
    if (result == 0) {
      const char *type = hierarchy->unified ? "cgroup2" : "cgroup";
      result = mount_traced(tracer, type, path, type, CGROUP_MOUNT_FLAGS | flags,
                            hierarchy->unified ? NULL : hierarchy->controllers);
    }
    if (result == 0) {
      result = link_controllers(tracer, hierarchy);
    }
    if (result < 0) {
      return fail(failure, tracer->step, path, result);
    }
  }
  return 0;
}

/*
 * In version 2 a group can't both hold processes and give controllers to groups below it. So PID 1
 * goes into a leaf, and the sandbox's root group has its controllers on, as a machine's has.
 */
static int mount_v2(struct making *making, struct tracer *tracer) {
  static const char *const controllers[] = {"+memory", "+pids", "+cpu", "+io", "+cpuset"};
  long result = mount_traced(tracer, "cgroup2", MOUNT_POINT, "cgroup2", CGROUP_MOUNT_FLAGS, NULL);
  if (result == 0) {
    result =
        TRACED(tracer, write, AS(making->leaf_procs, MOUNT_POINT "/" CGROUP_LEAF "/cgroup.procs"),
               BYTES("0"), NUMBER(1));
  }
  if (result < 0) {
    return fail(making->failure, tracer->step, MOUNT_POINT, result);
  }
  for (size_t i = 0; i < sizeof(controllers) / sizeof(controllers[0]); i++) {
    /* Some may not exist on this host; the limits above hold without them. */
    trace_write_file(tracer, MOUNT_POINT "/cgroup.subtree_control", controllers[i]);
  }
  return 0;
}

int step_cgroup_namespace(struct making *making, struct tracer *tracer) {
  const char *object = "cgroup";
  int tasks[CGROUP_HIERARCHIES_MAX];
  const size_t count = collect_tasks(&making->cgroups, tasks);
  long result = count > 0 ? receive_files(making, tasks, count) : 0;
  if (result != (long)count) {
    return fail(making->failure, tracer->step, "tasks", result < 0 ? result : -EBADMSG);
  }
  place_tasks(&making->cgroups, tasks);
  result = cgroup_join(tracer, &making->cgroups, making->spec->lab, making->spec->id, &object);
  if (result < 0) {
    return fail(making->failure, tracer->step, object, result);
  }
  /* From here on the group that the process is in is the root of what it can name. */
  result = TRACED(tracer, unshare, FLAGS(CLONE_NEWCGROUP, CLONE_FLAGS));
  if (result < 0) {
    return fail(making->failure, tracer->step, object, result);
  }
  return making->cgroups.pure_v2 ? mount_v2(making, tracer)
                                 : cgroup_mount_v1(making->failure, tracer, &making->cgroups, 0);
}
