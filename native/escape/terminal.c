/* Terminals: typing as somebody else, other drivers, ptys of others. */
#include <dirent.h>
#include <fcntl.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "attack.h"

static void typing(int count, char **arguments) {
  char character = 'x';
  char subcode[] = {3, 0};
  (void)count;
  (void)arguments;
  int terminal = open("/dev/tty", O_RDWR | O_CLOEXEC);
  int fd = terminal >= 0 ? terminal : STDIN_FILENO;
  attempt("TIOCSTI", ioctl(fd, TIOCSTI, &character));
  attempt("TIOCSTI with a high half", syscall(SYS_ioctl, fd, TIOCSTI | (1UL << 40), &character));
  attempt("TIOCLINUX", ioctl(fd, TIOCLINUX, subcode));
  attempt("TIOCCONS", ioctl(fd, TIOCCONS, 0));
}

/* Line disciplines are drivers that a terminal may load: some have had holes for years. */
static void disciplines(int count, char **arguments) {
  int error = 0;
  (void)count;
  (void)arguments;
  int terminal = open("/dev/ptmx", O_RDWR | O_NOCTTY | O_CLOEXEC);
  for (int discipline = 1; discipline < 32; discipline++) {
    if (ioctl(terminal, TIOCSETD, &discipline) == 0) {
      open_way("line discipline %d", discipline);
    } else {
      error = errno;
    }
  }
  refused("line disciplines 1 to 31: %s", error_name(error));
}

/* A devpts of one's own shows one's own terminals; /dev/tty1 is the one this sandbox was given. */
static void others(int count, char **arguments) {
  (void)count;
  (void)arguments;
  mkdir("/tmp/ptys", 0755);
  if (mount("devpts", "/tmp/ptys", "devpts", 0, NULL) < 0) {
    refused("devpts: %s", error_name(errno));
    return;
  }
  DIR *directory = opendir("/tmp/ptys");
  for (struct dirent *entry = directory == NULL ? NULL : readdir(directory); entry != NULL;
       entry = readdir(directory)) {
    if (entry->d_name[0] != '.' && strcmp(entry->d_name, "ptmx") != 0) {
      open_way("the terminal %s is seen", entry->d_name);
    }
  }
  closedir(directory);
  umount2("/tmp/ptys", MNT_DETACH);
  refused("a devpts of its own is empty");
  fflush(stdout);
  int pid = fork();
  if (pid == 0) {
    /* A session of its own may not take the terminal of the session that has it. */
    setsid();
    attempt("the terminal of another session", ioctl(STDIN_FILENO, TIOCSCTTY, 1));
    _exit(0);
  }
  wait_for(pid);
}

const struct attack TERMINAL_ATTACKS[] = {
    {"typing", typing},
    {"disciplines", disciplines},
    {"other-terminals", others},
    {NULL, NULL},
};
