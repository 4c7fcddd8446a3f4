#ifndef BOX_FREEZER_H
#define BOX_FREEZER_H

#include <stdbool.h>

#include "container.h"

/* Stops every process of a container where it is, or lets them go on; 0 or a negative errno. */
long freezer_set(const struct container *container, bool frozen);

/* As the kernel says it. */
bool freezer_is_frozen(const struct container *container);

#endif
