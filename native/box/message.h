/* What box says when something is wrong, and how it ends then. */
#ifndef BOX_MESSAGE_H
#define BOX_MESSAGE_H

#include <stddef.h>

#include "../glassbox.h"

/* Exit codes of box itself, as Docker's; all others are the container's. */
#define EXIT_BOX 125
#define EXIT_CANNOT_EXECUTE 126
#define EXIT_NOT_FOUND 127

/* Prints "box: " and a line to standard error. */
__attribute__((format(printf, 1, 2))) void complain(const char *format, ...);

/* The same, and ends box. */
__attribute__((format(printf, 2, 3), noreturn)) void give_up(int code, const char *format, ...);

/* Tells of a failed step: what was tried, what the kernel said, what to do. */
void complain_of(const struct glassbox_failure *failure);

/* Memory that lives as long as box does, which is not long. Never NULL. */
void *allocate(size_t size);
char *copy_text(const char *text);
__attribute__((format(printf, 1, 2))) char *print_text(const char *format, ...);

#endif
