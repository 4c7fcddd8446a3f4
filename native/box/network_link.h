/* Interfaces of the default network, as rtnetlink requests: see rtnetlink(7), veth(4). */
#ifndef BOX_NETWORK_LINK_H
#define BOX_NETWORK_LINK_H

#include "netlink.h"
#include "network.h"

/* 172.30.0.1/16, in the byte order of the host. */
#define NETWORK_GATEWAY 0xac1e0001U
#define NETWORK_PREFIX_LENGTH 16
#define NETWORK_SUBNET_TEXT "172.30.0.0/16"

/* "172.30.0.2" */
void network_write_address(char text[INET_ADDRSTRLEN], struct in_addr address);

/* Docker's way: 02:42 and the four bytes of the address, so that no two are the same. */
void network_mac_of(struct in_addr address, uint8_t mac[6]);

/*
 * The index of the bridge, or a negative errno. Makes the bridge and gives it the gateway's address
 * if it is not there; `made` tells whether it did.
 */
long network_bridge(struct netlink *netlink, bool *made, const struct network_report *report);

/*
 * A veth pair: `interface` plugged into the bridge and up, eth0 in the namespace `net` and still
 * down, for the kernel brings up no end of a cable before there are two.
 */
long network_make_veth(struct netlink *netlink, const char *interface, long bridge, int net,
                       struct in_addr address);

/* Runs requests in another network namespace: the socket that this opens belongs to it. */
long network_open_inside(struct netlink *netlink, int net, struct tracer *tracer);

/* In the container's namespace: lo up, the address on eth0, the default route. */
long network_configure(struct netlink *inside, struct in_addr address);

long network_loopback_up(struct netlink *inside);

#endif
