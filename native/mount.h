#ifndef MOUNT_H
#define MOUNT_H

#include "trace.h"

/* mount(2), recorded. */
long mount_traced(struct tracer *tracer, const char *source, const char *target, const char *type,
                  unsigned long flags, const char *options);

/* Cuts this mount namespace off from the one it is a copy of. */
int mount_make_private(struct glassbox_failure *failure, struct tracer *tracer);

/* Mounts a file system of the kernel's own: proc, sysfs. `flags` are added to the careful ones. */
int mount_kernel_filesystem(struct glassbox_failure *failure, struct tracer *tracer,
                            const char *type, const char *target, unsigned long flags);

/* Makes a directory, and those above it, where there is none. */
long make_mount_point(const char *path);

#endif
