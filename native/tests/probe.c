/*
 * The only program of a test sandbox, static, so that no image is needed: it does one thing, says
 * what the kernel answered, and ends or waits.
 */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <net/if.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "probe.h"

extern char **environ;

static int count_descriptors(const char *path) {
  int count = 0;
  DIR *directory = opendir(path);
  if (directory == NULL) {
    return -1;
  }
  for (struct dirent *entry = readdir(directory); entry != NULL; entry = readdir(directory)) {
    count += entry->d_name[0] != '.' && atoi(entry->d_name) != dirfd(directory);
  }
  closedir(directory);
  return count;
}

void report_file(const char *path) {
  char line[256];
  FILE *file = fopen(path, "r");
  while (file != NULL && fgets(line, sizeof(line), file) != NULL) {
    printf("%s: %s", path, line);
  }
  if (file != NULL) {
    fclose(file);
  }
}

/* Facts about the process, one a line. */
static int report(void) {
  char name[64];
  char environment[64] = "";
  struct winsize size = {0};
  gethostname(name, sizeof(name));
  printf("hostname: %s\n", name);
  printf("ids: %d %d %d %d groups: %d\n", getuid(), geteuid(), getgid(), getegid(),
         getgroups(0, NULL));
  printf("terminal: %s\n", ttyname(0));
  printf("foreground: %d\n", tcgetpgrp(0) == getpgrp() && getsid(0) == getpid());
  ioctl(0, TIOCGWINSZ, &size);
  printf("size: %d %d\n", size.ws_row, size.ws_col);
  printf("descriptors: %d\n", count_descriptors("/proc/self/fd"));
  printf("init descriptors: %d\n", count_descriptors("/proc/1/fd"));
  int fd = open("/proc/1/environ", O_RDONLY);
  printf("init environment: %zd\n", read(fd, environment, sizeof(environment)));
  close(fd);
  for (char **variable = environ; *variable != NULL; variable++) {
    printf("variable: %s\n", *variable);
  }
  struct sigaction action;
  sigaction(SIGPIPE, NULL, &action);
  printf("default signals: %d\n", action.sa_handler == SIG_DFL);
  printf("bounding CAP_SYS_MODULE: %d CAP_SYS_ADMIN: %d\n", prctl(PR_CAPBSET_READ, 16),
         prctl(PR_CAPBSET_READ, 21));
  report_file("/proc/self/cgroup");
  return 0;
}

/* Its network cards, and who resolves names. */
static int network(void) {
  struct if_nameindex *interfaces = if_nameindex();
  for (struct if_nameindex *each = interfaces; each != NULL && each->if_index != 0; each++) {
    printf("interface: %s\n", each->if_name);
  }
  if_freenameindex(interfaces);
  report_file("/etc/resolv.conf");
  return 0;
}

__attribute__((noreturn)) static void wait_for_ever(void) {
  printf("ready\n");
  for (;;) {
    pause();
  }
}

/* Forks until the kernel says no, says how often it worked, and waits with all of them. */
__attribute__((noreturn)) static void bomb(void) {
  int count = 0;
  fflush(stdout);
  for (;;) {
    pid_t child = fork();
    if (child == 0) {
      for (;;) {
        pause();
      }
    }
    if (child < 0) {
      break;
    }
    count++;
  }
  printf("forks: %d\n", count);
  wait_for_ever();
}

/* Takes memory until it is killed. */
__attribute__((noreturn)) static void eat(void) {
  for (;;) {
    char *bytes = mmap(NULL, 1 << 20, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (bytes != MAP_FAILED) {
      memset(bytes, 1, 1 << 20);
    }
  }
}

static int fill(void) {
  static char bytes[1 << 16];
  long total = 0;
  int fd = open("/tmp/big", O_CREAT | O_WRONLY, 0600);
  ssize_t size;
  do {
    size = write(fd, bytes, sizeof(bytes));
    total += size > 0 ? size : 0;
  } while (size > 0);
  printf("filled: %ld %s\n", total >> 20, strerrorname_np(errno));
  unlink("/tmp/big");
  return 0;
}

/* Leaves a grandchild behind that ends by itself, and waits for a key. */
__attribute__((noreturn)) static void orphan(void) {
  char key;
  int ends[2];
  fflush(stdout);
  if (pipe(ends) < 0) {
    _exit(1);
  }
  pid_t child = fork();
  if (child == 0) {
    if (fork() == 0) {
      /* Until the parent is gone and PID 1 is the new one; then it ends. */
      close(ends[1]);
      while (getppid() != 1) {
        sched_yield();
      }
      prctl(PR_SET_NAME, "orphan");
      while (read(ends[0], &key, 1) > 0) {
      }
      _exit(0);
    }
    _exit(0);
  }
  close(ends[0]);
  waitpid(child, NULL, 0);
  printf("ready\n");
  if (read(0, &key, 1) < 0) {
    _exit(1);
  }
  close(ends[1]);
  wait_for_ever();
}

/* A process in a second level of namespaces, with a name that tries to mislead. */
static int container(const char *hostname) {
  fflush(stdout);
  if (unshare(CLONE_NEWPID | CLONE_NEWUTS) < 0 || sethostname(hostname, strlen(hostname)) < 0) {
    return 1;
  }
  pid_t child = fork();
  if (child == 0) {
    prctl(PR_SET_NAME, "a) R (b\n\xff");
    wait_for_ever();
  }
  waitpid(child, NULL, 0);
  return 0;
}

static int resized(void) {
  sigset_t signals;
  int signal;
  struct winsize size;
  sigemptyset(&signals);
  sigaddset(&signals, SIGWINCH);
  sigprocmask(SIG_BLOCK, &signals, NULL);
  printf("ready\n");
  sigwait(&signals, &signal);
  ioctl(0, TIOCGWINSZ, &size);
  printf("resized: %d %d\n", size.ws_row, size.ws_col);
  return 0;
}

int main(int count, char **arguments) {
  const char *what = count > 1 ? arguments[1] : "";
  setvbuf(stdout, NULL, _IOLBF, 0);
  if (strcmp(what, "report") == 0) {
    return report();
  }
  if (strcmp(what, "network") == 0) {
    return network();
  }
  if (strcmp(what, "calls") == 0) {
    return calls();
  }
  if (strcmp(what, "netfilter") == 0) {
    return netfilter();
  }
  if (strcmp(what, "nest") == 0) {
    return nest();
  }
  if (strcmp(what, "attached") == 0) {
    return attached();
  }
  if (strcmp(what, "disk") == 0) {
    return disk();
  }
  if (strcmp(what, "devices") == 0) {
    return devices();
  }
  if (strcmp(what, "net_cls") == 0) {
    return net_cls();
  }
  if (strcmp(what, "groups") == 0) {
    return groups();
  }
  if (strcmp(what, "bomb") == 0) {
    bomb();
  }
  if (strcmp(what, "eat") == 0) {
    eat();
  }
  if (strcmp(what, "fill") == 0) {
    return fill();
  }
  if (strcmp(what, "orphan") == 0) {
    orphan();
  }
  if (strcmp(what, "container") == 0) {
    return container(arguments[2]);
  }
  if (strcmp(what, "resized") == 0) {
    return resized();
  }
  if (strcmp(what, "wait") == 0) {
    wait_for_ever();
  }
  if (strcmp(what, "deaf") == 0) {
    signal(SIGHUP, SIG_IGN);
    wait_for_ever();
  }
  if (strcmp(what, "break-dev") == 0) {
    /* A symbolic link in the place of a terminal, to a file that must stay as it is. */
    umount2("/dev/tty1", MNT_DETACH);
    return unlink("/dev/tty1") < 0 || symlink("/root", "/dev/tty1") < 0;
  }
  if (strcmp(what, "exit") == 0) {
    return atoi(arguments[2]);
  }
  if (strcmp(what, "die") == 0) {
    raise(atoi(arguments[2]));
  }
  return 1;
}
