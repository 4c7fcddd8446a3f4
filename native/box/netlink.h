/*
 * Requests to the kernel's network configuration: see netlink(7) and rtnetlink(7).
 *
 * Several messages go in one sendto: the kernel works through them in order before it returns. Each
 * is written together with how it reads in the trace.
 */
#ifndef BOX_NETLINK_H
#define BOX_NETLINK_H

#include "../text.h"
#include "../trace.h"

struct netlink {
  struct tracer *tracer;
  int socket;
  uint32_t sequence;
  /* The requests built so far, the last one's offset, and how they read. */
  size_t length;
  size_t last;
  struct text reading;
  char words[192];
  _Alignas(8) char bytes[1024];
};

/* Opens a socket for the network namespace of the caller, which it keeps: 0 or a negative errno. */
long netlink_open(struct netlink *netlink, struct tracer *tracer);
void netlink_close(const struct netlink *netlink);

/* For `__attribute__((cleanup))`. */
#define OWNED_NETLINK __attribute__((cleanup(netlink_close))) struct netlink

/* Begins a request; returns room for its header of `size` bytes, all zero. */
void *netlink_request(struct netlink *netlink, uint16_t type, uint16_t flags, size_t size,
                      const char *reading);
/* Adds an attribute to the request begun last. */
void netlink_attribute(struct netlink *netlink, uint16_t type, const void *value, size_t size);
void netlink_string(struct netlink *netlink, uint16_t type, const char *value);
/* Begins an attribute made of attributes, with `header` zero bytes before them. */
size_t netlink_nest(struct netlink *netlink, uint16_t type, size_t header);
void netlink_nest_end(struct netlink *netlink, size_t nest);

/* Sends all requests; 0, or the negative errno of the first that failed. */
long netlink_send(struct netlink *netlink);

/* The index of an interface in the socket's namespace, or a negative errno: -ENODEV. */
long netlink_interface_index(const struct netlink *netlink, const char *name);

#endif
