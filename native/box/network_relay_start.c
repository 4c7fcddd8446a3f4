/* The start and the end of a relay, as `box` sees them. */
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "../cgroup_tree.h"
#include "network_link.h"
#include "network_port.h"
#include "network_relay.h"

#define PATIENCE_NS NANOSECONDS

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
  int ends[2];
  pid_t relay = -1;
  if (pipe2(ends, O_CLOEXEC) < 0) {
    return -errno;
  }
  OWNED_FD reading = ends[0];
  OWNED_FD writing = ends[1];
  prepare(&start, endpoint, listeners, pidfd);
  explain_relay(report, &start);
  const struct argument arguments[] = {AS(SIGCHLD, "SIGCHLD"), AS(0, "NULL")};
  struct glassbox_call *call = trace_begin(report->tracer, "clone", arguments, 2);
  const pid_t child = fork();
  if (child == 0) {
    /*
     * The relay becomes a child of PID 1, which reaps it: `box` may end before it or after. It
     * begins in a session without a terminal, for the one that `box` runs on may be hung up at
     * once.
     */
    setsid();
    relay = fork();
    if (relay == 0) {
      become_relay(&start);
    }
    _exit(relay > 0 && write(writing, &relay, sizeof(relay)) == sizeof(relay) ? 0 : 1);
  }
  const long result = child < 0 ? -errno : child;
  trace_finish(report->tracer, call, result);
  if (result < 0) {
    return result;
  }
  while (waitpid(child, &status, 0) < 0 && errno == EINTR) {
  }
  return status == 0 && read(reading, &relay, sizeof(relay)) == sizeof(relay) ? relay : -EAGAIN;
}

/* The pid may be another process's by now: a relay says in its arguments whose it is. */
static bool is_relay_of(const struct network_endpoint *endpoint) {
  char path[32];
  char words[4096];
  char address[INET_ADDRSTRLEN + 1];
  snprintf(path, sizeof(path), "/proc/%d/cmdline", endpoint->relay);
  const long size = read_text(AT_FDCWD, path, words, sizeof(words));
  network_write_address(address, endpoint->address);
  strcat(address, ":");
  return size > 0 &&
         memmem(words, (size_t)size, NETWORK_RELAY_COMMAND, sizeof(NETWORK_RELAY_COMMAND)) !=
             NULL &&
         memmem(words, (size_t)size, address, strlen(address)) != NULL;
}

void network_stop_relay(const struct network_endpoint *endpoint) {
  OWNED_FD pidfd = endpoint->relay > 0 ? (int)sys_pidfd_open(endpoint->relay) : -1;
  if (pidfd < 0 || !is_relay_of(endpoint)) {
    return;
  }
  struct pollfd ended = {.fd = pidfd, .events = POLLIN};
  const int64_t now_ns = monotonic_ns();
  sys_pidfd_send_signal(pidfd, SIGKILL);
  sys_poll_until(&ended, 1, now_ns + PATIENCE_NS, now_ns);
}
