#ifndef BOX_REMAPPED_H
#define BOX_REMAPPED_H

#include <stdint.h>

/* Container ids from 0 are the machine's from REMAPPED_BASE; `nobody` (65534) is the one after. */
#define REMAPPED_BASE 30000U
#define REMAPPED_COUNT 30000U
#define REMAPPED_NOBODY (REMAPPED_BASE + REMAPPED_COUNT)

/* The copy of a layer whose files belong to such a container; NULL with errno. */
const char *remapped_layer(const char *layer);

#endif
