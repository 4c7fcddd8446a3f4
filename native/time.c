/* The time namespace: see time_namespaces(7). */
#include <linux/sched.h>

#include "failure.h"
#include "sandbox.h"

/*
 * No clock is set. It is the sandbox's own so that its root may enter it: `nsenter --all` enters
 * every namespace of its target, and the host's time namespace is not for a learner to enter.
 * clone3 has no room for this flag together with a shared memory; PID 1 arrives in it with its
 * execve, or by itself (init.c).
 */
int step_time(struct making *making, struct tracer *tracer) {
  long result = TRACED(tracer, unshare, FLAGS(CLONE_NEWTIME, CLONE_FLAGS));
  return result < 0 ? fail(making->failure, tracer->step, "time namespace", result) : 0;
}
