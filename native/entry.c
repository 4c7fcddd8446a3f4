#include "entry.h"

#include <errno.h>
#include <linux/prctl.h>
#include <linux/sched.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "cgroup_tree.h"
#include "confine.h"
#include "text.h"

#define NOBODY 65534
#define EXIT_NOT_FOUND 127

void give_up(const char *what, long error) {
  char line[256];
  struct text text = TEXT(line);
  const char *name = strerrorname_np((int)-error);
  text_append(&text, "glassbox: can't enter the machine: ");
  text_append(&text, what);
  text_append(&text, ": ");
  text_append(&text, name == NULL ? "EUNKNOWN" : name);
  text_append(&text, "\r\n");
  sys_write(STDERR_FILENO, line, text.length);
  _exit(EXIT_CANNOT_ENTER);
}

long check(long result, const char *what) {
  if (result < 0) {
    give_up(what, result);
  }
  return result;
}

/*
 * The pid may belong to another process by now. It is ours if its pid namespace is the one
 * expected, and if the pidfd's process is still alive after that was read.
 */
static void open_process(struct entry *entry) {
  char path[48];
  struct stat status;
  struct text text = TEXT(path);
  text_append(&text, "/proc/");
  text_number(&text, entry->pid);
  text_append(&text, "/ns/pid");
  entry->pidfd = (int)check(sys_pidfd_open(entry->pid), "PID 1");
  check(sys_fstatat(AT_FDCWD, path, &status, 0), "PID 1");
  check(sys_pidfd_send_signal(entry->pidfd, 0), "PID 1");
  if (status.st_ino != entry->pid_namespace) {
    give_up("PID 1", -ESRCH);
  }
}

uint32_t entry_id_base(const struct entry *entry) {
  char path[48];
  char map[128];
  uint64_t inside;
  uint64_t outside;
  struct text text = TEXT(path);
  text_append(&text, "/proc/");
  text_number(&text, entry->pid);
  text_append(&text, "/uid_map");
  check(read_text(AT_FDCWD, path, map, sizeof(map)), "uid_map");
  const char *at = text_read_number(map + strspn(map, " "), &inside);
  text_read_number(at + strspn(at, " "), &outside);
  if (outside < GLASSBOX_IDS) {
    give_up("uid_map", -EINVAL);
  }
  return (uint32_t)outside;
}

static void open_groups(struct entry *entry) {
  struct glassbox_failure failure;
  if (cgroup_layout_read(&entry->cgroups, &failure) < 0) {
    give_up("control groups", -ENOENT);
  }
  if ((entry->needs & GLASSBOX_NEED_NET_CLS) == 0) {
    cgroup_net_cls_leave_out(&entry->cgroups);
  } else {
    struct tracer silent = {0};
    check(cgroup_net_cls_add(&silent, &entry->cgroups, false), "net_cls");
  }
  check(cgroup_open_tasks(&entry->cgroups, entry->lab, entry->id), "control group");
}

static uint64_t number_argument(const char *text) {
  uint64_t number;
  if (*text == '\0' || *text_read_number(text, &number) != '\0') {
    give_up("arguments", -EINVAL);
  }
  return number;
}

static void read_arguments(struct entry *entry, int count, char **arguments, int extra) {
  if (count < 7 + extra || !cgroup_name_is_valid(arguments[3]) ||
      !cgroup_id_is_valid(arguments[4])) {
    give_up("arguments", -EINVAL);
  }
  *entry = (struct entry){
      .pid = (int)number_argument(arguments[1]),
      .pid_namespace = number_argument(arguments[2]),
      .lab = arguments[3],
      .id = arguments[4],
      .needs = (uint32_t)number_argument(arguments[5 + extra]),
      .command = arguments + 6 + extra,
      .group = -1,
  };
}

static char *copy_of(const char *text) {
  char *copy = strdup(text);
  if (copy == NULL) {
    give_up("arguments", -ENOMEM);
  }
  return copy;
}

/*
 * Anybody may read the command line of a process that they see, dumpable or not: until its exec,
 * that of the inner process would tell a learner of the host. So it is copied, and wiped.
 */
static void hide_arguments(struct entry *entry, int count, char **arguments, int extra) {
  char **command = calloc((size_t)count, sizeof(*command));
  if (command == NULL) {
    give_up("arguments", -ENOMEM);
  }
  for (int i = 0; entry->command[i] != NULL; i++) {
    command[i] = copy_of(entry->command[i]);
  }
  entry->command = command;
  entry->lab = copy_of(entry->lab);
  entry->id = copy_of(entry->id);
  for (int i = 0; i < extra; i++) {
    entry->extra[i] = copy_of(arguments[5 + i]);
  }
  for (int i = 0; i < count; i++) {
    explicit_bzero(arguments[i], strlen(arguments[i]));
  }
}

void entry_begin(struct entry *entry, int count, char **arguments, int extra) {
  check(system_call(SYS_prctl, PR_SET_DUMPABLE, 0, 0, 0, 0, 0), "memory");
  read_arguments(entry, count, arguments, extra);
  hide_arguments(entry, count, arguments, extra);
  open_process(entry);
  open_groups(entry);
}

long entry_clone(struct entry *entry, int *pidfd) {
  /* The pid namespace holds for children only; the rest is the inner process's to enter. */
  check(sys_setns(entry->pidfd, CLONE_NEWPID), "pid namespace");
  /* Born in its cgroup2 group: moving there later would wait for a grace period of RCU. */
  struct clone_args args = {
      .flags = (entry->group >= 0 ? CLONE_INTO_CGROUP : 0) | (pidfd != NULL ? CLONE_PIDFD : 0),
      .pidfd = (uint64_t)(uintptr_t)pidfd,
      .exit_signal = SIGCHLD,
      .cgroup = entry->group >= 0 ? (uint64_t)entry->group : 0,
  };
  return check(system_call(SYS_clone3, (long)&args, sizeof(args), 0, 0, 0, 0), "process");
}

/* Node ignores some signals and blocks others, and both would last through exec. */
void entry_reset_signals(void) {
  const struct sigaction usual = {.sa_handler = SIG_DFL};
  for (int signal = 1; signal < _NSIG; signal++) {
    sigaction(signal, &usual, NULL);
  }
  sys_signal_mask(0, NULL);
}

void entry_become_root(struct entry *entry, int on_end) {
  struct tracer silent = {0};
  const char *object = "";
  check(cgroup_join(&silent, &entry->cgroups, entry->lab, entry->id, &object), "control group");
  check(sys_setns(entry->pidfd, CLONE_NEWUSER | CLONE_NEWNS | CLONE_NEWNET | CLONE_NEWUTS |
                                    CLONE_NEWIPC | CLONE_NEWCGROUP | CLONE_NEWTIME),
        "namespaces");
  check(system_call(SYS_setgroups, 0, 0, 0, 0, 0, 0), "groups");
  check(system_call(SYS_setresgid, 0, 0, 0, 0, 0, 0), "group");
  check(system_call(SYS_setresuid, 0, 0, 0, 0, 0, 0), "user");
  /* A change of identity sets it to fs.suid_dumpable, which need not be 0 on every host. */
  check(system_call(SYS_prctl, PR_SET_DUMPABLE, 0, 0, 0, 0, 0), "memory");
  /* Should the outer process be killed. */
  system_call(SYS_prctl, PR_SET_PDEATHSIG, on_end, 0, 0, 0, 0);
}

/* Nothing of the server's environment goes in. */
static void set_environment(const char *terminal_name) {
  clearenv();
  setenv("TERM", terminal_name == NULL ? "dumb" : "xterm-256color", 1);
  setenv("LANG", "C.UTF-8", 1);
  setenv("HOME", "/root", 1);
  setenv("USER", "root", 1);
  setenv("LOGNAME", "root", 1);
  setenv("SHELL", "/bin/bash", 1);
  setenv("PATH", "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin", 1);
  if (terminal_name != NULL) {
    setenv("GLASSBOX_TERMINAL", terminal_name, 1);
  }
}

void entry_execute(struct entry *entry, const char *terminal_name) {
  struct tracer silent = {0};
  const char *object = "";
  check(sys_close_range(STDERR_FILENO + 1, ~0U), "files");
  check(confine_rlimits(&silent, &object), object);
  check(confine_capabilities(&silent, &object), object);
  check(confine_system_calls(&silent, entry->needs, &object), object);
  system_call(SYS_umask, 022, 0, 0, 0, 0, 0);
  if (chdir("/root") < 0) {
    check(chdir("/") < 0 ? -errno : 0, "/");
  }
  set_environment(terminal_name);
  entry_reset_signals();
  execvp(entry->command[0], entry->command);
  char line[256];
  text_join(line, sizeof(line), "glassbox: ", entry->command[0], ": can't be run\r\n");
  sys_write(STDERR_FILENO, line, strlen(line));
  _exit(EXIT_NOT_FOUND);
}

void entry_give_up_privilege(void) {
  system_call(SYS_setgroups, 0, 0, 0, 0, 0, 0);
  system_call(SYS_setresgid, NOBODY, NOBODY, NOBODY, 0, 0, 0);
  if (system_call(SYS_setresuid, NOBODY, NOBODY, NOBODY, 0, 0, 0) < 0) {
    _exit(EXIT_CANNOT_ENTER);
  }
}

int entry_exit_code(int status) {
  return WIFSIGNALED(status) ? 128 + WTERMSIG(status) : WEXITSTATUS(status);
}
