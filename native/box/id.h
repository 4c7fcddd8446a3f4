/* Ids of containers. */
#ifndef BOX_ID_H
#define BOX_ID_H

#define ID_DIGITS 64
#define SHORT_ID_DIGITS 12

/*
 * 64 random hexadecimal digits; 0 or a negative errno. Never are the first twelve all decimal: they
 * are the container's hostname, and a resolver takes such a name for an address.
 */
long new_id(char id[ID_DIGITS + 1]);

#endif
