/* Published ports: what -p says, and the sockets that hold them in the machine. */
#ifndef BOX_NETWORK_PORT_H
#define BOX_NETWORK_PORT_H

#include "network.h"

/*
 * Binds a port in the machine, so that nobody else can have it, and listens on it; returns the
 * socket. Fills in a port that the kernel chose.
 */
int network_bind_port(struct network_port *port, const struct network_report *report);

const char *network_protocol_name(const struct network_port *port);

#endif
