/* Runs one attack by its name: attack [container] NAME [ARGUMENT…]. See attack.h. */
#include "attack.h"

#include <ctype.h>
#include <dirent.h>
#include <fcntl.h>
#include <sched.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

static void say(const char *verdict, const char *format, va_list arguments) {
  char line[512];
  vsnprintf(line, sizeof(line), format, arguments);
  printf("%s: %s\n", verdict, line);
  fflush(stdout);
}

#define SAY(verdict)                                                                               \
  va_list arguments;                                                                               \
  va_start(arguments, format);                                                                     \
  say(verdict, format, arguments);                                                                 \
  va_end(arguments)

void refused(const char *format, ...) {
  SAY("refused");
}

void open_way(const char *format, ...) {
  SAY("open");
}

void skipped(const char *format, ...) {
  SAY("skipped");
}

const char *error_name(int error) {
  const char *name = strerrorname_np(error);
  return name == NULL ? "EUNKNOWN" : name;
}

void attempt(const char *what, long result) {
  if (result == -1) {
    refused("%s: %s", what, error_name(errno));
  } else {
    open_way("%s", what);
  }
}

void ask_host(void) {
  char line[16];
  printf("look\n");
  fflush(stdout);
  if (read(STDIN_FILENO, line, sizeof(line)) <= 0) {
    skipped("the host did not look");
  }
}

long write_file(const char *path, const char *text) {
  int file = open(path, O_WRONLY | O_CLOEXEC);
  if (file < 0) {
    return -1;
  }
  long result = write(file, text, strlen(text));
  int error = errno;
  close(file);
  errno = error;
  return result;
}

long read_file(const char *path, char *text, size_t size) {
  int file = open(path, O_RDONLY | O_CLOEXEC);
  if (file < 0) {
    return -1;
  }
  long length = read(file, text, size - 1);
  int error = errno;
  close(file);
  text[length < 0 ? 0 : length] = '\0';
  errno = error;
  return length;
}

void each_process(void (*visit)(int pid, void *context), void *context) {
  DIR *directory = opendir("/proc");
  if (directory == NULL) {
    return;
  }
  for (struct dirent *entry = readdir(directory); entry != NULL; entry = readdir(directory)) {
    if (isdigit((unsigned char)entry->d_name[0])) {
      visit(atoi(entry->d_name), context);
    }
  }
  closedir(directory);
}

int fork_into(int flags) {
  if (flags != 0 && unshare(flags) < 0) {
    return -1;
  }
  int pid = fork();
  if (pid == 0) {
    prctl(PR_SET_PDEATHSIG, SIGKILL);
  }
  return pid;
}

/* The maps of one user are all that needs no help; 65,536 can be mapped by the sandbox's root. */
static bool map_ids(int pid, const char *map) {
  char path[64];
  static const char *const files[] = {"uid_map", "gid_map"};
  for (size_t i = 0; i < 2; i++) {
    snprintf(path, sizeof(path), "/proc/%d/%s", pid, files[i]);
    if (write_file(path, map) < 0) {
      return false;
    }
  }
  return true;
}

int fork_as_root_of_new(int flags) {
  int ready[2];
  int mapped[2];
  char byte;
  if (pipe(ready) < 0 || pipe(mapped) < 0) {
    return -1;
  }
  int pid = fork();
  if (pid == 0) {
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    if (unshare(CLONE_NEWUSER | (flags & ~CLONE_NEWPID)) < 0) {
      _exit(99);
    }
    close(ready[0]);
    close(mapped[1]);
    if (write(ready[1], "", 1) != 1 || read(mapped[0], &byte, 1) != 1 || setresuid(0, 0, 0) < 0 ||
        setresgid(0, 0, 0) < 0) {
      _exit(99);
    }
    close(ready[1]);
    close(mapped[0]);
    if ((flags & CLONE_NEWPID) == 0) {
      return 0;
    }
    int inner = fork_into(CLONE_NEWPID);
    if (inner == 0) {
      return 0;
    }
    _exit(inner < 0 ? 99 : wait_for(inner));
  }
  close(ready[1]);
  close(mapped[0]);
  bool done = pid > 0 && read(ready[0], &byte, 1) == 1 &&
              (map_ids(pid, "0 0 65536") || map_ids(pid, "0 0 1")) && write(mapped[1], "", 1) == 1;
  close(ready[0]);
  close(mapped[1]);
  return done ? pid : -1;
}

int wait_for(int pid) {
  int status = 0;
  while (waitpid(pid, &status, 0) < 0 && errno == EINTR) {
  }
  return WIFSIGNALED(status) ? 128 + WTERMSIG(status) : WEXITSTATUS(status);
}

static const struct attack *find(const char *name) {
  static const struct attack *const all[] = {
      LIMIT_ATTACKS,   KERNEL_ATTACKS,   CALL_ATTACKS,    FILE_ATTACKS,
      MOUNT_ATTACKS,   IDENTITY_ATTACKS, PROCESS_ATTACKS, ENTERING_ATTACKS,
      NETWORK_ATTACKS, TERMINAL_ATTACKS, FLOOD_ATTACKS,   WITNESSES,
  };
  for (size_t i = 0; i < sizeof(all) / sizeof(all[0]); i++) {
    for (const struct attack *attack = all[i]; attack->name != NULL; attack++) {
      if (strcmp(attack->name, name) == 0) {
        return attack;
      }
    }
  }
  return NULL;
}

/* All namespaces of a container, made by hand, with /proc of its own: the second level. */
static int in_container(const struct attack *attack, int count, char **arguments) {
  int pid = fork_as_root_of_new(CLONE_NEWNS | CLONE_NEWPID | CLONE_NEWNET | CLONE_NEWUTS |
                                CLONE_NEWIPC | CLONE_NEWCGROUP);
  if (pid < 0) {
    skipped("no container could be made: %s", error_name(errno));
    return 0;
  }
  if (pid > 0) {
    return wait_for(pid);
  }
  mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL);
  if (mount("proc", "/proc", "proc", 0, NULL) < 0) {
    skipped("a container without /proc: %s", error_name(errno));
    _exit(0);
  }
  attack->run(count, arguments);
  _exit(0);
}

int main(int count, char **arguments) {
  bool container = count > 1 && strcmp(arguments[1], "container") == 0;
  int at = container ? 2 : 1;
  const struct attack *attack = count > at ? find(arguments[at]) : NULL;
  if (attack == NULL) {
    fprintf(stderr, "attack [container] NAME [ARGUMENT...]: there is no such attack\n");
    return 2;
  }
  signal(SIGPIPE, SIG_IGN);
  setvbuf(stdout, NULL, _IOLBF, 0);
  if (container) {
    return in_container(attack, count - at - 1, arguments + at + 1);
  }
  attack->run(count - at - 1, arguments + at + 1);
  return 0;
}
