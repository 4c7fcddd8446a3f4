/* The control groups of the floor's sandbox. */
#ifndef FLOOR_GROUPS_H
#define FLOOR_GROUPS_H

#include <linux/mount.h>
#include <linux/sched.h>

#include "../cgroup.h"
#include "floor_calls.h"

#define ID "f10012f10012"
#define PRIVATE_MOUNT (MS_NOSUID | MS_NODEV | MS_NOEXEC)

static const char *lab;
static struct cgroup_layout cgroups;

static const char *in_group(const struct hierarchy *hierarchy, const char *below) {
  static char path[CGROUP_PATH_BYTES];
  cgroup_path(path, hierarchy, lab, ID, below);
  return path;
}

static void limit(const struct hierarchy *hierarchy, const char *controller, const char *file,
                  const char *value) {
  if (hierarchy->unified || cgroup_has(hierarchy->controllers, controller)) {
    put(in_group(hierarchy, file), value);
  }
}

static void delegate(const struct hierarchy *hierarchy, const char *below) {
  static const char *const v1[] = {"", "/cgroup.procs", "/tasks", NULL};
  static const char *const v2[] = {"", "/cgroup.procs", "/cgroup.threads",
                                   "/cgroup.subtree_control", NULL};
  MKDIR(in_group(hierarchy, below));
  for (const char *const *file = hierarchy->unified ? v2 : v1; *file != NULL; file++) {
    char path[64];
    snprintf(path, sizeof(path), "%s%s", below, *file);
    CALL(fchownat, AT_FDCWD, in_group(hierarchy, path), 100000, 100000, 0);
  }
}

static void make_groups(const struct hierarchy *hierarchy) {
  static const char *const enabled[] = {"+memory", "+pids", "+cpu", "+io", "+cpuset"};
  MKDIR(in_group(hierarchy, NULL));
  if (hierarchy->unified) {
    if (cgroups.pure_v2) {
      limit(hierarchy, "", "memory.max", "536870912");
      limit(hierarchy, "", "memory.swap.max", "0");
      limit(hierarchy, "", "pids.max", "512");
      limit(hierarchy, "", "cpu.max", "100000 100000");
    }
    limit(hierarchy, "", "cgroup.max.descendants", "1000");
    for (size_t i = 0; cgroups.pure_v2 && i < 5; i++) {
      limit(hierarchy, "", "cgroup.subtree_control", enabled[i]);
    }
    delegate(hierarchy, "machine");
    if (cgroups.pure_v2) {
      delegate(hierarchy, "machine/init");
    }
    return;
  }
  limit(hierarchy, "memory", "memory.limit_in_bytes", "536870912");
  limit(hierarchy, "memory", "memory.memsw.limit_in_bytes", "536870912");
  limit(hierarchy, "pids", "pids.max", "512");
  limit(hierarchy, "cpu", "cpu.cfs_period_us", "100000");
  limit(hierarchy, "cpu", "cpu.cfs_quota_us", "100000");
  delegate(hierarchy, "machine");
  limit(hierarchy, "cpuset", "machine/cgroup.clone_children", "0");
}

static void enter_groups(void) {
  static const char *const enabled[] = {"+memory", "+pids", "+cpu", "+io", "+cpuset"};
  for (uint32_t i = 0; i < cgroups.count; i++) {
    if (cgroups.hierarchies[i].tasks >= 0 && !cgroups.pure_v2) {
      CALL(write, cgroups.hierarchies[i].tasks, "0", 1);
    }
  }
  CALL(unshare, CLONE_NEWCGROUP);
  if (cgroups.pure_v2) {
    MOUNT("cgroup2", "/sys/fs/cgroup", "cgroup2", PRIVATE_MOUNT, NULL);
    CALL(write, cgroups.hierarchies[0].tasks, "0", 1);
    for (size_t i = 0; i < 5; i++) {
      put("/sys/fs/cgroup/cgroup.subtree_control", enabled[i]);
    }
    return;
  }
  MOUNT("cgroup", "/sys/fs/cgroup", "tmpfs", PRIVATE_MOUNT, "mode=0755,size=64k,nr_inodes=256");
  for (uint32_t i = 0; i < cgroups.count; i++) {
    const struct hierarchy *hierarchy = &cgroups.hierarchies[i];
    const char *type = hierarchy->unified ? "cgroup2" : "cgroup";
    char path[128];
    snprintf(path, sizeof(path), "/sys/fs/cgroup/%s", hierarchy->name);
    MKDIR(path);
    MOUNT(type, path, type, PRIVATE_MOUNT, hierarchy->unified ? NULL : hierarchy->controllers);
  }
}

#endif
