/*
 * Control groups of a lab, in either layout.
 *
 * v1: <mount of a controller>/<lab>/<id>/machine      for each mounted controller,
 *     and the same in the cgroup2 hierarchy if one is mounted beside them (hybrid).
 * v2: <mount>/<lab>/<id>/machine/init                 PID 1 and the terminals are in the leaf.
 *
 * <id> carries the limits and stays the host's; `machine` is handed to the sandbox's root and is
 * the root of its cgroup namespace, so nothing in there can raise a limit.
 *
 * Memory: until execve the new process shares the warden's memory, and an OOM kill of one would
 * take the other. The lab's group has no limit of its own, and a sandbox's limit is at least
 * GLASSBOX_MEMORY_MIN, many times what the kernel charges before execve.
 */
#ifndef CGROUP_H
#define CGROUP_H

#include <stdbool.h>

#include "glassbox.h"
#include "trace.h"

#define CGROUP_HIERARCHIES_MAX 16
#define CGROUP_PATH_BYTES 512
#define CGROUP_DELEGATED "machine"
#define CGROUP_LEAF "init"

struct hierarchy {
  bool unified;
  /* Controllers of a v1 hierarchy as its mount option names them; empty for cgroup2. */
  char controllers[96];
  char mount_point[160];
  /* Its directory below /sys/fs/cgroup, as it is named on the host. */
  char name[64];
  /* What a process writes 0 to in order to join; v1 only. */
  int tasks;
  /* A mount of it that is attached nowhere and that mount_point leads to, or -1. */
  int root;
  /* The sandbox's own directory was made by this creation, so a failure must remove it. */
  bool made;
};

struct cgroup_layout {
  struct hierarchy hierarchies[CGROUP_HIERARCHIES_MAX];
  uint32_t count;
  /* No controller is mounted as v1. */
  bool pure_v2;
};

/* Finds the hierarchies that are mounted on this host. */
int cgroup_layout_read(struct cgroup_layout *layout, struct glassbox_failure *failure);

/* Closes what a layout holds. */
void cgroup_layout_close(struct cgroup_layout *layout);

/* Leaves the hierarchy of net_cls out, for what has no need of it. */
void cgroup_net_cls_leave_out(struct cgroup_layout *layout);

/*
 * Adds the hierarchy of net_cls if it is not mounted, and not in use: only if `make`. 0, or a
 * negative errno; -EOPNOTSUPP: this host has version 2.
 */
long cgroup_net_cls_add(struct tracer *tracer, struct cgroup_layout *layout, bool make);

/* The cgroup2 hierarchy, or NULL. */
struct hierarchy *cgroup_unified(struct cgroup_layout *layout);

/* <mount point>/<lab>/<below>; false when it is too long. */
bool cgroup_path(char path[CGROUP_PATH_BYTES], const struct hierarchy *hierarchy, const char *lab,
                 const char *id, const char *below);

/* Whether a comma-separated list names this controller. */
bool cgroup_has(const char *controllers, const char *controller);

/* Makes and limits the groups of one sandbox in one hierarchy. */
int cgroup_v1_make(struct tracer *tracer, const struct glassbox_spec *spec,
                   struct hierarchy *hierarchy, struct glassbox_failure *failure);
int cgroup_v2_make(struct tracer *tracer, const struct glassbox_spec *spec,
                   struct hierarchy *hierarchy, bool pure, struct glassbox_failure *failure);

/* Limits what a sandbox reads from and writes to a block device, "7:0" say. */
long cgroup_v1_limit_device(struct tracer *tracer, const struct glassbox_spec *spec,
                            const struct hierarchy *hierarchy, const char *device);
long cgroup_v2_limit_device(struct tracer *tracer, const struct glassbox_spec *spec,
                            const struct hierarchy *hierarchy, const char *device);

/* Makes the lab's group in one hierarchy. */
int cgroup_v1_open(const struct hierarchy *hierarchy, const char *lab,
                   struct glassbox_failure *failure);
int cgroup_v2_open(const struct hierarchy *hierarchy, const char *lab, bool pure,
                   struct glassbox_failure *failure);

/* Makes one directory and hands it, and the files a delegatee needs, to the sandbox's root. */
int cgroup_delegate(struct tracer *tracer, const char *path, const char *const *files,
                    uint32_t owner, struct glassbox_failure *failure);

/* Opens the group that a new process is cloned into, or -1 if there is no cgroup2. */
long cgroup_open_leaf(struct cgroup_layout *layout, const char *lab, const char *id, bool leaf);

/* Opens what a process writes 0 to, in each v1 hierarchy. The caller is still root of the host. */
long cgroup_open_tasks(struct cgroup_layout *layout, const char *lab, const char *id);

/* Writes 0 to each: the calling process joins. `object` names the one that refused. */
long cgroup_join(struct tracer *tracer, const struct cgroup_layout *layout, const char *lab,
                 const char *id, const char **object);

/* The same for groups of another shape: `file` is below <lab>/<id>, and was opened before. */
long cgroup_join_at(struct tracer *tracer, const struct cgroup_layout *layout, const char *lab,
                    const char *id, const char *file, const char **object);

/* Removes what a failed creation has made. Nothing is in it any more. */
void cgroup_undo(struct cgroup_layout *layout, const char *lab, const char *id);

/* Mounts each v1 hierarchy, with `flags` added, below a tmpfs at /sys/fs/cgroup. */
int cgroup_mount_v1(struct glassbox_failure *failure, struct tracer *tracer,
                    const struct cgroup_layout *layout, unsigned long flags);

/* Names that become part of a path are made of these characters only. */
bool cgroup_name_is_valid(const char *name);
bool cgroup_id_is_valid(const char *id);

#endif
