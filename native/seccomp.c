/* System call filters: see seccomp(2). The table they are made of is seccomp_table.h. */
#include <linux/seccomp.h>

#include "confine.h"
#include "failure.h"
#include "sandbox.h"
#include "seccomp_filter.h"

/*
 * Without PR_SET_NO_NEW_PRIVS: a sandbox's root installs them by the right of its own user
 * namespace, so set-user-id programs keep working inside.
 */
long install_filter(struct tracer *tracer, const struct sock_filter *filter, size_t length,
                    struct argument flags, const char *reading) {
  const struct sock_fprog program = {.len = (unsigned short)length,
                                     .filter = (struct sock_filter *)filter};
  return TRACED(tracer, seccomp, AS(SECCOMP_SET_MODE_FILTER, "SECCOMP_SET_MODE_FILTER"), flags,
                AS(&program, reading));
}

#define LENGTH(array) (sizeof(array) / sizeof((array)[0]))

/* The filter of arguments for what this sandbox needs: one was made for each combination. */
static long install_filter_of_arguments(struct tracer *tracer, uint32_t needs) {
  size_t variant = 0;
  while (SECCOMP_VARIANTS[variant].needs != (needs & SECCOMP_NEEDS)) {
    variant++;
  }
  return install_filter(tracer, SECCOMP_VARIANTS[variant].filter, SECCOMP_VARIANTS[variant].length,
                        NUMBER(0), "{filter of arguments}");
}

/*
 * The two are separate because the kernel remembers, for each system call, when a filter allows it
 * whatever its arguments are; the first looks at no arguments of common calls.
 */
long confine_system_calls(struct tracer *tracer, uint32_t needs, const char **object) {
  *object = "filter";
  long result = install_filter_of_arguments(tracer, needs);
  return result < 0 ? result
                    : install_filter(tracer, SECCOMP_CALLS, LENGTH(SECCOMP_CALLS), NUMBER(0),
                                     "{filter of calls}");
}

int step_seccomp(struct making *making, struct tracer *tracer) {
  const char *object = "";
  long result = confine_system_calls(tracer, making->spec->needs, &object);
  return result < 0 ? fail(making->failure, tracer->step, object, result) : 0;
}
