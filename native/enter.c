/*
 * What node-pty spawns: puts a command on a terminal of a sandbox.
 *
 *   enter PID PID-NAMESPACE LAB ID TERMINAL-INDEX TERMINAL-NAME NEEDS COMMAND [ARGUMENT…]
 *
 * The outer one of its two processes (see entry.h) waits, and ends as the inner one did.
 *
 * Who spawned it closes the master when the outer process is gone, and by that the kernel hangs up
 * on the shell.
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
#include "entry.h"
#include "syscalls.h"
#include "text.h"

/* Flags of umount2 that the kernel's own headers do not name. */
#define DETACH 2    /* MNT_DETACH */
#define NO_FOLLOW 8 /* UMOUNT_NOFOLLOW */

struct terminal {
  /* N of /dev/ttyN, and what the sandbox's shell calls it. */
  const char *index;
  const char *name;
  int mount;
};

/* As login does, the terminal is given to who sits at it: the sandbox's root, and its group `tty`.
 */
static void prepare_terminal(const struct entry *entry, struct terminal *terminal) {
  const uint32_t id_base = entry_id_base(entry);
  check(system_call(SYS_fchown, STDIN_FILENO, id_base, id_base + 5, 0, 0, 0), "terminal");
  check(system_call(SYS_fchmod, STDIN_FILENO, 0620, 0, 0, 0, 0), "terminal");
  terminal->mount =
      (int)check(system_call(SYS_open_tree, STDIN_FILENO, (long)"",
                             AT_EMPTY_PATH | OPEN_TREE_CLONE | OPEN_TREE_CLOEXEC, 0, 0, 0),
                 "terminal");
  /* Or what is mounted on it in the sandbox would show on the host, where its mounts are shared. */
  struct mount_attr alone = {.propagation = MS_PRIVATE};
  check(system_call(SYS_mount_setattr, terminal->mount, (long)"", AT_EMPTY_PATH, (long)&alone,
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

/* The session's terminal is the inner process's to have: the outer one lets go of it. */
static void let_go_of_terminal(void) {
  const struct sigaction ignore = {.sa_handler = SIG_IGN};
  const struct sigaction usual = {.sa_handler = SIG_DFL};
  sigaction(SIGHUP, &ignore, NULL);
  /* No controlling terminal is as good. */
  ioctl(STDIN_FILENO, TIOCNOTTY);
  sigaction(SIGHUP, &usual, NULL);
}

/*
 * Mounts the terminal over /dev/ttyN and opens it there. That directory is the learner's, who may
 * have put anything in its place: what was opened counts only if it is the same device file as
 * before.
 */
static int open_named_terminal(const struct terminal *terminal) {
  char path[32];
  struct stat before;
  struct stat after;
  struct text text = TEXT(path);
  text_append(&text, "/dev/tty");
  text_append(&text, terminal->index);
  /* A terminal of before may still be there: its shell has ended, its mount has not. */
  while (system_call(SYS_umount2, (long)path, DETACH | NO_FOLLOW, 0, 0, 0, 0) == 0) {
  }
  OWNED_FD target = (int)sys_openat(AT_FDCWD, path, O_PATH | O_NOFOLLOW);
  if (target < 0 || sys_fstatat(target, "", &after, AT_EMPTY_PATH) < 0 || !S_ISREG(after.st_mode) ||
      system_call(SYS_move_mount, terminal->mount, (long)"", target, (long)"",
                  MOVE_MOUNT_F_EMPTY_PATH | MOVE_MOUNT_T_EMPTY_PATH, 0) < 0) {
    return -1;
  }
  int opened = (int)sys_openat(AT_FDCWD, path, O_RDWR | O_NOCTTY | O_NOFOLLOW);
  if (opened >= 0 && sys_fstatat(opened, "", &after, AT_EMPTY_PATH) == 0 &&
      sys_fstatat(STDIN_FILENO, "", &before, AT_EMPTY_PATH) == 0 && before.st_dev == after.st_dev &&
      before.st_ino == after.st_ino) {
    return opened;
  }
  close_owned(&opened);
  return -1;
}

/* On a machine whose /dev the learner broke, the terminal works all the same: it has no name then.
 */
static void take_terminal(const struct terminal *terminal) {
  OWNED_FD named = open_named_terminal(terminal);
  for (int fd = 0; named > STDERR_FILENO && fd <= STDERR_FILENO; fd++) {
    check(system_call(SYS_dup3, named, fd, 0, 0, 0, 0), "terminal");
  }
  system_call(SYS_setsid, 0, 0, 0, 0, 0, 0);
  check(ioctl(STDIN_FILENO, TIOCSCTTY, 0) < 0 ? -errno : 0, "terminal");
}

/* Waits for the inner process with nothing in hand: no fd, no capability, nobody's ids. */
__attribute__((noreturn)) static void wait_outside(int inner) {
  int status = 0;
  entry_reset_signals();
  sys_close_range(0, ~0U);
  entry_give_up_privilege();
  while (waitpid(inner, &status, 0) < 0 && errno == EINTR) {
  }
  _exit(entry_exit_code(status));
}

static bool is_terminal_index(const char *text) {
  uint64_t number;
  return *text != '\0' && *text_read_number(text, &number) == '\0' &&
         number <= GLASSBOX_TERMINALS_MAX;
}

int main(int count, char **arguments) {
  struct entry entry;
  entry_begin(&entry, count, arguments, 2);
  struct terminal terminal = {.index = entry.extra[0], .name = entry.extra[1]};
  if (!is_terminal_index(terminal.index)) {
    give_up("arguments", -EINVAL);
  }
  if (cgroup_unified(&entry.cgroups) != NULL) {
    entry.group =
        (int)check(cgroup_open_leaf(&entry.cgroups, entry.lab, entry.id, true), "control group");
  }
  prepare_terminal(&entry, &terminal);
  expect_utf8();
  let_go_of_terminal();
  long inner = entry_clone(&entry, NULL);
  if (inner == 0) {
    /* What it would hear from a closed terminal. */
    entry_become_root(&entry, SIGHUP);
    take_terminal(&terminal);
    entry_execute(&entry, terminal.name);
  }
  wait_outside((int)inner);
}
