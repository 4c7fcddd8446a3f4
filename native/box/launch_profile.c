/* The seccomp profile of a container: read first of all, installed last of all. */
#include <linux/seccomp.h>
#include <stdlib.h>
#include <string.h>

#include "../confine.h"
#include "../failure.h"
#include "../text.h"
#include "launch.h"
#include "message.h"

/* In the container's directory, for `box exec`: the file that was named may have changed by then.
 */
#define COPY "seccomp.json"

static void read_profile(struct launch *launch) {
  const struct profile *profile = launch->profile;
  struct text text = TEXT(launch->profile_reading);
  text_append(&text, "{filter of ");
  text_quoted(&text, profile->path, strnlen(profile->path, 60));
  text_append(&text, ": ");
  text_number(&text, profile->rules);
  text_append(&text, profile->rules == 1 ? " rule, " : " rules, ");
  text_number(&text, (int64_t)profile->filter_length);
  text_append(&text, " instructions}");
}

static int open_profile(struct launch *launch, int directory, const char *file) {
  if (launch_prepare_capabilities(launch) < 0) {
    return -1;
  }
  const struct profile_host host = profile_host(launch->capabilities);
  struct profile *profile = allocate(sizeof(*profile));
  if (profile_open(profile, directory, file, launch->container->seccomp, &host, &launch->failure) <
      0) {
    return -1;
  }
  launch->profile = profile;
  read_profile(launch);
  return 0;
}

int launch_prepare_profile(struct launch *launch) {
  return container_has_profile(launch->container)
             ? open_profile(launch, AT_FDCWD, launch->container->seccomp)
             : 0;
}

int launch_find_profile(struct launch *launch, int directory) {
  return container_has_profile(launch->container) ? open_profile(launch, directory, COPY) : 0;
}

static long write_whole(int fd, const char *bytes, size_t length) {
  while (length > 0) {
    long written = sys_write(fd, bytes, length);
    if (written < 0) {
      return written;
    }
    bytes += written;
    length -= (size_t)written;
  }
  return 0;
}

int launch_keep_profile(struct launch *launch) {
  if (launch->profile == NULL) {
    return 0;
  }
  OWNED_FD file = (int)system_call(SYS_openat, launch->directory, (long)COPY,
                                   O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0640, 0, 0);
  long result =
      file < 0 ? file : write_whole(file, launch->profile->bytes, launch->profile->length);
  free((char *)launch->profile->bytes);
  launch->profile->bytes = NULL;
  return result < 0 ? fail(&launch->failure, "seccomp", COPY, result) : 0;
}

/*
 * A profile may refuse anything, so box does all that it has to do before: the next call is execve.
 * If the profile leaves it no way to tell of that one, nobody hears of it.
 */
int launch_profile(struct launch *launch, struct tracer *tracer) {
  const struct profile *profile = launch->profile;
  if (launch_settle(launch, tracer) < 0) {
    return -1;
  }
  explanation_say(launch->explanation,
                  "It can only take away: what the machine's own filter refuses stays refused.");
  for (size_t i = 0; i < profile->notes.count; i++) {
    explanation_say(launch->explanation, profile->notes.items[i]);
  }
  if (!profile->lets_watch) {
    explanation_say(launch->explanation,
                    "It does not let box write or read the clock either: what follows, seccomp and "
                    "execve, can't be shown.");
    tracer->observer = NULL;
  }
  long result = install_filter(tracer, profile->filter, profile->filter_length,
                               FLAGS(profile->flags, PROFILE_FLAGS), launch->profile_reading);
  return result < 0 ? fail(&launch->failure, tracer->step, "filter", result) : 0;
}
