/*
 * The network of containers: a bridge in the machine, a veth pair for each container, names in a
 * shared hosts file, published ports. What Docker's default network is, made of the same parts.
 *
 * The kernel is the record of what exists: a container is attached as long as its veth is there,
 * and a veth goes with its network namespace. Files below the state directory add what the kernel
 * has no place for (names, ports); what they say of a container whose veth is gone is dropped at
 * the next use. A lock on the directory lets any number of `box` come and go at the same time.
 *
 * Every function is called in the machine's network namespace and by a process with one thread.
 * Each returns 0, or -1 with the failure filled.
 */
#ifndef BOX_NETWORK_H
#define BOX_NETWORK_H

#include <netinet/in.h>
#include <stdbool.h>
#include <stdint.h>

#include "../trace.h"

#define NETWORK_BRIDGE "box0"
#define NETWORK_PORTS_MAX 32
/* The hosts file below the state directory, the same for all containers. Bind-mount it. */
#define NETWORK_HOSTS_FILE "hosts"
/* The first argument (after argv[0]) by which `box` starts itself as a relay of ports. */
#define NETWORK_RELAY_COMMAND "network-relay"

/* Where calls are recorded, why one failed, and what is said of them in plain words. */
struct network_report {
  /* Its `step` is set here while calls are made, and is as it was afterwards. */
  struct tracer *tracer;
  struct glassbox_failure *failure;
  /* Gets a line of plain words before the calls that it explains. NULL: nothing is said. */
  void (*explain)(void *context, const char *words);
  void *context;
};

static inline void network_explain(const struct network_report *report, const char *words) {
  if (report->explain != NULL) {
    report->explain(report->context, words);
  }
}

/* A published port: `-p [ADDRESS:][PORT:]CONTAINER_PORT[/PROTOCOL]`. */
struct network_port {
  /* IPPROTO_TCP or IPPROTO_UDP. */
  int protocol;
  /* Where the machine listens; INADDR_ANY for every address. */
  struct in_addr address;
  /* 0 lets the kernel choose; network_attach fills in its choice. */
  uint16_t machine_port;
  uint16_t container_port;
};

/* A container that is to be attached: its namespaces are made, its program does not run yet. */
struct network_container {
  /* 64 hexadecimal digits. */
  const char *id;
  /* At most 64 letters, digits, `_`, `.` and `-`. */
  const char *name;
  /* NULL or a hostname of its own, which others can use as its name too; as long, and the same. */
  const char *hostname;
  /* The container's first process; the relay of its ports ends with it. */
  int pidfd;
  /* Its network namespace: an open /proc/PID/ns/net. */
  int net;
  struct network_port *ports;
  uint32_t port_count;
};

/* What `ps` and `inspect` say of an attached container. */
struct network_endpoint {
  struct in_addr address;
  struct in_addr gateway;
  unsigned int prefix_length;
  /* "02:42:ac:1e:00:02" */
  char mac[18];
  /* The machine's end of the veth pair; the container's is eth0. */
  char interface[16];
  char id[65];
  char name[65];
  struct network_port ports[NETWORK_PORTS_MAX];
  uint32_t port_count;
  /* The process that relays its ports, or 0. */
  int relay;
};

/*
 * Reads the argument of -p. Docker's words are in the failure's object for a wrong one, and its
 * step is "publish".
 */
int network_read_port(const char *argument, struct network_port *port,
                      struct glassbox_failure *failure);

/* Writes a port as `ps` shows it: "0.0.0.0:8080->80/tcp". */
void network_write_port(const struct network_port *port, char *text, size_t capacity);

/*
 * Attaches a container to the bridge, which is made if this is the first; publishes its ports; adds
 * it to the hosts file. `directory` is the state directory, /var/lib/box/network; it is made if it
 * is not there. A failure undoes what was done. When a port is taken, the failure's step is
 * "publish" and its object Docker's sentence: "Bind for 0.0.0.0:8080 failed: port is already
 * allocated"; `box` ends with 125 then.
 */
int network_attach(const char *directory, struct network_container *container,
                   struct network_endpoint *endpoint, const struct network_report *report);

/*
 * Takes a container that has ended from the network: its names and its ports; its veth goes with
 * its network namespace. That it is not attached is a success.
 */
int network_detach(const char *directory, const char *id, const struct network_report *report);

/* For `--network none`: in a namespace of its own, `lo` is all there is. Brings it up. */
int network_raise_loopback(int net, const struct network_report *report);

/*
 * Makes the hosts file ready to be mounted, before network_attach: the mount is made when the
 * container's root is, and names are written into the same file later.
 */
int network_prepare(const char *directory, const struct network_report *report);

/* The endpoint of an attached container; `found` tells whether it is attached. */
int network_find(const char *directory, const char *id, struct network_endpoint *endpoint,
                 bool *found, struct glassbox_failure *failure);

/* All attached containers, in the order of their addresses, at most `capacity` of them. */
int network_list(const char *directory, struct network_endpoint *endpoints, uint32_t capacity,
                 uint32_t *count, struct glassbox_failure *failure);

/* What `box network-relay …` runs: passes bytes between the machine's ports and a container's. */
int network_relay(int count, char **arguments);

#endif
