/*
 * The hosts file of all containers: see hosts(5).
 *
 * It is mounted in every container, and a mount holds on to the file, not to its name: so it is
 * never replaced, but changed in place, and so that whoever reads it meanwhile sees lines that are
 * whole. A line goes by one byte, the `#` that makes it a comment; a line comes at the end, or in
 * the place of one that went, its first byte last.
 */
#ifndef BOX_NETWORK_HOSTS_H
#define BOX_NETWORK_HOSTS_H

#include "../trace.h"

/* Opens the file, and makes it with the lines that every container needs if it is not there. */
long network_hosts_open(int directory);

/* Adds a line of an address and its names, the id's first twelve digits among them. */
long network_hosts_add(int hosts, const char *line, struct tracer *tracer);

/* Takes away the lines that have this word, a short id. */
long network_hosts_remove(int hosts, const char *word);

#endif
