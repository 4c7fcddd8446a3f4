/*
 * Seccomp profiles, in the format of Docker and of the OCI runtime specification: what a
 * container's system calls answer. profile.c reads the file, profile_read.c understands it,
 * profile_calls.c gathers the rules of each call as libseccomp does, profile_program.c makes a
 * filter of them.
 */
#ifndef BOX_PROFILE_H
#define BOX_PROFILE_H

#include <linux/filter.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "../glassbox.h"
#include "../trace.h"
#include "words.h"

#define PROFILE_BYTES_MAX (1 << 20)
#define PROFILE_ARGUMENTS 6

/* What `includes` and `excludes` are decided by. */
struct profile_host {
  /* The container's, one bit each. */
  uint64_t capabilities;
  unsigned kernel_major;
  unsigned kernel_minor;
};

struct profile {
  const char *path;
  /* The file as it was read, until the container has its copy. */
  const char *bytes;
  size_t length;
  struct sock_filter *filter;
  size_t filter_length;
  /* SECCOMP_FILTER_FLAG_*. */
  unsigned long flags;
  /* Those that hold here. */
  unsigned rules;
  /* Sentences for who watches: what was passed over, and why. */
  struct words notes;
  /* Whether box can still write and read the clock under the filter. */
  bool lets_watch;
};

/* SECCOMP_FILTER_FLAG_* with their names. */
extern const struct flag_name PROFILE_FLAGS[];

/* This machine's kernel, and these capabilities. */
struct profile_host profile_host(uint64_t capabilities);

/*
 * Reads a profile from a file, relative to an open directory or AT_FDCWD, and makes its filter.
 * The failure is a sentence; `path` is what the file is called in it.
 */
int profile_open(struct profile *profile, int directory, const char *file, const char *path,
                 const struct profile_host *host, struct glassbox_failure *failure);

/* The same, of bytes. */
int profile_make(struct profile *profile, const struct profile_host *host,
                 struct glassbox_failure *failure);

#endif
