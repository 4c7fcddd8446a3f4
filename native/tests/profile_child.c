#include "profile_child.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "../confine.h"

struct request {
  const char *bytes;
  size_t length;
  uint64_t capabilities;
  int (*body)(void *context);
  void *context;
};

/* Another code than any body's. */
#define BROKEN_PROFILE 99
#define NOT_INSTALLED 98

static int run(const struct request *request, struct outcome *outcome) {
  struct profile profile = {.path = "p.json", .bytes = request->bytes, .length = request->length};
  const struct profile_host host = {
      .capabilities = request->capabilities, .kernel_major = 6, .kernel_minor = 1};
  struct glassbox_failure failure = {0};
  if (profile_make(&profile, &host, &failure) < 0) {
    memcpy(outcome->sentence, failure.object, sizeof(outcome->sentence));
    return BROKEN_PROFILE;
  }
  outcome->filter_length = profile.filter_length;
  outcome->rules = profile.rules;
  if (profile.notes.count > 0) {
    snprintf(outcome->notes, sizeof(outcome->notes), "%s", profile.notes.items[0]);
  }
  if (request->body == NULL) {
    return 0;
  }
  struct tracer silent = {0};
  prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0);
  if (install_filter(&silent, profile.filter, profile.filter_length, NUMBER(profile.flags), "") <
      0) {
    return NOT_INSTALLED;
  }
  return request->body(request->context);
}

/* What the child takes is gone with it: the filter, and the memory that box never gives back. */
static struct outcome fork_child(const struct request *request) {
  struct outcome *shared =
      mmap(NULL, sizeof(*shared), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
  fflush(NULL);
  pid_t child = fork();
  if (child == 0) {
    syscall(SYS_exit_group, run(request, shared));
    __builtin_trap();
  }
  int status = 0;
  waitpid(child, &status, 0);
  struct outcome outcome = *shared;
  munmap(shared, sizeof(*shared));
  outcome.status = WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
  return outcome;
}

struct outcome make_profile_of(const char *bytes, size_t length, uint64_t capabilities) {
  return fork_child(
      &(struct request){.bytes = bytes, .length = length, .capabilities = capabilities});
}

struct outcome make_profile(const char *json, uint64_t capabilities) {
  return make_profile_of(json, strlen(json), capabilities);
}

struct outcome run_confined_with(const char *json, uint64_t capabilities,
                                 int (*body)(void *context), void *context) {
  return fork_child(&(struct request){.bytes = json,
                                      .length = strlen(json),
                                      .capabilities = capabilities,
                                      .body = body,
                                      .context = context});
}

struct outcome run_confined(const char *json, int (*body)(void *context), void *context) {
  return run_confined_with(json, 0, body, context);
}

int errno_of(long number, const uint64_t *arguments) {
  errno = 0;
  return syscall(number, arguments[0], arguments[1], arguments[2], arguments[3], arguments[4],
                 arguments[5]) < 0
             ? errno
             : 0;
}

int ask(void *arguments) {
  static const uint64_t none[6] = {0};
  return errno_of(SYS_getppid, arguments == NULL ? none : arguments);
}
