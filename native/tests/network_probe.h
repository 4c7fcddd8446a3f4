/* Containers for the scenes of network_probe.c. */
#ifndef NETWORK_PROBE_H
#define NETWORK_PROBE_H

#include <sys/types.h>

#include "../box/network.h"

#define STATE "/tmp/network"
#define PATIENCE_MS 10000

/* A process that stands for a container: alive, in a network namespace of its own. */
struct container {
  char id[65];
  char name[16];
  pid_t pid;
  int pidfd;
  int net;
  struct network_endpoint endpoint;
};

/* What failed last, and where that is told; `explaining` has what is done explained, too. */
extern struct glassbox_failure failure;
extern const struct network_report REPORT;
extern bool explaining;
int say_failure(const char *what);

void make_container(struct container *container, unsigned number, const char *name);
int attach(struct container *container, struct network_port *ports, uint32_t port_count);
void kill_container(struct container *container);
void end_container(struct container *container);
void say_endpoint(const struct container *container);
void say_file(const char *path);
pid_t start_server(const struct container *container);
void stop_server(pid_t server);
void ask(const char *what, const char *address, unsigned port, size_t bytes);
void ask_by_datagram(const char *what, const char *address, unsigned port);
void ask_from(const struct container *container, const char *what, const char *address);

#endif
