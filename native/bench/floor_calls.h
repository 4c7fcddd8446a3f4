/* The floor's way to make a system call: it must not fail, and is counted. */
#ifndef FLOOR_CALLS_H
#define FLOOR_CALLS_H

#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "../syscalls.h"

#define SETS_OF_CALLS 64

/* Shared with the child, which is another process: how often each call was made, and a file. */
static struct {
  struct {
    const char *name;
    unsigned count;
  } calls[SETS_OF_CALLS];
  int sealed;
} * shared;

static long must(long result, const char *what) {
  if (result < 0) {
    dprintf(STDERR_FILENO, "floor: %s: %s\n", what, strerror((int)-result));
    _exit(1);
  }
  return result;
}

static void count(const char *name) {
  for (size_t i = 0; i < SETS_OF_CALLS; i++) {
    if (shared->calls[i].name == NULL || strcmp(shared->calls[i].name, name) == 0) {
      shared->calls[i].name = name;
      shared->calls[i].count++;
      return;
    }
  }
}

#define AT(_1, _2, _3, _4, _5, _6, ...)                                                            \
  (long)(_1), (long)(_2), (long)(_3), (long)(_4), (long)(_5), (long)(_6)
#define CALL(name, ...)                                                                            \
  (count(#name), must(system_call(SYS_##name, AT(__VA_ARGS__, 0, 0, 0, 0, 0, 0)), #name))
#define MOUNT(source, target, type, flags, options)                                                \
  CALL(mount, source, target, type, flags, options)
#define MKDIR(path) CALL(mkdirat, AT_FDCWD, path, 0755)

/* As the trace, which shows the writing alone. */
static void put(const char *path, const char *text) {
  int fd = (int)must(sys_openat(AT_FDCWD, path, O_WRONLY), path);
  CALL(write, fd, text, strlen(text));
  sys_close(fd);
}

#endif
