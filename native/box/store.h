/* Where images and containers are kept: /var/lib/box, or BOX_STORE. */
#ifndef BOX_STORE_H
#define BOX_STORE_H

#include <stdbool.h>
#include <stddef.h>

#include "id.h"

#define STORE_PATH_BYTES 512

/* Writes <store>/<first>[/<second>[/<third>]]. */
void store_path(char path[STORE_PATH_BYTES], const char *first, const char *second,
                const char *third);

/* Makes a directory of the store, and the store, if it is not there. */
void store_make(const char *name);

bool store_is_hexadecimal(const char *text);

/* Nanoseconds since 1970, and how that reads. */
long long store_now(void);
char *store_time(long long nanoseconds);

/* Removes a directory and all in it, in the store or elsewhere; 0 or a negative errno. */
long store_remove_tree(int directory, const char *name);

#endif
