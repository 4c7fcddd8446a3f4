/* Namespaces, as many of a type as there can be. */
#include <fcntl.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "attack.h"
#include "floods.h"

/* Stays only as long as somebody holds it. */
static int namespace_of(int flag, const char *name) {
  char path[64];
  snprintf(path, sizeof(path), "/proc/self/ns/%s", name);
  return unshare(flag) < 0 || open(path, O_RDONLY) < 0 ? -1 : 0;
}

int uts_namespace(void) {
  return namespace_of(CLONE_NEWUTS, "uts");
}

int ipc_namespace(void) {
  return namespace_of(CLONE_NEWIPC, "ipc");
}

int net_namespace(void) {
  return namespace_of(CLONE_NEWNET, "net");
}

/* A copy of the whole tree of mounts each. */
int mount_namespace(void) {
  return namespace_of(CLONE_NEWNS, "mnt");
}

int cgroup_namespace(void) {
  return namespace_of(CLONE_NEWCGROUP, "cgroup");
}

int time_namespace(void) {
  return namespace_of(CLONE_NEWTIME, "time_for_children");
}

/* The caller can't go into one after the other: a child does, and what it was in stays open. */
static int namespace_of_child(int flag, const char *name) {
  char path[64];
  /* A bare clone: a fork into a namespace would take the caller along. */
  int pid = (int)syscall(SYS_clone, flag | SIGCHLD, 0, 0, 0, 0);
  if (pid < 0) {
    return -1;
  }
  if (pid == 0) {
    pause();
    _exit(0);
  }
  snprintf(path, sizeof(path), "/proc/%d/ns/%s", pid, name);
  int file = open(path, O_RDONLY);
  int error = errno;
  kill(pid, SIGKILL);
  waitpid(pid, NULL, 0);
  errno = error;
  return file < 0 ? -1 : 0;
}

int pid_namespace(void) {
  return namespace_of_child(CLONE_NEWPID, "pid");
}

int user_namespace(void) {
  return namespace_of_child(CLONE_NEWUSER, "user");
}
