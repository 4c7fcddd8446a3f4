/* The root directory: see pivot_root(2). */
#include "failure.h"
#include "sandbox.h"
#include "steps.h"

#define DETACH 2 /* MNT_DETACH, which the kernel's own headers do not name */

/*
 * The new root and the old one change places, and the old one, with every mount of the host below
 * it, leaves this mount namespace. With chroot it would still be there, for who can find it.
 */
int root_pivot(struct glassbox_failure *failure, struct tracer *tracer) {
  long result = TRACED(tracer, pivot_root, STRING("."), STRING("."));
  if (result == 0) {
    result = TRACED(tracer, umount2, STRING("."), AS(DETACH, "MNT_DETACH"));
  }
  if (result == 0) {
    result = TRACED(tracer, chdir, STRING("/"));
  }
  return result < 0 ? fail(failure, tracer->step, "/", result) : 0;
}

int step_root(struct making *making, struct tracer *tracer) {
  return root_pivot(making->failure, tracer);
}
