#include "network_relay.h"

#include <arpa/inet.h>
#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "network_link.h"
#include "network_port.h"

#define EVENTS 64
/* How long no connection is taken when there was no room for one and none has ended. */
#define FULL_WAIT_MS 1000

long relay_watch(const struct relay *relay, int operation, int fd, struct relay_watch *watch,
                 uint32_t events) {
  struct epoll_event event = {.events = events, .data.ptr = watch};
  return epoll_ctl(relay->epoll, operation, fd, &event) < 0 ? -errno : 0;
}

static void end_with_container(struct relay *relay, struct relay_watch *watch, uint32_t events) {
  (void)relay;
  (void)watch;
  (void)events;
  _exit(0);
}

/* "172.30.0.2:80" */
static bool read_target(const char *text, struct sockaddr_in *target) {
  char address[INET_ADDRSTRLEN];
  uint16_t port;
  if (sscanf(text, "%15[0-9.]:%hu", address, &port) != 2) {
    return false;
  }
  target->sin_family = AF_INET;
  target->sin_port = htons(port);
  return inet_pton(AF_INET, address, &target->sin_addr) == 1;
}

static bool read_ports(struct relay *relay, int count, char **arguments) {
  if (count % 3 != 0 || count / 3 > NETWORK_PORTS_MAX) {
    return false;
  }
  for (int i = 0; i < count; i += 3) {
    struct relay_port *port = &relay->ports[relay->port_count];
    port->protocol = strcmp(arguments[i], "udp") == 0 ? IPPROTO_UDP : IPPROTO_TCP;
    port->listener = RELAY_FIRST_LISTENER + (int)relay->port_count;
    port->watch.ready = port->protocol == IPPROTO_UDP ? relay_receive : relay_accept;
    if (!read_target(arguments[i + 2], &port->target) ||
        relay_watch(relay, EPOLL_CTL_ADD, port->listener, &port->watch, EPOLLIN) < 0) {
      return false;
    }
    relay->port_count++;
  }
  return true;
}

static void listen_again(struct relay *relay, bool listening) {
  for (uint32_t i = 0; i < relay->port_count; i++) {
    if (relay->ports[i].protocol == IPPROTO_TCP) {
      relay_watch(relay, EPOLL_CTL_MOD, relay->ports[i].listener, &relay->ports[i].watch,
                  listening ? EPOLLIN : 0);
    }
  }
}

/* One wait, and what came of it. */
static void turn(struct relay *relay) {
  struct epoll_event events[EVENTS];
  const uint32_t open_before = relay->open_count;
  const int expiry_ms = relay_expire(relay);
  const bool was_full = relay->full;
  const int wait_ms =
      was_full && (expiry_ms < 0 || expiry_ms > FULL_WAIT_MS) ? FULL_WAIT_MS : expiry_ms;
  const int count = epoll_wait(relay->epoll, events, EVENTS, wait_ms);
  for (int i = 0; i < count; i++) {
    struct relay_watch *watch = events[i].data.ptr;
    watch->ready(relay, watch, events[i].events);
  }
  relay_free_closed(relay);
  if (was_full && (count == 0 || relay->open_count < open_before)) {
    relay->full = false;
    listen_again(relay, true);
  } else if (relay->full && !was_full) {
    listen_again(relay, false);
  }
}

int network_relay(int count, char **arguments) {
  struct relay relay = {.epoll = epoll_create1(EPOLL_CLOEXEC)};
  struct relay_watch container = {end_with_container};
  if (relay.epoll < 0 || relay_watch(&relay, EPOLL_CTL_ADD, RELAY_PIDFD, &container, EPOLLIN) < 0 ||
      !read_ports(&relay, count - 2, arguments + 2)) {
    fprintf(stderr, "box: %s is what box starts by itself for the ports of -p\n",
            NETWORK_RELAY_COMMAND);
    return 125;
  }
  for (;;) {
    turn(&relay);
  }
}
