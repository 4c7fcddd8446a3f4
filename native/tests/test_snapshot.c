#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "harness.h"

#define CAPACITY (256 << 10)
/* What probe names its process, read carelessly it says that the process runs; and as JSON. */
#define MISLEADING "\"a) R (b\\u000a\xef\xbf\xbd\""
#define ALL 127

static char json[CAPACITY + 1];

static void look_at(const struct glassbox_spec *spec, uint32_t sections, uint64_t capacity) {
  struct glassbox_failure failure;
  uint64_t length = 0;
  CHECK(glassbox_snapshot(lab(), spec->id, sections, capacity, json, &length, &failure) == 0);
  CHECK(length <= capacity);
  json[length] = '\0';
}

static bool says(const char *text) {
  return strstr(json, text) != NULL;
}

/* The object of the process with this command, cut out of the rest; NULL: there is none. */
static char *process_of(const char *command) {
  static char object[4096];
  for (char *at = strstr(json, "{\"pid\":"); at != NULL; at = strstr(at + 1, "{\"pid\":")) {
    char *end = strstr(at, "timeForChildren");
    char *name = strstr(at, "\"command\":");
    if (end != NULL && name != NULL && strncmp(name + 10, command, strlen(command)) == 0) {
      snprintf(object, sizeof(object), "%.*s", (int)(end - at), at);
      return object;
    }
  }
  return NULL;
}

static uint32_t processes(void) {
  uint32_t count = 0;
  for (char *at = strstr(json, "{\"pid\":"); at != NULL; at = strstr(at + 1, "{\"pid\":")) {
    count++;
  }
  return count;
}

static void sees_init(void) {
  const struct glassbox_spec spec = spec_of(1);
  const struct glassbox_sandbox sandbox = create(&spec);
  char text[128];
  look_at(&spec, 0, CAPACITY);
  const char *init = process_of("\"init\"");
  CHECK(processes() == 1 && init != NULL && says("\"cut\":[]"));
  CHECK(sandbox.cgroup_version == 1 || sandbox.cgroup_version == 2);
  if (init != NULL) {
    snprintf(text, sizeof(text), "{\"pid\":%d,", sandbox.pid);
    CHECK(strncmp(init, text, strlen(text)) == 0);
    snprintf(text, sizeof(text), "\"parent\":%d,", getpid());
    CHECK(strstr(init, text) != NULL);
    snprintf(text, sizeof(text), "\"uids\":[%u,%u,", spec.id_base, spec.id_base);
    CHECK(strstr(init, text) != NULL);
    snprintf(text, sizeof(text), "\"uts\":\"%lu\"", (unsigned long)sandbox.namespaces[5]);
    CHECK(strstr(init, text) != NULL);
    CHECK(strstr(init, "\"root\":\"/\"") != NULL);
    CHECK(strstr(init, ",1],") != NULL);
  }
  CHECK(says("\"hostname\":\"machine\""));
  destroy(&spec, &sandbox);
}

/* It says that it is ready before it goes to sleep. */
static bool inner_sleeps(void *spec) {
  look_at(spec, ALL, CAPACITY);
  const char *inner = process_of(MISLEADING);
  return inner != NULL && strstr(inner, "\"state\":\"S\"") != NULL;
}

static void sees_a_container_with_a_misleading_name(void) {
  const struct glassbox_spec spec = spec_of(1);
  const struct glassbox_sandbox sandbox = create(&spec);
  struct program program;
  char own[65];
  char still[65];
  gethostname(own, sizeof(own));
  START(&program, &spec, &sandbox, "/bin/probe", "container", "box");
  CHECK(wait_for_output(&program, "ready"));
  CHECK(eventually(inner_sleeps, (void *)&spec));
  CHECK(processes() == 3);
  CHECK(says("\"hostname\":\"machine\"") && says("\"hostname\":\"box\""));
  gethostname(still, sizeof(still));
  CHECK(strcmp(own, still) == 0);
  destroy(&spec, &sandbox);
  wait_for_end(&program);
}

static void says_that_there_is_more(void) {
  const struct glassbox_spec spec = spec_of(1);
  const struct glassbox_sandbox sandbox = create(&spec);
  struct program program;
  START(&program, &spec, &sandbox, "/bin/probe", "bomb");
  CHECK(wait_for_output(&program, "forks:"));
  look_at(&spec, ALL, GLASSBOX_SNAPSHOT_MIN);
  CHECK(processes() < 5 && says("\"processes\"") && says("\"size\""));
  CHECK(json[strlen(json) - 1] == '}');
  destroy(&spec, &sandbox);
  wait_for_end(&program);
}

static bool orphan_is(bool there, const struct glassbox_spec *spec) {
  look_at(spec, 0, CAPACITY);
  return (process_of("\"orphan\"") != NULL) == there;
}

static bool orphan_is_there(void *context) {
  return orphan_is(true, context);
}

static bool orphan_is_reaped(void *context) {
  return orphan_is(false, context);
}

static void sees_orphans_reaped(void) {
  struct glassbox_spec spec = spec_of(1);
  const struct glassbox_sandbox sandbox = create(&spec);
  struct program program;
  char text[32];
  START(&program, &spec, &sandbox, "/bin/probe", "orphan");
  CHECK(eventually(orphan_is_there, &spec));
  const char *orphan = process_of("\"orphan\"");
  snprintf(text, sizeof(text), "\"parent\":%d,", sandbox.pid);
  CHECK(orphan != NULL && strstr(orphan, text) != NULL);
  CHECK(write(program.terminal, "\n", 1) == 1);
  /* A zombie would still be listed under its name. */
  CHECK(eventually(orphan_is_reaped, &spec));
  destroy(&spec, &sandbox);
  wait_for_end(&program);
}

static void reports_a_sandbox_that_is_not_there(void) {
  struct glassbox_failure failure;
  uint64_t length;
  const struct glassbox_spec spec = spec_of(9);
  CHECK(glassbox_snapshot(lab(), spec.id, ALL, CAPACITY, json, &length, &failure) == -1);
  CHECK(strcmp(failure.error, "ENOENT") == 0);
}

int main(void) {
  static const struct test tests[] = {
      {"PID 1 is seen with its pids, ids and namespaces", sees_init},
      {"a container made by hand is seen, whatever its command is named",
       sees_a_container_with_a_misleading_name},
      {"what has no room is left out, and that is said", says_that_there_is_more},
      {"PID 1 reaps orphans", sees_orphans_reaped},
      {"a sandbox that is not there is an error", reports_a_sandbox_that_is_not_there},
  };
  return RUN(tests);
}
