/* A need that this host can't fulfil is no failure: the sandbox is made without it, and says so. */
#ifndef MISSING_H
#define MISSING_H

#include "glassbox.h"

/* Notes why, once for each need. `error` is a negative errno, as system calls return it. */
void missing(struct glassbox_sandbox *sandbox, uint32_t need, const char *step, const char *object,
             long error);

/* The same with a sentence of its own. */
void missing_because(struct glassbox_sandbox *sandbox, uint32_t need, const char *why);

#endif
