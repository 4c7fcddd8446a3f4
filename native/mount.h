#ifndef MOUNT_H
#define MOUNT_H

#include "trace.h"

/* mount(2), recorded. */
long mount_traced(struct tracer *tracer, const char *source, const char *target, const char *type,
                  unsigned long flags, const char *options);

/* Makes a directory if there is none. */
long make_mount_point(const char *path);

#endif
