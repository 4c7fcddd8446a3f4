/*
 * The relay's datagrams. UDP has no connections, so each client that sends gets a socket of its
 * own towards the container, and what comes back on it goes to that client; until it was silent for
 * a while.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "../syscalls.h"
#include "network_relay.h"

#define SILENCE_NS (90 * NANOSECONDS) /* as long as docker-proxy waits */
#define FLOWS_MAX 256

struct relay_flow {
  struct relay_watch watch;
  struct relay_port *port;
  struct sockaddr_in client;
  int fd;
  int64_t used_ns;
  struct relay_flow *next;
};

/* What a flow carries back. An error, as of a port that nobody listens on, is not passed on. */
static void answer(struct relay *relay, struct relay_watch *watch, uint32_t events) {
  struct relay_flow *flow = (struct relay_flow *)(void *)watch;
  (void)events;
  ssize_t size = recv(flow->fd, relay->datagram, sizeof(relay->datagram), 0);
  if (size >= 0) {
    flow->used_ns = monotonic_ns();
    sendto(flow->port->listener, relay->datagram, (size_t)size, 0,
           (const struct sockaddr *)&flow->client, sizeof(flow->client));
  }
}

static struct relay_flow *find_flow(const struct relay *relay, const struct relay_port *port,
                                    const struct sockaddr_in *client) {
  for (struct relay_flow *flow = relay->flows; flow != NULL; flow = flow->next) {
    if (flow->port == port && flow->client.sin_port == client->sin_port &&
        flow->client.sin_addr.s_addr == client->sin_addr.s_addr) {
      return flow;
    }
  }
  return NULL;
}

static struct relay_flow *begin_flow(struct relay *relay, struct relay_port *port,
                                     const struct sockaddr_in *client) {
  struct relay_flow *flow = relay->flow_count < FLOWS_MAX ? calloc(1, sizeof(*flow)) : NULL;
  if (flow == NULL) {
    return NULL;
  }
  *flow = (struct relay_flow){.watch = {answer}, .port = port, .client = *client};
  flow->fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
  if (flow->fd < 0 ||
      connect(flow->fd, (const struct sockaddr *)&port->target, sizeof(port->target)) < 0 ||
      relay_watch(relay, EPOLL_CTL_ADD, flow->fd, &flow->watch, EPOLLIN) < 0) {
    close_owned(&flow->fd);
    free(flow);
    return NULL;
  }
  flow->next = relay->flows;
  relay->flows = flow;
  relay->flow_count++;
  return flow;
}

/* A datagram that finds no room is lost, as datagrams are. */
void relay_receive(struct relay *relay, struct relay_watch *watch, uint32_t events) {
  struct relay_port *port = (struct relay_port *)(void *)watch;
  struct sockaddr_in client = {0};
  socklen_t size = sizeof(client);
  (void)events;
  ssize_t length = recvfrom(port->listener, relay->datagram, sizeof(relay->datagram), 0,
                            (struct sockaddr *)&client, &size);
  if (length < 0) {
    return;
  }
  struct relay_flow *flow = find_flow(relay, port, &client);
  if (flow == NULL) {
    flow = begin_flow(relay, port, &client);
  }
  if (flow != NULL) {
    flow->used_ns = monotonic_ns();
    send(flow->fd, relay->datagram, (size_t)length, 0);
  }
}

int relay_expire(struct relay *relay) {
  const int64_t now_ns = monotonic_ns();
  int64_t wait_ns = -1;
  struct relay_flow **link = &relay->flows;
  while (*link != NULL) {
    struct relay_flow *flow = *link;
    const int64_t left_ns = flow->used_ns + SILENCE_NS - now_ns;
    if (left_ns <= 0) {
      *link = flow->next;
      close(flow->fd);
      free(flow);
      relay->flow_count--;
      continue;
    }
    wait_ns = wait_ns < 0 || left_ns < wait_ns ? left_ns : wait_ns;
    link = &flow->next;
  }
  return wait_ns < 0 ? -1 : (int)(wait_ns / 1000000) + 1;
}
