/* box logs and attach: what a container has written, and what it writes. */
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/inotify.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "../syscalls.h"
#include "commands.h"
#include "keep.h"
#include "message.h"
#include "options.h"

#define FOREVER (INT64_MAX / 2)
#define BUFFER_BYTES 32768

struct logs_request {
  bool follow;
  long long tail;
};

static bool read_tail(void *target, const char *value) {
  struct logs_request *request = target;
  if (strcmp(value, "all") == 0) {
    request->tail = -1;
    return true;
  }
  return read_integer(value, &request->tail) && request->tail >= 0;
}

static const struct option_row LOGS_OPTIONS[] = {
    {"follow", 'f', OPTION_FLAG, offsetof(struct logs_request, follow), NULL, "",
     "Go on showing what it writes"},
    {"tail", 'n', OPTION_READ, 0, read_tail, "N", "Only the last N lines"},
    {0},
};

static const struct command_line LOGS_LINE = {
    .command = "logs",
    .usage = "[OPTIONS] CONTAINER",
    .summary = "Show what a container has written",
    .options = LOGS_OPTIONS,
    .anywhere = true,
    .words_min = 1,
    .words_max = 1,
};

static void show_rest(int log) {
  char bytes[BUFFER_BYTES];
  for (long size = sys_read(log, bytes, sizeof(bytes)); size > 0;
       size = sys_read(log, bytes, sizeof(bytes))) {
    fwrite(bytes, 1, (size_t)size, stdout);
  }
  fflush(stdout);
}

/* Goes to where the last lines begin, reading backwards. */
static void skip_to_tail(int log, long long lines) {
  long end = sys_lseek(log, 0, SEEK_END);
  long start = end;
  while (start > 0) {
    char bytes[4096];
    long size = start < (long)sizeof(bytes) ? start : (long)sizeof(bytes);
    if (pread(log, bytes, (size_t)size, start - size) != size) {
      break;
    }
    for (long i = size - 1; i >= 0; i--, start--) {
      /* The end of the last line ends no line before it. */
      if (bytes[i] == '\n' && start != end && --lines <= 0) {
        sys_lseek(log, start, SEEK_SET);
        return;
      }
    }
  }
  sys_lseek(log, lines == 0 ? end : 0, SEEK_SET);
}

static void follow(const struct container *container, int directory, int log) {
  char path[64];
  char events[4096] __attribute__((aligned(8)));
  OWNED_FD pidfd = container_process(container);
  OWNED_FD notify = inotify_init1(IN_CLOEXEC | IN_NONBLOCK);
  snprintf(path, sizeof(path), "/proc/self/fd/%d/log", directory);
  inotify_add_watch(notify, path, IN_MODIFY);
  show_rest(log);
  while (pidfd >= 0) {
    struct pollfd ready[] = {{.fd = pidfd, .events = POLLIN}, {.fd = notify, .events = POLLIN}};
    sys_poll_until(ready, 2, FOREVER, 0);
    sys_read(notify, events, sizeof(events));
    show_rest(log);
    if (ready[0].revents != 0) {
      break;
    }
  }
  /* Its last words are still being written down by whoever looks after it. */
  OWNED_FD monitor = container->monitor > 0 ? (int)sys_pidfd_open((int)container->monitor) : -1;
  if (monitor >= 0 && process_start(container->monitor) == container->monitor_start) {
    struct pollfd ended = {.fd = monitor, .events = POLLIN};
    sys_poll_until(&ended, 1, 5 * NANOSECONDS, 0);
  }
  show_rest(log);
}

int command_logs(int count, char **arguments) {
  struct logs_request request = {.tail = -1};
  struct container container;
  read_command_line(&LOGS_LINE, &request, &count, arguments);
  container_find(arguments[0], &container);
  OWNED_FD directory = container_open(container.id);
  OWNED_FD log = (int)sys_openat(directory, "log", O_RDONLY);
  if (log < 0) {
    return 0;
  }
  if (request.tail >= 0) {
    skip_to_tail(log, request.tail);
  }
  if (request.follow) {
    follow(&container, directory, log);
  } else {
    show_rest(log);
  }
  return 0;
}

static const struct option_row NO_OPTIONS[] = {{0}};

static const struct command_line ATTACH_LINE = {
    .command = "attach",
    .usage = "CONTAINER",
    .summary = "Come back to a running container's terminal (Ctrl-P Ctrl-Q leaves it)",
    .options = NO_OPTIONS,
    .words_min = 1,
    .words_max = 1,
};

int command_attach(int count, char **arguments) {
  struct container container;
  struct sockaddr_un address = {.sun_family = AF_UNIX, .sun_path = "attach"};
  read_command_line(&ATTACH_LINE, NULL, &count, arguments);
  container_find(arguments[0], &container);
  if (!container_is_running(&container)) {
    give_up(1, "You cannot attach to a stopped container, start it first");
  }
  OWNED_FD directory = container_open(container.id);
  OWNED_FD door = socket(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0);
  if (door < 0 || fchdir(directory) < 0 ||
      connect(door, (const struct sockaddr *)(const void *)&address, sizeof(address)) < 0) {
    give_up(1, "Error response: nobody looks after container %s: it was started in the foreground",
            container.name);
  }
  int exit_code = client_run(door, container.terminal, container.interactive);
  return exit_code < 0 ? 0 : exit_code;
}
