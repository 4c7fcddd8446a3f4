/* What holds every process of a sandbox: used by PID 1 on its way and by `enter`. */
#ifndef CONFINE_H
#define CONFINE_H

#include <linux/filter.h>

#include "trace.h"

/* Every capability with its name; the last has none. */
extern const struct flag_name CAPABILITIES[];

/* Takes those whose bit is set out of the bounding set. */
long drop_capabilities(struct tracer *tracer, uint64_t dropped, const char **object);

/* Takes the capabilities away that nothing in a sandbox needs. */
long confine_capabilities(struct tracer *tracer, const char **object);

/* Sets resource limits that the warden raised for itself back to ordinary ones. */
long confine_rlimits(struct tracer *tracer, const char **object);

/*
 * Installs the system call filters, as open as `needs` (bits of enum glassbox_need) make them.
 * Needs CAP_SYS_ADMIN in the sandbox's user namespace.
 */
long confine_system_calls(struct tracer *tracer, uint32_t needs, const char **object);

/*
 * Installs one filter, with SECCOMP_FILTER_FLAG_*. Needs CAP_SYS_ADMIN in the user namespace, or
 * no_new_privs.
 */
long install_filter(struct tracer *tracer, const struct sock_filter *filter, size_t length,
                    struct argument flags, const char *reading);

#endif
