/*
 * Address translation by the machine's kernel, in a table of box's own: see nft(8).
 *
 * Packets of containers that leave the machine get the machine's address; packets to a published
 * port get the container's. It needs netfilter, which a machine may not have: then published ports
 * work all the same, for a relay passes their bytes on.
 */
#ifndef BOX_NETWORK_NAT_H
#define BOX_NETWORK_NAT_H

#include "network_records.h"

/*
 * Replaces the table's rules, in one transaction, by those of the containers that have a record.
 * That there is no netfilter or no nft is said, and no failure.
 */
void network_translate(const struct network_records *records, const struct network_report *report);

/* Lets the machine pass packets on between its interfaces. */
void network_forward(const struct network_report *report);

#endif
