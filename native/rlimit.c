/* Resource limits: see getrlimit(2). */
#include <errno.h>
#include <sys/resource.h>

#include "confine.h"
#include "failure.h"
#include "sandbox.h"

/*
 * The warden raises its own limit on open files for all its sockets, and inherited by a shell that
 * makes programs slow which close every possible fd. Core dumps go, for a host's core handler runs
 * as the host's root on what a learner's process has in memory.
 */
static const struct {
  int resource;
  const char *name;
  const char *reading;
  struct rlimit64 limit;
} LIMITS[] = {
    {RLIMIT_NOFILE, "RLIMIT_NOFILE", "{rlim_cur=1024, rlim_max=4096}", {1024, 4096}},
    {RLIMIT_CORE, "RLIMIT_CORE", "{rlim_cur=0, rlim_max=0}", {0, 0}},
};

long confine_rlimits(struct tracer *tracer, const char **object) {
  for (size_t i = 0; i < sizeof(LIMITS) / sizeof(LIMITS[0]); i++) {
    long result = TRACED(tracer, prlimit64, NUMBER(0), AS(LIMITS[i].resource, LIMITS[i].name),
                         AS(&LIMITS[i].limit, LIMITS[i].reading), AS(0, "NULL"));
    /* EPERM: the host allows the warden itself less than this, which is as good. */
    if (result < 0 && result != -EPERM) {
      *object = LIMITS[i].name;
      return result;
    }
  }
  return 0;
}

int step_rlimits(struct making *making, struct tracer *tracer) {
  const char *object = "";
  long result = confine_rlimits(tracer, &object);
  return result < 0 ? fail(making->failure, tracer->step, object, result) : 0;
}
