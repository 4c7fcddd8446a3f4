/* box stop, kill, wait and rm: how containers end. */
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>
#include <sys/file.h>
#include <unistd.h>

#include "../syscalls.h"
#include "commands.h"
#include "freezer.h"
#include "keep.h"
#include "message.h"
#include "options.h"

#define STOP_SECONDS 10
/* How long the one who looks after a container may take to put things in order. */
#define TIDY_NS (10 * NANOSECONDS)

/* "SIGTERM", "term" or "15"; 0 for none. */
static int signal_number(const char *word) {
  long long number;
  if (read_integer(word, &number)) {
    return number > 0 && number < 65 ? (int)number : 0;
  }
  const char *name = strncasecmp(word, "SIG", 3) == 0 ? word + 3 : word;
  for (int i = 1; i < 32; i++) {
    const char *known = sigabbrev_np(i);
    if (known != NULL && strcasecmp(known, name) == 0) {
      return i;
    }
  }
  return 0;
}

static bool wait_until(int pidfd, int64_t deadline_ns) {
  struct pollfd ended = {.fd = pidfd, .events = POLLIN};
  long result;
  do {
    result = sys_poll_until(&ended, 1, deadline_ns, monotonic_ns());
  } while (result == -EINTR);
  return result > 0;
}

/* After the container's end somebody may still note it. If nobody is there, there is no wait. */
static void wait_for_monitor(const struct container *container) {
  OWNED_FD monitor = container->monitor > 0 ? (int)sys_pidfd_open((int)container->monitor) : -1;
  if (monitor >= 0 && process_start(container->monitor) == container->monitor_start) {
    wait_until(monitor, monotonic_ns() + TIDY_NS);
  }
}

/* Of a foreground container the monitor is a `box run`, which ends as soon as it has tidied. */
static void end_container(const struct container *container, int pidfd) {
  sys_pidfd_send_signal(pidfd, SIGKILL);
  freezer_set(container, false);
  wait_until(pidfd, monotonic_ns() + TIDY_NS);
  wait_for_monitor(container);
}

struct stop_request {
  long long seconds;
  const char *signal;
};

static bool read_seconds(void *target, const char *value) {
  struct stop_request *request = target;
  return read_integer(value, &request->seconds) && request->seconds >= -1;
}

static const struct option_row STOP_OPTIONS[] = {
    {"signal", 's', OPTION_TEXT, offsetof(struct stop_request, signal), NULL, "SIGNAL",
     "Signal to send first"},
    {"time", 't', OPTION_READ, 0, read_seconds, "SECONDS",
     "How long to wait before killing (10; -1: for ever)"},
    {"timeout", 0, OPTION_READ, 0, read_seconds, "SECONDS", "The same as --time"},
    {0},
};

static const struct command_line STOP_LINE = {
    .command = "stop",
    .usage = "[OPTIONS] CONTAINER [CONTAINER...]",
    .summary = "Ask containers to end, and kill them if they don't",
    .options = STOP_OPTIONS,
    .anywhere = true,
    .words_min = 1,
    .words_max = NO_LIMIT,
};

static int checked_signal(const char *word) {
  int number = signal_number(word);
  if (number == 0) {
    give_up(1, "Error response: invalid signal: %s", word);
  }
  return number;
}

int command_stop(int count, char **arguments) {
  struct stop_request request = {.seconds = STOP_SECONDS};
  read_command_line(&STOP_LINE, &request, &count, arguments);
  for (int i = 0; i < count; i++) {
    struct container container;
    container_find(arguments[i], &container);
    OWNED_FD pidfd = container_process(&container);
    if (pidfd >= 0) {
      const char *word = request.signal != NULL             ? request.signal
                         : container.stop_signal[0] != '\0' ? container.stop_signal
                                                            : "TERM";
      const int64_t patience_ns =
          request.seconds < 0 ? INT64_MAX / 4 : request.seconds * NANOSECONDS;
      sys_pidfd_send_signal(pidfd, checked_signal(word));
      /* A frozen process gets it when it goes on. */
      if (freezer_is_frozen(&container)) {
        freezer_set(&container, false);
      }
      if (wait_until(pidfd, monotonic_ns() + patience_ns)) {
        wait_for_monitor(&container);
      } else {
        end_container(&container, pidfd);
      }
    }
    puts(arguments[i]);
  }
  return 0;
}

static const struct option_row KILL_OPTIONS[] = {
    {"signal", 's', OPTION_TEXT, offsetof(struct stop_request, signal), NULL, "SIGNAL",
     "Signal to send (KILL)"},
    {0},
};

static const struct command_line KILL_LINE = {
    .command = "kill",
    .usage = "[OPTIONS] CONTAINER [CONTAINER...]",
    .summary = "Send a signal to PID 1 of containers",
    .options = KILL_OPTIONS,
    .anywhere = true,
    .words_min = 1,
    .words_max = NO_LIMIT,
};

int command_kill(int count, char **arguments) {
  struct stop_request request = {.signal = "KILL"};
  int result = 0;
  read_command_line(&KILL_LINE, &request, &count, arguments);
  int number = checked_signal(request.signal);
  for (int i = 0; i < count; i++) {
    struct container container;
    container_find(arguments[i], &container);
    OWNED_FD pidfd = container_process(&container);
    if (pidfd < 0) {
      complain("Error response: cannot kill container: %s: container %s is not running",
               arguments[i], container.id);
      result = 1;
      continue;
    }
    if (number == SIGKILL) {
      end_container(&container, pidfd);
    } else {
      sys_pidfd_send_signal(pidfd, number);
    }
    puts(arguments[i]);
  }
  return result;
}

static const struct option_row NO_OPTIONS[] = {{0}};

static const struct command_line WAIT_LINE = {
    .command = "wait",
    .usage = "CONTAINER [CONTAINER...]",
    .summary = "Wait until containers end, and print their exit codes",
    .options = NO_OPTIONS,
    .words_min = 1,
    .words_max = NO_LIMIT,
};

int command_wait(int count, char **arguments) {
  read_command_line(&WAIT_LINE, NULL, &count, arguments);
  for (int i = 0; i < count; i++) {
    struct container container;
    container_find(arguments[i], &container);
    OWNED_FD directory = container_open(container.id);
    OWNED_FD pidfd = container_process(&container);
    if (pidfd >= 0) {
      wait_until(pidfd, INT64_MAX / 2);
      wait_for_monitor(&container);
      if (!container_load(&container, directory)) {
        container.exit_code = 0;
      }
    }
    printf("%lld\n", container.exit_code);
  }
  return 0;
}

struct remove_request {
  bool force;
  bool volumes;
};

static const struct option_row REMOVE_OPTIONS[] = {
    {"force", 'f', OPTION_FLAG, offsetof(struct remove_request, force), NULL, "",
     "Kill those that run"},
    {"volumes", 'v', OPTION_FLAG, offsetof(struct remove_request, volumes), NULL, "",
     "Remove volumes without a name, too"},
    {0},
};

static const struct command_line REMOVE_LINE = {
    .command = "rm",
    .usage = "[OPTIONS] CONTAINER [CONTAINER...]",
    .summary = "Remove containers",
    .options = REMOVE_OPTIONS,
    .anywhere = true,
    .words_min = 1,
    .words_max = NO_LIMIT,
};

static void nothing(int signal) {
  (void)signal;
}

/* Somebody else is making it or tidying up after it: that is over soon, or a person has to wait. */
static bool lock_in_time(int directory) {
  const struct sigaction interrupt = {.sa_handler = nothing};
  sigaction(SIGALRM, &interrupt, NULL);
  alarm(TIDY_NS / NANOSECONDS);
  bool locked = flock(directory, LOCK_EX) == 0;
  alarm(0);
  return locked;
}

static void remove_volume(const struct container *container) {
  char path[STORE_PATH_BYTES];
  store_path(path, "volumes", container->id, NULL);
  store_remove_tree(AT_FDCWD, path);
}

static int remove_one(const char *word, const struct remove_request *request) {
  struct container container;
  bool ambiguous;
  if (!container_try_find(word, &container, &ambiguous)) {
    complain(ambiguous ? "Error response: multiple IDs found with provided prefix: %s"
                       : "Error response: No such container: %s",
             word);
    return request->force && !ambiguous ? 0 : 1;
  }
  OWNED_FD directory = container_open(container.id);
  OWNED_FD pidfd = container_process(&container);
  if (pidfd >= 0 && !request->force) {
    complain("Error response: cannot remove container \"/%s\": container is %s: %s container "
             "before removing or force remove",
             container.name, freezer_is_frozen(&container) ? "paused" : "running",
             freezer_is_frozen(&container) ? "unpause" : "stop the");
    return 1;
  }
  if (pidfd >= 0) {
    end_container(&container, pidfd);
  }
  if (directory >= 0 && !lock_in_time(directory)) {
    complain("Error response: container %s is being started or removed by another box: try again",
             container.name);
    return 1;
  }
  long result = keep_remove(&container, directory);
  if (request->volumes) {
    remove_volume(&container);
  }
  if (result < 0) {
    complain("Error response: %s: %s", container.id, strerrorname_np((int)-result));
    return 1;
  }
  puts(word);
  return 0;
}

int command_remove(int count, char **arguments) {
  struct remove_request request = {0};
  int result = 0;
  read_command_line(&REMOVE_LINE, &request, &count, arguments);
  for (int i = 0; i < count; i++) {
    result |= remove_one(arguments[i], &request);
  }
  return result;
}
