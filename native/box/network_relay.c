#include "network_relay.h"

#include <arpa/inet.h>
#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "network_link.h"
#include "network_port.h"

/* Descriptors of a relay, from its start. */
#define RELAY_PIDFD 3
#define RELAY_FIRST_LISTENER 4
#define RELAY_FIRST_FREE (RELAY_FIRST_LISTENER + NETWORK_PORTS_MAX)
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

/* What the relay is started with, and what `ps` shows of it. */
struct relay_start {
  char *arguments[3 + 3 * NETWORK_PORTS_MAX];
  char words[3 * NETWORK_PORTS_MAX][24];
  int descriptors[1 + NETWORK_PORTS_MAX];
  uint32_t descriptor_count;
};

static void write_socket_name(char *words, size_t capacity, struct in_addr address,
                              unsigned int port) {
  char dotted[INET_ADDRSTRLEN];
  network_write_address(dotted, address);
  snprintf(words, capacity, "%s:%u", dotted, port);
}

static void prepare(struct relay_start *start, const struct network_endpoint *endpoint,
                    const int *listeners, int pidfd) {
  size_t count = 0;
  start->arguments[count++] = "box";
  start->arguments[count++] = NETWORK_RELAY_COMMAND;
  start->descriptors[0] = pidfd;
  for (uint32_t i = 0; i < endpoint->port_count; i++) {
    const struct network_port *port = &endpoint->ports[i];
    char(*words)[24] = &start->words[3 * (size_t)i];
    snprintf(words[0], sizeof(words[0]), "%s", network_protocol_name(port));
    write_socket_name(words[1], sizeof(words[1]), port->address, port->machine_port);
    write_socket_name(words[2], sizeof(words[2]), endpoint->address, port->container_port);
    for (size_t j = 0; j < 3; j++) {
      start->arguments[count++] = words[j];
    }
    start->descriptors[1 + i] = listeners[i];
  }
  start->arguments[count] = NULL;
  start->descriptor_count = 1 + endpoint->port_count;
}

/* In a process of its own: nothing is kept of `box` but the sockets and the pidfd. */
__attribute__((noreturn)) static void become_relay(struct relay_start *start) {
  char *const environment[] = {NULL};
  setsid();
  for (uint32_t i = 0; i < start->descriptor_count; i++) {
    start->descriptors[i] = fcntl(start->descriptors[i], F_DUPFD_CLOEXEC, RELAY_FIRST_FREE);
  }
  const int null = open("/dev/null", O_RDWR | O_CLOEXEC);
  for (int fd = 0; fd < RELAY_PIDFD; fd++) {
    dup2(null, fd);
  }
  for (uint32_t i = 0; i < start->descriptor_count; i++) {
    dup2(start->descriptors[i], RELAY_PIDFD + (int)i);
  }
  sys_close_range(RELAY_PIDFD + start->descriptor_count, ~0U);
  if (chdir("/") == 0) {
    execve("/proc/self/exe", start->arguments, environment);
  }
  _exit(125);
}

static void explain_relay(const struct network_report *report, const struct relay_start *start) {
  char words[512];
  int length = snprintf(words, sizeof(words),
                        "Start a relay for the published ports, as Docker starts docker-proxy:");
  for (char *const *argument = start->arguments;
       *argument != NULL && length > 0 && (size_t)length < sizeof(words); argument++) {
    length += snprintf(words + length, sizeof(words) - (size_t)length, " %s", *argument);
  }
  network_explain(report, words);
}

long network_start_relay(const struct network_endpoint *endpoint, const int *listeners, int pidfd,
                         const struct network_report *report) {
  struct relay_start start;
  int status = 0;
  prepare(&start, endpoint, listeners, pidfd);
  explain_relay(report, &start);
  const struct argument arguments[] = {AS(SIGCHLD, "SIGCHLD"), AS(0, "NULL")};
  struct glassbox_call *call = trace_begin(report->tracer, "clone", arguments, 2);
  const pid_t child = fork();
  if (child == 0) {
    /* The relay becomes a child of PID 1, which reaps it: `box` may end before it or after. */
    const pid_t relay = fork();
    if (relay == 0) {
      become_relay(&start);
    }
    _exit(relay < 0 ? 1 : 0);
  }
  const long result = child < 0 ? -errno : child;
  trace_finish(report->tracer, call, result);
  if (result < 0) {
    return result;
  }
  while (waitpid(child, &status, 0) < 0 && errno == EINTR) {
  }
  return status == 0 ? 0 : -EAGAIN;
}
