/*
 * The small process that stays with a container which runs on its own or has a terminal: it keeps
 * the output, passes it to whoever watches, and notes the end. It is `box` itself.
 *
 * A watcher talks to it over a socket of packets. The first byte of each says what it is:
 *
 *   to a watcher:   o bytes of standard output or of the terminal
 *                   e bytes of standard error
 *                   x the exit code in digits; the last packet
 *   from a watcher: i bytes for standard input or the terminal
 *                   z there is no more input
 *                   w rows and columns, each two bytes
 *                   s a signal, one byte
 */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "../text.h"
#include "keep.h"
#include "message.h"

#define WATCHERS_MAX 8
#define PACKET_BYTES 16384
#define FOREVER (INT64_MAX / 2)

struct monitor {
  struct relay *relay;
  int watchers[WATCHERS_MAX];
  int door;
  char input[PACKET_BYTES];
  size_t input_length;
  bool input_ended;
};

static void tell(struct monitor *monitor, char kind, const char *bytes, size_t size) {
  char packet[PACKET_BYTES + 1];
  packet[0] = kind;
  memcpy(packet + 1, bytes, size);
  for (size_t i = 0; i < WATCHERS_MAX; i++) {
    /* A watcher that does not read holds the container up, as a stopped terminal would. */
    if (monitor->watchers[i] >= 0 && system_call(SYS_sendto, monitor->watchers[i], (long)packet,
                                                 (long)size + 1, MSG_NOSIGNAL, 0, 0) < 0) {
      sys_close(monitor->watchers[i]);
      monitor->watchers[i] = -1;
    }
  }
}

static bool pass_output(struct monitor *monitor, int from, char kind) {
  char bytes[PACKET_BYTES];
  long size = sys_read(from, bytes, sizeof(bytes));
  if (size <= 0) {
    return size == -EINTR || size == -EAGAIN;
  }
  if (monitor->relay->log >= 0) {
    sys_write(monitor->relay->log, bytes, (size_t)size);
  }
  tell(monitor, kind, bytes, (size_t)size);
  return true;
}

static void write_input(struct monitor *monitor) {
  int target = monitor->relay->terminal >= 0 ? monitor->relay->terminal : monitor->relay->input;
  long written = target < 0 ? -EPIPE : sys_write(target, monitor->input, monitor->input_length);
  if (written > 0) {
    monitor->input_length -= (size_t)written;
    memmove(monitor->input, monitor->input + written, monitor->input_length);
  } else if (written != -EAGAIN && written != -EINTR) {
    monitor->input_length = 0;
  }
}

static void obey(struct monitor *monitor, const char *packet, size_t size) {
  struct winsize window = {0};
  switch (packet[0]) {
  case 'i':
    memcpy(monitor->input, packet + 1, size - 1);
    monitor->input_length = size - 1;
    write_input(monitor);
    return;
  case 'z':
    monitor->input_ended = true;
    return;
  case 'w':
    if (size == 5 && monitor->relay->terminal >= 0) {
      memcpy(&window.ws_row, packet + 1, 2);
      memcpy(&window.ws_col, packet + 3, 2);
      ioctl(monitor->relay->terminal, TIOCSWINSZ, &window);
    }
    return;
  case 's':
    if (size == 2) {
      sys_pidfd_send_signal(monitor->relay->pidfd, packet[1]);
    }
    return;
  default:
    return;
  }
}

static void hear(struct monitor *monitor, int *watcher) {
  char packet[PACKET_BYTES + 1];
  long size = sys_read(*watcher, packet, sizeof(packet));
  if (size > 0) {
    obey(monitor, packet, (size_t)size);
  } else if (size != -EINTR && size != -EAGAIN) {
    sys_close(*watcher);
    *watcher = -1;
  }
}

/* A socket in the container's directory, by a name relative to it: whole paths are too long. */
static int open_door(int directory) {
  struct sockaddr_un address = {.sun_family = AF_UNIX, .sun_path = "attach"};
  int door = socket(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
  if (door < 0 || fchdir(directory) < 0 ||
      bind(door, (const struct sockaddr *)(const void *)&address, sizeof(address)) < 0 ||
      listen(door, WATCHERS_MAX) < 0) {
    complain("can't make a place for 'box attach': %s", strerrorname_np(errno));
  }
  if (chdir("/") < 0) {
    complain("can't go to /");
  }
  return door;
}

static void admit(struct monitor *monitor) {
  int watcher = accept4(monitor->door, NULL, NULL, SOCK_CLOEXEC);
  for (size_t i = 0; watcher >= 0 && i < WATCHERS_MAX; i++) {
    if (monitor->watchers[i] < 0) {
      monitor->watchers[i] = watcher;
      return;
    }
  }
  close_owned(&watcher);
}

static void drain(struct monitor *monitor) {
  int *const sources[] = {&monitor->relay->terminal, &monitor->relay->outputs[0],
                          &monitor->relay->outputs[1]};
  for (size_t i = 0; i < 3; i++) {
    struct pollfd readable = {.fd = *sources[i], .events = POLLIN};
    while (*sources[i] >= 0 && sys_poll_until(&readable, 1, 0, 0) > 0 &&
           pass_output(monitor, *sources[i], i == 2 ? 'e' : 'o')) {
    }
  }
}

static void close_end(int *fd) {
  close_owned(fd);
  *fd = -1;
}

static bool run_once(struct monitor *monitor) {
  struct relay *relay = monitor->relay;
  struct pollfd events[6 + WATCHERS_MAX] = {
      {.fd = relay->pidfd, .events = POLLIN},
      {.fd = monitor->door, .events = POLLIN},
      {.fd = relay->terminal, .events = monitor->input_length > 0 ? POLLIN | POLLOUT : POLLIN},
      {.fd = relay->outputs[0], .events = POLLIN},
      {.fd = relay->outputs[1], .events = POLLIN},
      {.fd = monitor->input_length > 0 ? relay->input : -1, .events = POLLOUT},
  };
  for (size_t i = 0; i < WATCHERS_MAX; i++) {
    /* What one sent is passed on before more is taken. */
    events[6 + i].fd = monitor->input_length > 0 ? -1 : monitor->watchers[i];
    events[6 + i].events = POLLIN;
  }
  if (sys_poll_until(events, 6 + WATCHERS_MAX, FOREVER, 0) < 0) {
    return true;
  }
  if (events[1].revents != 0) {
    admit(monitor);
  }
  if ((events[2].revents & POLLOUT) != 0 || events[5].revents != 0) {
    write_input(monitor);
  }
  if ((events[2].revents & ~POLLOUT) != 0 && !pass_output(monitor, relay->terminal, 'o')) {
    close_end(&relay->terminal);
  }
  for (int i = 0; i < 2; i++) {
    if (events[3 + i].revents != 0 &&
        !pass_output(monitor, relay->outputs[i], i == 0 ? 'o' : 'e')) {
      close_end(&relay->outputs[i]);
    }
  }
  for (size_t i = 0; i < WATCHERS_MAX; i++) {
    if (events[6 + i].revents != 0) {
      hear(monitor, &monitor->watchers[i]);
    }
  }
  if (monitor->input_ended && monitor->input_length == 0) {
    close_end(&relay->input);
  }
  return events[0].revents == 0;
}

void monitor_run(struct relay *relay, int first, int directory, int *exit_code,
                 int (*ended)(void *context), void *context) {
  static struct monitor monitor;
  char digits[16];
  monitor.relay = relay;
  memset(monitor.watchers, -1, sizeof(monitor.watchers));
  monitor.watchers[0] = first;
  monitor.door = open_door(directory);
  signal(SIGPIPE, SIG_IGN);
  if (relay->terminal >= 0) {
    fcntl(relay->terminal, F_SETFL, O_NONBLOCK);
  }
  if (relay->input >= 0) {
    fcntl(relay->input, F_SETFL, O_NONBLOCK);
  }
  while (run_once(&monitor)) {
  }
  drain(&monitor);
  *exit_code = ended(context);
  snprintf(digits, sizeof(digits), "%d", *exit_code);
  tell(&monitor, 'x', digits, strlen(digits));
  close_owned(&monitor.door);
}
