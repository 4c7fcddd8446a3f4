/* The UTS namespace: see uts_namespaces(7). */
#include <string.h>

#include "failure.h"
#include "sandbox.h"
#include "steps.h"

int uts_name(struct glassbox_failure *failure, struct tracer *tracer, const char *hostname) {
  long result = TRACED(tracer, sethostname, STRING(hostname), NUMBER(strlen(hostname)));
  if (result < 0) {
    return fail(failure, tracer->step, hostname, result);
  }
  /* A new UTS namespace is a copy: the host's NIS domain name is nothing for learners to know. */
  static const char domain[] = "(none)";
  result = TRACED(tracer, setdomainname, STRING(domain), NUMBER(strlen(domain)));
  return result < 0 ? fail(failure, tracer->step, domain, result) : 0;
}

int step_uts(struct making *making, struct tracer *tracer) {
  return uts_name(making->failure, tracer, making->spec->hostname);
}
