#ifndef CLONE_H
#define CLONE_H

#include <linux/sched.h>

#include "trace.h"

/* A stack for a child that shares the memory. Free it only when the child has let go of it. */
long clone_stack_allocate(void **bottom);
void clone_stack_free(void **bottom);

/* clone3, recorded; the child runs `run` on the stack, or on its lowest args->stack_size bytes,
 * with all signals blocked. */
long clone_traced(struct tracer *tracer, struct clone_args *args, void *stack, int (*run)(void *),
                  void *context);

#endif
