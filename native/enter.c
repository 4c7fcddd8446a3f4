/*
 * What node-pty spawns: puts a command on a terminal of a sandbox.
 *
 *   enter PID PID-NAMESPACE LAB ID TERMINAL-INDEX TERMINAL-NAME NEEDS COMMAND [ARGUMENT…]
 *
 * NEEDS is the sandbox's mask of enum glassbox_need, for the system call filter.
 *
 * Two processes. The outer one stays outside, gives up all privilege, waits, and ends as the inner
 * one did. The inner one becomes the sandbox's root on the terminal. Until its exec it is a process
 * of the host among hostile ones: it can't be traced or looked into (PR_SET_DUMPABLE), its command
 * line says nothing, it holds no fd that leads out, and what it does after setns by name can only
 * harm its own machine.
 *
 * Standard input is the slave of a pseudo-terminal of the host, which has no name in the sandbox.
 * Its mount is copied and attached over /dev/ttyN there: then `tty` prints that name.
 */
#include <errno.h>
#include <linux/mount.h>
#include <linux/prctl.h>
#include <linux/sched.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/wait.h>
#include <termios.h>
#include <unistd.h>

#include "cgroup.h"
#include "cgroup_tree.h"
#include "confine.h"
#include "text.h"

/* Flags of umount2 that the kernel's own headers do not name. */
#define DETACH 2    /* MNT_DETACH */
#define NO_FOLLOW 8 /* UMOUNT_NOFOLLOW */
#define NOBODY 65534
#define EXIT_CANNOT_ENTER 126
#define EXIT_NOT_FOUND 127

struct entry {
  int pid;
  uint64_t pid_namespace;
  const char *lab;
  const char *id;
  const char *terminal_index;
  const char *terminal_name;
  uint32_t needs;
  char **command;
  int pidfd;
  int group;
  int terminal_mount;
  struct cgroup_layout cgroups;
};

/* Tells the learner's terminal, and ends. */
__attribute__((noreturn)) static void give_up(const char *what, long error) {
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

static long check(long result, const char *what) {
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

/* First host id of the sandbox: the second number of its uid_map. */
static uint32_t read_id_base(const struct entry *entry) {
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

/* As login does, the terminal is given to who sits at it: the sandbox's root, and its group `tty`.
 */
static void prepare_terminal(struct entry *entry) {
  const uint32_t id_base = read_id_base(entry);
  check(system_call(SYS_fchown, STDIN_FILENO, id_base, id_base + 5, 0, 0, 0), "terminal");
  check(system_call(SYS_fchmod, STDIN_FILENO, 0620, 0, 0, 0, 0), "terminal");
  entry->terminal_mount =
      (int)check(system_call(SYS_open_tree, STDIN_FILENO, (long)"",
                             AT_EMPTY_PATH | OPEN_TREE_CLONE | OPEN_TREE_CLOEXEC, 0, 0, 0),
                 "terminal");
  /* Or what is mounted on it in the sandbox would show on the host, where its mounts are shared. */
  struct mount_attr alone = {.propagation = MS_PRIVATE};
  check(system_call(SYS_mount_setattr, entry->terminal_mount, (long)"", AT_EMPTY_PATH, (long)&alone,
                    sizeof(alone), 0),
        "terminal");
}

/* node-pty leaves it off for who reads bytes; without it Backspace takes a third of a character. */
static void expect_utf8(void) {
  struct termios settings;
  if (tcgetattr(STDIN_FILENO, &settings) == 0) {
    settings.c_iflag |= IUTF8;
    tcsetattr(STDIN_FILENO, TCSANOW, &settings);
  }
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
  entry->group = -1;
  if (cgroup_unified(&entry->cgroups) != NULL) {
    entry->group =
        (int)check(cgroup_open_leaf(&entry->cgroups, entry->lab, entry->id, true), "control group");
  }
  check(cgroup_open_tasks(&entry->cgroups, entry->lab, entry->id), "control group");
}

/* The session's terminal is the inner process's to have: the outer one lets go of it. */
static void let_go_of_terminal(void) {
  const struct sigaction ignore = {.sa_handler = SIG_IGN};
  const struct sigaction usual = {.sa_handler = SIG_DFL};
  sigaction(SIGHUP, &ignore, NULL);
  /* No controlling terminal is as good. */
  ioctl(STDIN_FILENO, TIOCNOTTY);
  sigaction(SIGHUP, &usual, NULL);
}

/* Node ignores some signals and blocks others, and both would last through exec. */
static void reset_signals(void) {
  const struct sigaction usual = {.sa_handler = SIG_DFL};
  for (int signal = 1; signal < _NSIG; signal++) {
    sigaction(signal, &usual, NULL);
  }
  sys_signal_mask(0, NULL);
}

/*
 * Mounts the terminal over /dev/ttyN and opens it there. That directory is the learner's, who may
 * have put anything in its place: what was opened counts only if it is the same device file as
 * before.
 */
static int open_named_terminal(const struct entry *entry) {
  char path[32];
  struct stat before;
  struct stat after;
  struct text text = TEXT(path);
  text_append(&text, "/dev/tty");
  text_append(&text, entry->terminal_index);
  /* A terminal of before may still be there: its shell has ended, its mount has not. */
  while (system_call(SYS_umount2, (long)path, DETACH | NO_FOLLOW, 0, 0, 0, 0) == 0) {
  }
  OWNED_FD target = (int)sys_openat(AT_FDCWD, path, O_PATH | O_NOFOLLOW);
  if (target < 0 || sys_fstatat(target, "", &after, AT_EMPTY_PATH) < 0 || !S_ISREG(after.st_mode) ||
      system_call(SYS_move_mount, entry->terminal_mount, (long)"", target, (long)"",
                  MOVE_MOUNT_F_EMPTY_PATH | MOVE_MOUNT_T_EMPTY_PATH, 0) < 0) {
    return -1;
  }
  int terminal = (int)sys_openat(AT_FDCWD, path, O_RDWR | O_NOCTTY | O_NOFOLLOW);
  if (terminal >= 0 && sys_fstatat(terminal, "", &after, AT_EMPTY_PATH) == 0 &&
      sys_fstatat(STDIN_FILENO, "", &before, AT_EMPTY_PATH) == 0 && before.st_dev == after.st_dev &&
      before.st_ino == after.st_ino) {
    return terminal;
  }
  close_owned(&terminal);
  return -1;
}

/* On a machine whose /dev the learner broke, the terminal works all the same: it has no name then.
 */
static void take_terminal(const struct entry *entry) {
  OWNED_FD named = open_named_terminal(entry);
  for (int fd = 0; named > STDERR_FILENO && fd <= STDERR_FILENO; fd++) {
    check(system_call(SYS_dup3, named, fd, 0, 0, 0, 0), "terminal");
  }
  system_call(SYS_setsid, 0, 0, 0, 0, 0, 0);
  check(ioctl(STDIN_FILENO, TIOCSCTTY, 0) < 0 ? -errno : 0, "terminal");
}

/* Nothing of the server's environment goes in. */
static void set_environment(const struct entry *entry) {
  clearenv();
  setenv("TERM", "xterm-256color", 1);
  setenv("LANG", "C.UTF-8", 1);
  setenv("HOME", "/root", 1);
  setenv("USER", "root", 1);
  setenv("LOGNAME", "root", 1);
  setenv("SHELL", "/bin/bash", 1);
  setenv("PATH", "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin", 1);
  setenv("GLASSBOX_TERMINAL", entry->terminal_name, 1);
}

__attribute__((noreturn)) static void run_inside(struct entry *entry) {
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
  /* Should the outer process be killed, the shell hears what it would hear from a closed terminal.
   */
  system_call(SYS_prctl, PR_SET_PDEATHSIG, SIGHUP, 0, 0, 0, 0);
  take_terminal(entry);
  check(sys_close_range(STDERR_FILENO + 1, ~0U), "files");
  check(confine_rlimits(&silent, &object), object);
  check(confine_capabilities(&silent, &object), object);
  check(confine_system_calls(&silent, entry->needs, &object), object);
  system_call(SYS_umask, 022, 0, 0, 0, 0, 0);
  if (chdir("/root") < 0) {
    check(chdir("/") < 0 ? -errno : 0, "/");
  }
  set_environment(entry);
  reset_signals();
  execvp(entry->command[0], entry->command);
  char line[256];
  text_join(line, sizeof(line), "glassbox: ", entry->command[0], ": can't be run\r\n");
  sys_write(STDERR_FILENO, line, strlen(line));
  _exit(EXIT_NOT_FOUND);
}

/* Waits for the inner process with nothing in hand: no fd, no capability, nobody's ids. */
__attribute__((noreturn)) static void wait_outside(int inner) {
  int status = 0;
  reset_signals();
  sys_close_range(0, ~0U);
  system_call(SYS_setgroups, 0, 0, 0, 0, 0, 0);
  system_call(SYS_setresgid, NOBODY, NOBODY, NOBODY, 0, 0, 0);
  if (system_call(SYS_setresuid, NOBODY, NOBODY, NOBODY, 0, 0, 0) < 0) {
    _exit(EXIT_CANNOT_ENTER);
  }
  while (waitpid(inner, &status, 0) < 0 && errno == EINTR) {
  }
  _exit(WIFSIGNALED(status) ? 128 + WTERMSIG(status) : WEXITSTATUS(status));
}

static uint64_t number_argument(const char *text) {
  uint64_t number;
  if (*text == '\0' || *text_read_number(text, &number) != '\0') {
    give_up("arguments", -EINVAL);
  }
  return number;
}

static void read_arguments(struct entry *entry, int count, char **arguments) {
  if (count < 9 || !cgroup_name_is_valid(arguments[3]) || !cgroup_id_is_valid(arguments[4]) ||
      number_argument(arguments[5]) > GLASSBOX_TERMINALS_MAX) {
    give_up("arguments", -EINVAL);
  }
  *entry = (struct entry){
      .pid = (int)number_argument(arguments[1]),
      .pid_namespace = number_argument(arguments[2]),
      .lab = arguments[3],
      .id = arguments[4],
      .terminal_index = arguments[5],
      .terminal_name = arguments[6],
      .needs = (uint32_t)number_argument(arguments[7]),
      .command = arguments + 8,
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
static void hide_arguments(struct entry *entry, int count, char **arguments) {
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
  entry->terminal_index = copy_of(entry->terminal_index);
  entry->terminal_name = copy_of(entry->terminal_name);
  for (int i = 0; i < count; i++) {
    explicit_bzero(arguments[i], strlen(arguments[i]));
  }
}

int main(int count, char **arguments) {
  struct entry entry;
  check(system_call(SYS_prctl, PR_SET_DUMPABLE, 0, 0, 0, 0, 0), "memory");
  read_arguments(&entry, count, arguments);
  hide_arguments(&entry, count, arguments);
  open_process(&entry);
  open_groups(&entry);
  prepare_terminal(&entry);
  expect_utf8();
  let_go_of_terminal();
  /* The pid namespace holds for children only; the rest is the inner process's to enter. */
  check(sys_setns(entry.pidfd, CLONE_NEWPID), "pid namespace");
  /* Born in its cgroup2 group: moving there later would wait for a grace period of RCU. */
  struct clone_args args = {
      .flags = entry.group >= 0 ? CLONE_INTO_CGROUP : 0,
      .exit_signal = SIGCHLD,
      .cgroup = entry.group >= 0 ? (uint64_t)entry.group : 0,
  };
  long inner = check(system_call(SYS_clone3, (long)&args, sizeof(args), 0, 0, 0, 0), "process");
  if (inner == 0) {
    run_inside(&entry);
  }
  wait_outside((int)inner);
}
