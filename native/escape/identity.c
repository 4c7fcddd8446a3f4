/* Ids that are not the sandbox's, and what a user may have more of than others. */
#include <fcntl.h>
#include <linux/ioprio.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "attack.h"

static void other_ids(int count, char **arguments) {
  static const uid_t ids[] = {65536, 100000, 200000, 4294967294U};
  (void)count;
  (void)arguments;
  int file = open("/tmp/owned", O_CREAT | O_WRONLY | O_CLOEXEC, 0644);
  for (size_t i = 0; i < sizeof(ids) / sizeof(ids[0]); i++) {
    char what[64];
    snprintf(what, sizeof(what), "setresuid(%u)", ids[i]);
    attempt(what, setresuid(ids[i], ids[i], ids[i]));
    snprintf(what, sizeof(what), "fchown(%u)", ids[i]);
    attempt(what, fchown(file, ids[i], ids[i]));
  }
}

/* A user namespace whose map reaches beyond the sandbox's 65,536 ids. */
static void map_more(int count, char **arguments) {
  static const char *const maps[] = {"0 65536 1", "0 0 65537", "0 4294867296 1", "0 100000 65536"};
  (void)count;
  (void)arguments;
  for (size_t i = 0; i < sizeof(maps) / sizeof(maps[0]); i++) {
    int ready[2];
    char byte;
    char path[64];
    char what[64];
    if (pipe(ready) < 0) {
      return;
    }
    fflush(stdout);
    int pid = fork();
    if (pid == 0) {
      unshare(CLONE_NEWUSER);
      byte = 'u';
      if (write(ready[1], &byte, 1) == 1) {
        pause();
      }
      _exit(0);
    }
    if (read(ready[0], &byte, 1) != 1) {
      return;
    }
    snprintf(path, sizeof(path), "/proc/%d/uid_map", pid);
    snprintf(what, sizeof(what), "uid_map \"%s\"", maps[i]);
    attempt(what, write_file(path, maps[i]));
    attempt("a second uid_map for itself", write_file("/proc/self/uid_map", "0 0 1"));
    kill(pid, SIGKILL);
    wait_for(pid);
    close(ready[0]);
    close(ready[1]);
  }
}

/* More of the host's processors than the others get. */
static void priority(int count, char **arguments) {
  const struct sched_param real_time = {.sched_priority = 1};
  const struct rlimit64 unlimited = {RLIM64_INFINITY, RLIM64_INFINITY};
  const struct rlimit64 many_files = {1 << 20, 1 << 20};
  (void)count;
  (void)arguments;
  attempt("SCHED_FIFO", sched_setscheduler(0, SCHED_FIFO, &real_time));
  attempt("SCHED_RR", sched_setscheduler(0, SCHED_RR, &real_time));
  attempt("nice -20", setpriority(PRIO_PROCESS, 0, -20));
  attempt("ionice realtime", syscall(SYS_ioprio_set, 1, 0, IOPRIO_PRIO_VALUE(IOPRIO_CLASS_RT, 0)));
  attempt("oom_score_adj -1000", write_file("/proc/self/oom_score_adj", "-1000"));
  attempt("RLIMIT_NOFILE", syscall(SYS_prlimit64, 0, RLIMIT_NOFILE, &many_files, NULL));
  attempt("RLIMIT_CORE", syscall(SYS_prlimit64, 0, RLIMIT_CORE, &unlimited, NULL));
  attempt("RLIMIT_RTPRIO", syscall(SYS_prlimit64, 0, RLIMIT_RTPRIO, &unlimited, NULL));
}

/* Capabilities that were taken away do not come back by any exec. */
static void capabilities(int count, char **arguments) {
  static const int gone[] = {2, 9, 16, 17, 20, 22, 32, 33, 34, 38, 39, 40};
  unsigned long long bounding = 0;
  char status[4096];
  (void)count;
  (void)arguments;
  if (read_file("/proc/1/status", status, sizeof(status)) > 0) {
    const char *line = strstr(status, "CapBnd:\t");
    bounding = line == NULL ? 0 : strtoull(line + 8, NULL, 16);
  }
  for (size_t i = 0; i < sizeof(gone) / sizeof(gone[0]); i++) {
    if ((bounding >> gone[i] & 1) != 0) {
      open_way("capability %d is in PID 1's bounding set", gone[i]);
    }
  }
  refused("PID 1 is bound to %llx", bounding);
}

const struct attack IDENTITY_ATTACKS[] = {
    {"other-ids", other_ids},       {"map-more", map_more}, {"priority", priority},
    {"capabilities", capabilities}, {NULL, NULL},
};
