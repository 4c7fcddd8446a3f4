/*
 * Runs a command in a sandbox for a moment, without a terminal, and tells how it ended:
 *
 *   probe PID PID-NAMESPACE LAB ID NEEDS COMMAND [ARGUMENT…]
 *
 * Standard output: the exit code (or `timeout`), a line end, and the beginning of what the command
 * wrote to its own standard output. No line: it could not be run; standard error says why.
 *
 * Hostile as all in there: it may print without end, never end, close its files, start daemons. So
 * it is born in a cgroup2 group beside the machine's, out of which nothing in the sandbox can move,
 * and all that is in the group is killed when the command has ended or its time is up. In version 1
 * it is counted where the machine's processes are. Without cgroup2 there are no probes: nothing
 * else would end all that a command has started.
 */
#include <errno.h>
#include <linux/sched.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "cgroup_tree.h"
#include "entry.h"
#include "syscalls.h"
#include "text.h"

#define GROUP "probe"
#define TIME_NS (2 * NANOSECONDS)
/* A killed process is gone in no time, unless a learner has frozen it, or they are many and the
 * host is slow.
 */
#define END_NS (2 * NANOSECONDS)
#define OUTPUT_BYTES (16 << 10)

struct probe {
  struct entry entry;
  /* cgroup.kill and cgroup.events of its group. */
  int kill;
  int events;
  /* What it writes to: standard output and error. It reads nothing. */
  int outputs[2];
  char output[OUTPUT_BYTES];
  size_t length;
};

/* So is one that is gone, with the whole sandbox. */
static bool is_empty(const struct probe *probe) {
  char state[256];
  sys_lseek(probe->events, 0, SEEK_SET);
  long size = sys_read(probe->events, state, sizeof(state) - 1);
  state[size < 0 ? 0 : size] = '\0';
  return size < 0 || strstr(state, "populated 0") != NULL;
}

/* False when something is left all the same: then no other probe can begin. */
static bool kill_all(const struct probe *probe) {
  int64_t deadline = monotonic_ns() + END_NS;
  sys_write(probe->kill, "1", 1);
  while (!is_empty(probe)) {
    struct pollfd changes = {.fd = probe->events, .events = POLLPRI};
    int64_t now = monotonic_ns();
    if (now > deadline || sys_poll_until(&changes, 1, deadline, now) == 0) {
      return false;
    }
  }
  return true;
}

static int open_in_group(const struct probe *probe, const char *file, int flags) {
  return (int)check(sys_openat(probe->entry.group, file, flags), file);
}

static void open_group(struct probe *probe, const char *path) {
  probe->entry.group =
      (int)check(sys_openat(AT_FDCWD, path, O_RDONLY | O_DIRECTORY | O_NOFOLLOW), "control group");
  probe->kill = open_in_group(probe, "cgroup.kill", O_WRONLY);
  probe->events = open_in_group(probe, "cgroup.events", O_RDONLY);
}

/* Removes what a probe before has left. It may have lost its outer process, and then it still runs.
 */
static long remove_group(struct probe *probe, const char *path) {
  long result = sys_unlinkat(AT_FDCWD, path, AT_REMOVEDIR);
  if (result == -EBUSY) {
    open_group(probe, path);
    kill_all(probe);
    result = sys_unlinkat(AT_FDCWD, path, AT_REMOVEDIR);
    sys_close(probe->entry.group);
    sys_close(probe->kill);
    sys_close(probe->events);
  }
  return result == -ENOENT ? 0 : result;
}

/*
 * A new group for each probe: Linux 6.15 and later kill what is cloned into one whose cgroup.kill
 * was ever written.
 */
static void make_group(struct probe *probe) {
  const struct entry *entry = &probe->entry;
  const struct hierarchy *unified = cgroup_unified(&probe->entry.cgroups);
  char path[CGROUP_PATH_BYTES];
  if (unified == NULL) {
    give_up("cgroup2", -ENOENT);
  }
  if (!cgroup_path(path, unified, entry->lab, entry->id, GROUP)) {
    give_up("control group", -ENAMETOOLONG);
  }
  check(remove_group(probe, path), "the probe before");
  check(sys_mkdirat(AT_FDCWD, path, 0755), "control group");
  open_group(probe, path);
}

/* Pipes that belong to the sandbox's root, so that it can open /dev/stdout. */
static int make_pipe(uint32_t id_base, int *other_end) {
  int ends[2];
  check(system_call(SYS_pipe2, (long)ends, O_CLOEXEC, 0, 0, 0, 0), "pipe");
  check(system_call(SYS_fchown, ends[1], id_base, id_base, 0, 0, 0), "pipe");
  *other_end = ends[1];
  return ends[0];
}

/* Takes what is there; false at the end. Of standard error, and beyond the limit, it is dropped. */
static bool take_output(struct probe *probe, int which) {
  char dropped[4096];
  size_t room = which == 0 ? sizeof(probe->output) - probe->length : 0;
  char *to = room == 0 ? dropped : probe->output + probe->length;
  long size = sys_read(probe->outputs[which], to, room == 0 ? sizeof(dropped) : room);
  if (size > 0 && room > 0) {
    probe->length += (size_t)size;
  }
  return size > 0 || size == -EINTR || size == -EAGAIN;
}

/* Until the command has ended, whoever else it started; false when the time is up. */
static bool wait_for_end(struct probe *probe, int pidfd) {
  int64_t deadline = monotonic_ns() + TIME_NS;
  struct pollfd waited[] = {
      {.fd = pidfd, .events = POLLIN},
      {.fd = probe->outputs[0], .events = POLLIN},
      {.fd = probe->outputs[1], .events = POLLIN},
  };
  for (;;) {
    long result = sys_poll_until(waited, 3, deadline, monotonic_ns());
    if (result == 0 || monotonic_ns() > deadline) {
      return false;
    }
    for (int which = 0; which < 2; which++) {
      if (waited[which + 1].revents != 0 && !take_output(probe, which)) {
        waited[which + 1].fd = -1;
      }
    }
    if ((waited[0].revents & POLLIN) != 0) {
      return true;
    }
  }
}

/* What is still in the pipe once nobody writes any more. */
static void take_rest(struct probe *probe) {
  system_call(SYS_fcntl, probe->outputs[0], F_SETFL, O_NONBLOCK, 0, 0, 0);
  struct pollfd waiting = {.fd = probe->outputs[0], .events = POLLIN};
  while (probe->length < sizeof(probe->output) && sys_poll_until(&waiting, 1, 0, 0) == 1 &&
         (waiting.revents & POLLIN) != 0 && take_output(probe, 0)) {
  }
}

static void tell(const char *bytes, size_t length) {
  while (length > 0) {
    long size = sys_write(STDOUT_FILENO, bytes, length);
    if (size <= 0) {
      return;
    }
    bytes += size;
    length -= (size_t)size;
  }
}

__attribute__((noreturn)) static void watch_outside(struct probe *probe, int inner, int pidfd) {
  int status = 0;
  char line[16];
  struct text text = TEXT(line);
  entry_reset_signals();
  entry_give_up_privilege();
  bool ended = wait_for_end(probe, pidfd);
  bool gone = kill_all(probe);
  take_rest(probe);
  if (ended) {
    while (waitpid(inner, &status, 0) < 0 && errno == EINTR) {
    }
    text_number(&text, entry_exit_code(status));
  } else {
    text_append(&text, "timeout");
  }
  text_append(&text, "\n");
  tell(line, text.length);
  tell(probe->output, probe->length);
  _exit(gone ? 0 : EXIT_CANNOT_ENTER);
}

int main(int count, char **arguments) {
  static struct probe probe;
  struct entry *entry = &probe.entry;
  int nothing;
  int ends[2];
  int pidfd = -1;
  entry_begin(entry, count, arguments, 0);
  make_group(&probe);
  uint32_t id_base = entry_id_base(entry);
  int input = make_pipe(id_base, &nothing);
  sys_close(nothing);
  for (int i = 0; i < 2; i++) {
    probe.outputs[i] = make_pipe(id_base, &ends[i]);
  }
  long inner = entry_clone(entry, &pidfd);
  if (inner == 0) {
    entry_become_root(entry, SIGKILL);
    system_call(SYS_setsid, 0, 0, 0, 0, 0, 0);
    check(system_call(SYS_dup3, ends[0], STDOUT_FILENO, 0, 0, 0, 0), "files");
    check(system_call(SYS_dup3, ends[1], STDERR_FILENO, 0, 0, 0, 0), "files");
    check(system_call(SYS_dup3, input, STDIN_FILENO, 0, 0, 0, 0), "files");
    entry_execute(entry, NULL);
  }
  for (int i = 0; i < 2; i++) {
    sys_close(ends[i]);
  }
  watch_outside(&probe, (int)inner, pidfd);
}
