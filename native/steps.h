/* Steps that a sandbox and a container have in common, each on what it needs and no more. */
#ifndef STEPS_H
#define STEPS_H

#include "trace.h"

/* overlay.c: mounts an overlay with these options. */
int overlay_mount(struct glassbox_failure *failure, struct tracer *tracer, const char *target,
                  const char *options);

/* root.c: makes the current directory, a mount point, the root, and detaches the old one. */
int root_pivot(struct glassbox_failure *failure, struct tracer *tracer);

/* uts.c: names this UTS namespace. */
int uts_name(struct glassbox_failure *failure, struct tracer *tracer, const char *hostname);

/* net.c: brings `lo` up in this network namespace. */
int net_raise_loopback(struct glassbox_failure *failure, struct tracer *tracer);

/* user.c: writes /proc/<pid>/uid_map or gid_map; `file` is "/uid_map" or "/gid_map". */
int user_write_map(struct glassbox_failure *failure, struct tracer *tracer, int pid,
                   const char *file, const char *map);

/* user.c: takes these ids, real, effective and saved. */
int user_become(struct glassbox_failure *failure, struct tracer *tracer, uint32_t user,
                uint32_t group, const uint32_t *groups, uint32_t group_count);

#endif
