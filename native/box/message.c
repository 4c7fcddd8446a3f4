#include "message.h"

#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static void complain_with(const char *format, va_list values) {
  fflush(stdout);
  fputs("box: ", stderr);
  vfprintf(stderr, format, values);
  fputc('\n', stderr);
}

void complain(const char *format, ...) {
  va_list values;
  va_start(values, format);
  complain_with(format, values);
  va_end(values);
}

void give_up(int code, const char *format, ...) {
  va_list values;
  va_start(values, format);
  complain_with(format, values);
  va_end(values);
  exit(code);
}

/* What to do, where the kernel's word alone would leave somebody helpless. */
static const struct {
  const char *step;
  const char *error;
  const char *hint;
} HINTS[] = {
    {"cgroup", "EACCES", "This machine's control groups are not yours to write to."},
    {"cgroup", "EBUSY",
     "Processes in a group keep its controllers from being enabled below it: move them to a leaf."},
    {"cgroup", "EINVAL", "The kernel did not accept the value of this limit."},
    {"cgroup", "ENODEV", "There is no such block device."},
    {"cgroup", "EAGAIN", "The machine's limit on control groups is reached: remove some."},
    {"clone", "EPERM", "Namespaces can be made by root only."},
    {"clone", "EAGAIN", "The machine's limit on processes is reached: end some."},
    {"clone", "ENOSPC", "A limit on namespaces is reached, not a disk."},
    {"overlay", "EINVAL",
     "The upper directory must not be on an overlay: /var/lib/box should be a tmpfs or a disk."},
    {"proc", "EPERM", "The kernel mounts /proc only where a whole /proc is visible already."},
    {"sys", "EPERM", "The kernel mounts /sys only where a whole /sys is visible already."},
    {"oom", "EACCES", "Only a higher score can be given: to lower it takes the host's root."},
    {"userns", "ENOSPC",
     "A container with users of its own needs a copy of its layers, and the disk has no room for "
     "it."},
    {"capabilities", "EPERM", "The machine's root has no such capability itself."},
    {NULL, "ENOSPC", "The machine's disk is full, or a limit of the kernel is reached."},
    {NULL, "ENOMEM", "The machine is short of memory."},
    {NULL, "EPERM", "The machine's root may not do this."},
};

static const char *hint_for(const struct glassbox_failure *failure) {
  for (size_t i = 0; i < sizeof(HINTS) / sizeof(HINTS[0]); i++) {
    bool here = HINTS[i].step == NULL || strcmp(HINTS[i].step, failure->step) == 0;
    if (here && strcmp(HINTS[i].error, failure->error) == 0) {
      return HINTS[i].hint;
    }
  }
  return "";
}

void complain_of(const struct glassbox_failure *failure) {
  /* These are whole sentences already, in Docker's words. */
  if (failure->error[0] == '\0' || strcmp(failure->step, "publish") == 0) {
    complain("Error response: %s", failure->object);
    return;
  }
  const char *hint = hint_for(failure);
  complain("Error response: %s: %s: %s%s%s", failure->step, failure->object, failure->error,
           *hint == '\0' ? "" : ". ", hint);
}

void *allocate(size_t size) {
  void *memory = calloc(1, size);
  if (memory == NULL) {
    give_up(EXIT_BOX, "the machine has no memory left");
  }
  return memory;
}

char *copy_text(const char *text) {
  size_t size = strlen(text) + 1;
  return memcpy(allocate(size), text, size);
}

char *print_text(const char *format, ...) {
  va_list values;
  char *text = NULL;
  va_start(values, format);
  if (vasprintf(&text, format, values) < 0) {
    give_up(EXIT_BOX, "the machine has no memory left");
  }
  va_end(values);
  return text;
}
