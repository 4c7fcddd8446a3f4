#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "harness.h"

/* A creation that must fail in this step, with this error, and leave nothing. */
static void check_failure(const struct glassbox_spec *spec, const char *step, const char *error) {
  static struct glassbox_trace trace;
  struct glassbox_sandbox sandbox;
  struct glassbox_failure failure = {0};
  const struct belongings before = belongings();
  CHECK(glassbox_create(spec, &sandbox, &trace, &failure) == -1);
  if (strcmp(failure.step, step) != 0 || strcmp(failure.error, error) != 0) {
    printf("# %s: %s: %s instead of %s: %s\n", failure.step, failure.object, failure.error, step,
           error);
    CHECK(!"the failure is the one expected");
  }
  CHECK(failure.object[0] != '\0');
  CHECK(failure.hint[0] != '\0');
  const struct belongings after = belongings();
  check_same(&before, &after);
}

static void undoes_a_missing_layer(void) {
  static const char *const lowerdirs[] = {"/nowhere"};
  struct glassbox_spec spec = spec_of(1);
  spec.lowerdirs = lowerdirs;
  spec.lowerdir_count = 1;
  check_failure(&spec, "layers", "ENOENT");
}

static void undoes_a_layer_that_cannot_be_mapped(void) {
  static const char *const lowerdirs[] = {"/proc"};
  struct glassbox_spec spec = spec_of(1);
  spec.lowerdirs = lowerdirs;
  spec.lowerdir_count = 1;
  check_failure(&spec, "layers", "EINVAL");
}

static void undoes_a_missing_stage(void) {
  struct glassbox_spec spec = spec_of(1);
  spec.stage = "/nowhere";
  check_failure(&spec, "overlay", "ENOENT");
}

static void undoes_a_hostname_that_is_too_long(void) {
  char hostname[80];
  struct glassbox_spec spec = spec_of(1);
  memset(hostname, 'h', sizeof(hostname) - 1);
  hostname[sizeof(hostname) - 1] = '\0';
  spec.hostname = hostname;
  check_failure(&spec, "uts", "EINVAL");
}

static void undoes_layers_without_init(void) {
  struct glassbox_spec spec = spec_of(1);
  spec.lowerdirs = spec.lowerdirs + 1;
  spec.lowerdir_count = 1;
  check_failure(&spec, "exec", "ENOENT");
}

static void undoes_a_missing_lab(void) {
  struct glassbox_spec spec = spec_of(1);
  spec.lab = "glassbox-test-nowhere";
  static struct glassbox_trace trace;
  struct glassbox_sandbox sandbox;
  struct glassbox_failure failure;
  CHECK(glassbox_create(&spec, &sandbox, &trace, &failure) == -1);
  CHECK(strcmp(failure.step, "cgroup") == 0 && strcmp(failure.error, "ENOENT") == 0);
}

static void spares_the_sandbox_that_has_the_id(void) {
  const struct glassbox_spec spec = spec_of(1);
  const struct glassbox_sandbox sandbox = create(&spec);
  struct program program;
  check_failure(&spec, "cgroup", "EEXIST");
  CHECK(RUN_INSIDE(&program, &spec, &sandbox, "/bin/probe", "exit", "0") == 0);
  destroy(&spec, &sandbox);
}

static void refuses_bad_requests(void) {
  struct glassbox_spec spec = spec_of(1);
  spec.memory_bytes = 1 << 20;
  check_failure(&spec, "spec", "ENOMEM");
  spec = spec_of(1);
  spec.id = "../../memory";
  check_failure(&spec, "spec", "EINVAL");
  spec = spec_of(1);
  spec.id_base = 0;
  check_failure(&spec, "spec", "EINVAL");
  spec = spec_of(1);
  spec.lowerdir_count = 0;
  check_failure(&spec, "spec", "EINVAL");
  spec = spec_of(1);
  spec.terminals = 1000;
  check_failure(&spec, "spec", "EINVAL");
}

int main(void) {
  static const struct test tests[] = {
      {"a missing layer is reported and undone", undoes_a_missing_layer},
      {"a layer on a file system without idmapped mounts is reported and undone",
       undoes_a_layer_that_cannot_be_mapped},
      {"a missing stage is reported and undone", undoes_a_missing_stage},
      {"a hostname that the kernel refuses is reported and undone",
       undoes_a_hostname_that_is_too_long},
      {"layers without init are reported and undone", undoes_layers_without_init},
      {"a lab that was not opened is reported", undoes_a_missing_lab},
      {"an id in use is reported, and its sandbox lives on", spares_the_sandbox_that_has_the_id},
      {"requests that could harm the host are refused before anything is done",
       refuses_bad_requests},
  };
  return RUN(tests);
}
