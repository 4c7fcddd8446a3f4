#include "../faults.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "harness.h"

#define EVERY_NEED                                                                                 \
  (GLASSBOX_NEED_NETFILTER | GLASSBOX_NEED_DISK | GLASSBOX_NEED_NET_CLS | GLASSBOX_NEED_DEVICE)

/* A sandbox with an attachment and these needs. */
static struct glassbox_spec spec_with(uint32_t needs) {
  static const struct glassbox_attachment attachment = {"/tmp", "/srv/tmp"};
  struct glassbox_spec spec = spec_of(1);
  spec.attachments = &attachment;
  spec.attachment_count = 1;
  spec.needs = needs;
  return spec;
}

/* One creation with one fault. False when there was no call left to fail. */
static bool create_with_fault(enum glassbox_side side, uint32_t index, int32_t error,
                              uint32_t *tolerated) {
  static struct glassbox_trace trace;
  /* Of the disk, the child knows no more than that it is one more thing to attach. */
  const struct glassbox_spec spec =
      spec_with(side == GLASSBOX_PARENT ? EVERY_NEED : EVERY_NEED & ~GLASSBOX_NEED_DISK);
  const struct belongings before = belongings();
  struct glassbox_sandbox sandbox = {.pid = -1, .pidfd = -1};
  struct glassbox_failure failure = {0};
  CHECK(glassbox_fault(spec.id, side, index, error) == 0);
  const int result = glassbox_create(&spec, &sandbox, &trace, &failure);
  const bool failed = glassbox_fault_calls(spec.id) > index;
  if (result < 0) {
    CHECK(failed);
    CHECK(failure.step[0] != '\0' && failure.object[0] != '\0');
    CHECK(failure.error[0] != '\0' && failure.hint[0] != '\0');
  } else {
    /* What the sandbox can do without: it works, and says what it lacks if it lacks something. */
    *tolerated += failed && sandbox.missing_count == 0;
    struct program program;
    CHECK(!failed || RUN_INSIDE(&program, &spec, &sandbox, "/bin/probe", "exit", "7") == 7);
    destroy(&spec, &sandbox);
  }
  const struct belongings after = belongings();
  check_same(&before, &after);
  return failed;
}

static void walk(enum glassbox_side side, int32_t error, uint32_t least, uint32_t most_tolerated) {
  uint32_t index = 0;
  uint32_t tolerated = 0;
  while (create_with_fault(side, index, error, &tolerated)) {
    index++;
  }
  printf("# %u calls failed, %u of them could be done without\n", index, tolerated);
  CHECK(index >= least);
  CHECK(tolerated <= most_tolerated);
}

static void fails_in_the_parent(void) {
  walk(GLASSBOX_PARENT, EIO, 50, 12);
}

static void fails_in_the_child(void) {
  walk(GLASSBOX_CHILD, EIO, 100, 8);
}

static void ends_at_every_call(void) {
  walk(GLASSBOX_CHILD, 0, 100, 0);
}

static void destroys_in_spite_of_faults(void) {
  const struct glassbox_spec spec = spec_with(0);
  const struct belongings before = belongings();
  bool failed = true;
  uint32_t index = 0;
  for (; failed; index++) {
    const struct glassbox_sandbox sandbox = create(&spec);
    struct glassbox_failure failure = {0};
    CHECK(glassbox_fault(spec.id, GLASSBOX_PARENT, index, EIO) == 0);
    const int result = glassbox_destroy(lab(), spec.id, sandbox.pidfd, &failure);
    failed = glassbox_fault_calls(spec.id) > index;
    if (result < 0) {
      CHECK(failed && failure.step[0] != '\0' && failure.hint[0] != '\0');
      CHECK(glassbox_destroy(lab(), spec.id, sandbox.pidfd, &failure) == 0);
    }
    close(sandbox.pidfd);
    const struct belongings after = belongings();
    check_same(&before, &after);
  }
  printf("# %u calls failed\n", index - 1);
  CHECK(index > 10);
}

int main(void) {
  static const struct test tests[] = {
      {"every call of the parent fails once: it is told, and nothing stays", fails_in_the_parent},
      {"every call of the child fails once: it is told, and nothing stays", fails_in_the_child},
      {"the child ends at every call once: it is told, and nothing stays", ends_at_every_call},
      {"every call of a removal fails once: the next removal does it", destroys_in_spite_of_faults},
  };
  return RUN(tests);
}
