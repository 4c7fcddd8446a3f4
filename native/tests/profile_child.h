/* A forked child that puts a profile's filter on itself, to be asked what the kernel answers. */
#ifndef PROFILE_CHILD_H
#define PROFILE_CHILD_H

#include <stdbool.h>
#include <stdint.h>

#include "../box/profile.h"

/* What came of it: an exit code or 128 + a signal, and what is wrong with the profile. */
struct outcome {
  int status;
  char sentence[256];
  size_t filter_length;
  unsigned rules;
  char notes[512];
};

/* Only makes the filter, for a container with these capabilities on Linux 6.1. */
struct outcome make_profile(const char *json, uint64_t capabilities);
struct outcome make_profile_of(const char *bytes, size_t length, uint64_t capabilities);

/* The same, installs it and runs `body`, whose result is the exit code. */
struct outcome run_confined(const char *json, int (*body)(void *context), void *context);
struct outcome run_confined_with(const char *json, uint64_t capabilities,
                                 int (*body)(void *context), void *context);

/* The call that most is tried with: it looks at no arguments, but a filter sees them. */
#define ASKED "{\"names\":[\"getppid\"],"

/* Calls it with six arguments, or with zeros; the errno that it answers, or 0. */
int ask(void *arguments);
int errno_of(long number, const uint64_t *arguments);

#endif
