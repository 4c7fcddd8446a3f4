/*
 * The relay of published ports: a process that passes bytes between the machine's ports and a
 * container's, as docker-proxy does. It serves what address translation leaves out, 127.0.0.1
 * above all, and everything where there is no netfilter. It ends when the container does.
 */
#ifndef BOX_NETWORK_RELAY_H
#define BOX_NETWORK_RELAY_H

#include <sys/epoll.h>

#include "network.h"

/*
 * Starts the relay of a container: `listeners` are the sockets of its ports. Returns the relay's
 * pid.
 */
long network_start_relay(const struct network_endpoint *endpoint, const int *listeners, int pidfd,
                         const struct network_report *report);

/* Ends the relay of a container, if it has not ended with it, and waits until its ports are free.
 */
void network_stop_relay(const struct network_endpoint *endpoint);

/* Descriptors of a relay, from its start. */
#define RELAY_PIDFD 3
#define RELAY_FIRST_LISTENER 4
#define RELAY_FIRST_FREE (RELAY_FIRST_LISTENER + NETWORK_PORTS_MAX)

struct relay;

/* Something that the relay waits for; it is the first member of what it belongs to. */
struct relay_watch {
  void (*ready)(struct relay *relay, struct relay_watch *watch, uint32_t events);
};

/* A published port. */
struct relay_port {
  struct relay_watch watch;
  int protocol;
  int listener;
  struct sockaddr_in target;
};

struct relay {
  int epoll;
  struct relay_port ports[NETWORK_PORTS_MAX];
  uint32_t port_count;
  /* Open connections. No more are taken while `full`. */
  uint32_t open_count;
  bool full;
  struct relay_flow *flows;
  uint32_t flow_count;
  char datagram[65536];
  /* Freed when all events of one wait are done, for more of those may point to them. */
  struct relay_connection *closed;
};

/* epoll_ctl, which see: 0, or a negative errno. */
long relay_watch(const struct relay *relay, int operation, int fd, struct relay_watch *watch,
                 uint32_t events);

/* network_relay_tcp.c */
void relay_accept(struct relay *relay, struct relay_watch *watch, uint32_t events);
void relay_free_closed(struct relay *relay);

/* network_relay_udp.c */
void relay_receive(struct relay *relay, struct relay_watch *watch, uint32_t events);
/* Forgets clients that were silent for long; returns how long to wait for the next, or -1. */
int relay_expire(struct relay *relay);

#endif
