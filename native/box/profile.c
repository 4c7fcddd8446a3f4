#include "profile.h"

#include <errno.h>
#include <linux/seccomp.h>
#include <malloc.h>
#include <stdlib.h>
#include <string.h>

#include "../text.h"
#include "json_read.h"
#include "message.h"
#include "profile_read.h"

/* As much of a path as a sentence can bear. */
#define PATH_BYTES 60

/* The failure is this sentence: it has no errno of its own. */
static int refuse(struct glassbox_failure *failure, const struct profile *profile, unsigned line,
                  const char *sentence) {
  struct text text = TEXT(failure->object);
  text_join(failure->step, sizeof(failure->step), "seccomp", "", "");
  failure->error[0] = '\0';
  text_append(&text, "seccomp profile ");
  text_quoted(&text, profile->path, strnlen(profile->path, PATH_BYTES));
  if (line > 0) {
    text_append(&text, ", line ");
    text_number(&text, line);
  }
  text_append(&text, ": ");
  text_append(&text, sentence);
  return -1;
}

static bool allows(const struct profile_calls *calls, const char *name) {
  unsigned number;
  if (!call_number(name, &number) || calls->calls[number].count > 0) {
    return false;
  }
  uint32_t action = calls_action(calls, number);
  return action == SECCOMP_RET_ALLOW || action == SECCOMP_RET_LOG;
}

static int make_filter(struct profile *profile, const struct profile_host *host,
                       const struct json *root, struct profile_calls *calls,
                       struct glassbox_failure *failure) {
  char sentence[192];
  char unknown[160];
  struct text mistake = TEXT(sentence);
  struct profile_reader reader = {.profile = profile,
                                  .host = host,
                                  .calls = calls,
                                  .mistake = &mistake,
                                  .unknown = TEXT(unknown)};
  if (!profile_read(&reader, root)) {
    return refuse(failure, profile, reader.line, sentence);
  }
  profile->lets_watch = allows(calls, "write") && allows(calls, "clock_gettime");
  profile->filter = calls_compile(calls, &profile->filter_length);
  return profile->filter != NULL
             ? 0
             : refuse(failure, profile, 0,
                      "its filter would have more than 4096 instructions, the most that the "
                      "kernel takes: fewer rules that look at arguments make it shorter");
}

int profile_make(struct profile *profile, const struct profile_host *host,
                 struct glassbox_failure *failure) {
  char sentence[192];
  struct text mistake = TEXT(sentence);
  unsigned line = 0;
  if (profile->length == 0) {
    return refuse(failure, profile, 0, "it is empty");
  }
  struct json *root = json_read(profile->bytes, profile->length, &mistake, &line);
  if (root == NULL) {
    return refuse(failure, profile, line, sentence);
  }
  struct profile_calls *calls = allocate(sizeof(*calls));
  int result = make_filter(profile, host, root, calls, failure);
  calls_free(calls);
  json_free(root);
  return result;
}

/* A pipe is as good as a file: its end is where it ends. */
static long read_whole(int fd, char *bytes) {
  long length = 0;
  while (length <= PROFILE_BYTES_MAX) {
    long size = sys_read(fd, bytes + length, (size_t)(PROFILE_BYTES_MAX + 1 - length));
    if (size == 0) {
      return length;
    }
    if (size < 0 && size != -EINTR) {
      return size;
    }
    length += size > 0 ? size : 0;
  }
  return -EFBIG;
}

int profile_open(struct profile *profile, int directory, const char *file, const char *path,
                 const struct profile_host *host, struct glassbox_failure *failure) {
  *profile = (struct profile){.path = path};
  OWNED_FD fd = (int)sys_openat(directory, file, O_RDONLY | O_NOCTTY);
  char *bytes = fd < 0 ? NULL : allocate(PROFILE_BYTES_MAX + 1);
  long length = fd < 0 ? fd : read_whole(fd, bytes);
  if (length < 0) {
    free(bytes);
    return refuse(failure, profile, 0,
                  length == -EFBIG    ? "it is larger than 1 MiB"
                  : length == -EISDIR ? "it is a directory"
                  : length == -EACCES ? "it can't be read: EACCES"
                  : length != -ENOENT
                      ? print_text("it can't be read: %s", strerrorname_np((int)-length))
                  : strchr(path, '/') != NULL
                      ? "there is no such file"
                      : "there is no such file; what is no path is default or unconfined");
  }
  /* Only what there is of it: it may have to stay for as long as the container runs. */
  char *whole = realloc(bytes, (size_t)length + 1);
  profile->bytes = whole == NULL ? bytes : whole;
  profile->length = (size_t)length;
  int result = profile_make(profile, host, failure);
  /* A large profile's values have been given back, but stay with box, which may look on for days.
   */
  malloc_trim(0);
  return result;
}
