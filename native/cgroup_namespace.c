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
 * The groups first, limits and all, for the child is cloned into its cgroup2 group. The files that
 * let it join the others are opened here, where the warden's right to move processes counts.
 */
int step_cgroup(struct making *making, struct tracer *tracer) {
  const struct glassbox_spec *spec = making->spec;
  struct cgroup_layout *cgroups = &making->cgroups;
  for (uint32_t i = 0; i < cgroups->count; i++) {
    struct hierarchy *hierarchy = &cgroups->hierarchies[i];
    int result = hierarchy->unified
                     ? cgroup_v2_make(tracer, spec, hierarchy, cgroups->pure_v2, making->failure)
                     : cgroup_v1_make(tracer, spec, hierarchy, making->failure);
    if (result < 0) {
      return -1;
    }
  }
  long result = cgroup_open_tasks(cgroups, spec->lab, spec->id);
  if (result == 0 && cgroups->pure_v2) {
    char path[CGROUP_PATH_BYTES];
    cgroup_path(path, cgroup_unified(cgroups), spec->lab, spec->id,
                CGROUP_DELEGATED "/" CGROUP_LEAF "/cgroup.procs");
    making->leaf_procs = (int)sys_openat(AT_FDCWD, path, O_WRONLY);
    result = making->leaf_procs < 0 ? making->leaf_procs : 0;
  }
  return result < 0 ? fail(making->failure, tracer->step, spec->id, result) : 0;
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
  long result = cgroup_join(tracer, &making->cgroups, making->spec->lab, making->spec->id, &object);
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
