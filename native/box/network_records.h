/*
 * What the kernel has no place for: which container has which address, under which name, with which
 * ports. A file for each address, `endpoints/172.30.0.2`, in lines of a key and a value.
 */
#ifndef BOX_NETWORK_RECORDS_H
#define BOX_NETWORK_RECORDS_H

#include "network.h"

struct network_records {
  /* The state directory, which is also what is locked, and `endpoints` in it. */
  int directory;
  int files;
  /* In the order of their addresses. */
  struct network_endpoint *endpoints;
  uint32_t count;
};

/* Makes the directories where they are missing, and opens them. */
long network_records_open(struct network_records *records, const char *directory);

/* Waits until no other `box` works on the network, and keeps them out until the records are closed.
 */
long network_records_lock(const struct network_records *records);

/* Reads every record. A file that is none is left alone. */
long network_records_read(struct network_records *records);

void network_records_close(const struct network_records *records);
#define OWNED_RECORDS __attribute__((cleanup(network_records_close))) struct network_records

struct network_endpoint *network_records_find(const struct network_records *records,
                                              const char *id);

/* The lowest address that no record has; 0 when all are taken. */
struct in_addr network_records_free_address(const struct network_records *records);

/* Writes a record and keeps it in the array too. */
long network_records_add(struct network_records *records, const struct network_endpoint *endpoint);

/* Notes which process relays the ports of a container. */
long network_records_note_relay(const struct network_records *records,
                                struct network_endpoint *endpoint, int relay);

/*
 * The container is gone, but the kernel still takes its veth apart: the record keeps the address
 * until then, and says nothing more than the name of the interface.
 */
long network_records_release(const struct network_records *records,
                             struct network_endpoint *endpoint);

/* Removes a record's file, and the record from the array. */
long network_records_remove(struct network_records *records,
                            const struct network_endpoint *endpoint);

/* Fills in what follows from the address: gateway, prefix, MAC. */
void network_complete_endpoint(struct network_endpoint *endpoint);

#endif
