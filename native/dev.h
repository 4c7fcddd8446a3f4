#ifndef DEV_H
#define DEV_H

#include "trace.h"

/* What differs between one /dev and another. */
struct device_directory {
  /* Number of /dev/ttyN to mount terminals over. */
  uint32_t terminals;
  const char *pts_options;
  const char *shm_options;
};

/* Makes `dev` in the current directory: a tmpfs, devices, pseudo-terminals, shm, mqueue, links. */
int dev_make(struct glassbox_failure *failure, struct tracer *tracer,
             const struct device_directory *directory);

#endif
