/* What a container is doing now, as the kernel says it, in Docker's words. */
#ifndef BOX_STATUS_H
#define BOX_STATUS_H

#include "container.h"

/* created, running, paused or exited. */
const char *status_word(const struct container *container);

/* "Up 3 minutes", "Exited (137) 2 hours ago". */
const char *status_sentence(const struct container *container);

/* How long ago that was: "About a minute". */
const char *status_duration(long long since_ns);

/* 255 when nobody was there to see the end. */
long long status_exit_code(const struct container *container);

#endif
