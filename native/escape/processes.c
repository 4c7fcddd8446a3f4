/* Processes of the host and of other sandboxes: signals, tracing, memory, and what they keep. */
#include <fcntl.h>
#include <mqueue.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ipc.h>
#include <sys/ptrace.h>
#include <sys/resource.h>
#include <sys/shm.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <unistd.h>

#include "attack.h"

/* signals PID...: pids as the host has them, which here are nobody's or somebody else's. */
static void signals(int count, char **arguments) {
  for (int i = 0; i < count; i++) {
    int pid = atoi(arguments[i]);
    siginfo_t information = {.si_code = SI_QUEUE, .si_signo = SIGUSR1};
    char what[64];
    snprintf(what, sizeof(what), "kill %d", pid);
    attempt(what, kill(pid, SIGUSR1));
    snprintf(what, sizeof(what), "kill of group %d", pid);
    attempt(what, kill(-pid, SIGUSR1));
    attempt("tgkill", syscall(SYS_tgkill, pid, pid, SIGUSR1));
    attempt("rt_sigqueueinfo", syscall(SYS_rt_sigqueueinfo, pid, SIGUSR1, &information));
    attempt("pidfd_open", syscall(SYS_pidfd_open, pid, 0));
    int ends[2];
    if (pipe(ends) == 0) {
      attempt("F_SETOWN", fcntl(ends[0], F_SETOWN, pid));
    }
  }
  /* To all there are: those of this sandbox. The witness in the neighbour hears nothing. */
  signal(SIGUSR2, SIG_IGN);
  int pid = fork_as_root_of_new(CLONE_NEWPID);
  if (pid == 0) {
    kill(-1, SIGUSR1);
    _exit(0);
  }
  wait_for(pid);
  ask_host();
}

/* traces PID...: looking into processes of others, and changing them. */
static void traces(int count, char **arguments) {
  char byte = 0;
  struct iovec here = {&byte, 1};
  struct iovec there = {(void *)0x400000, 1};
  for (int i = 0; i < count; i++) {
    int pid = atoi(arguments[i]);
    char path[64];
    attempt("PTRACE_ATTACH", ptrace(PTRACE_ATTACH, pid, 0, 0));
    attempt("PTRACE_SEIZE", ptrace(PTRACE_SEIZE, pid, 0, 0));
    attempt("process_vm_readv", process_vm_readv(pid, &here, 1, &there, 1, 0));
    attempt("process_vm_writev", process_vm_writev(pid, &here, 1, &there, 1, 0));
    attempt("kcmp", syscall(SYS_kcmp, getpid(), pid, 0, 0UL, 0UL));
    attempt("prlimit of another", syscall(SYS_prlimit64, pid, RLIMIT_CPU, NULL, &here));
    attempt("setpriority of another", setpriority(PRIO_PROCESS, (id_t)pid, 19));
    attempt("sched_setaffinity of another", syscall(SYS_sched_setaffinity, pid, 1UL, &byte));
    snprintf(path, sizeof(path), "/proc/%d/mem", pid);
    attempt(path, open(path, O_RDWR | O_CLOEXEC));
    snprintf(path, sizeof(path), "/proc/%d/ns/mnt", pid);
    attempt(path, open(path, O_RDONLY | O_CLOEXEC));
  }
  /* PID 1 is the sandbox's own, and only its namespaces can be entered through it. */
  int own = open("/proc/1/ns/user", O_RDONLY | O_CLOEXEC);
  attempt("setns to the user namespace it is in", setns(own, CLONE_NEWUSER));
}

/* ipc KEY NAME: what the neighbour has made under these names. */
static void ipc(int count, char **arguments) {
  if (count < 2) {
    skipped("ipc KEY NAME");
    return;
  }
  char path[128];
  attempt("shmget", shmget(atoi(arguments[0]), 4096, 0600));
  attempt("mq_open", mq_open(arguments[1], O_RDONLY));
  snprintf(path, sizeof(path), "/dev/shm%s", arguments[1]);
  attempt(path, open(path, O_RDONLY | O_CLOEXEC));
  snprintf(path, sizeof(path), "/tmp%s", arguments[1]);
  attempt(path, open(path, O_RDONLY | O_CLOEXEC));
}

struct words {
  int count;
  char **words;
  int found;
};

static void look_for(const char *path, const struct words *words, int *found) {
  static char text[1 << 16];
  long length = read_file(path, text, sizeof(text));
  for (long i = 0; i < length; i++) {
    text[i] = text[i] == '\0' ? ' ' : text[i];
  }
  for (int i = 0; i < words->count && length > 0; i++) {
    if (strstr(text, words->words[i]) != NULL) {
      open_way("%s tells \"%s\"", path, words->words[i]);
      (*found)++;
    }
  }
}

static void read_process(int pid, void *context) {
  static const char *const files[] = {"environ", "mountinfo", "cgroup", "comm", "maps", "status"};
  struct words *words = context;
  for (size_t i = 0; i < sizeof(files) / sizeof(files[0]); i++) {
    char path[64];
    snprintf(path, sizeof(path), "/proc/%d/%s", pid, files[i]);
    look_for(path, words, &words->found);
  }
  /* Its own arguments are the words. */
  char path[64];
  snprintf(path, sizeof(path), "/proc/%d/cmdline", pid);
  if (pid != getpid() && pid != getppid()) {
    look_for(path, words, &words->found);
  }
}

/* words WORD...: what only the server knows, in all that /proc tells of any process. */
static void words(int count, char **arguments) {
  static const char *const files[] = {"/proc/mounts", "/proc/net/unix", "/proc/self/environ",
                                      "/etc/mtab"};
  struct words words = {.count = count, .words = arguments};
  each_process(read_process, &words);
  for (size_t i = 0; i < sizeof(files) / sizeof(files[0]); i++) {
    look_for(files[i], &words, &words.found);
  }
  if (words.found == 0) {
    refused("none of %d words in /proc", count);
  }
}

static void count_process(int pid, void *context) {
  (void)pid;
  (*(int *)context)++;
}

/* visible PID...: processes of the host by their pid there, and how many are seen at all. */
static void visible(int count, char **arguments) {
  int seen = 0;
  for (int i = 0; i < count; i++) {
    char path[64];
    snprintf(path, sizeof(path), "/proc/%s", arguments[i]);
    attempt(path, access(path, F_OK));
  }
  each_process(count_process, &seen);
  refused("%d processes are seen, all of them here", seen);
}

const struct attack PROCESS_ATTACKS[] = {
    {"signals", signals}, {"traces", traces},   {"ipc", ipc},
    {"words", words},     {"visible", visible}, {NULL, NULL},
};
