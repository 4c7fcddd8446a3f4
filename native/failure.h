/* How a failed step is told: step, object, errno, and what to do about it. */
#ifndef FAILURE_H
#define FAILURE_H

#include "glassbox.h"

/* Fills the failure and returns -1. `error` is a negative errno, as system calls return it. */
int fail(struct glassbox_failure *failure, const char *step, const char *object, long error);

#endif
