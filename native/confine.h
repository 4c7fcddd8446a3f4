/* What holds every process of a sandbox: used by PID 1 on its way and by `enter`. */
#ifndef CONFINE_H
#define CONFINE_H

#include "trace.h"

/* Takes the capabilities away that nothing in a sandbox needs. */
long confine_capabilities(struct tracer *tracer, const char **object);

/* Sets resource limits that the warden raised for itself back to ordinary ones. */
long confine_rlimits(struct tracer *tracer, const char **object);

/* Installs the system call filters. Needs CAP_SYS_ADMIN in the sandbox's user namespace. */
long confine_system_calls(struct tracer *tracer, const char **object);

#endif
