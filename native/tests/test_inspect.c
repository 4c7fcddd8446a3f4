#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "harness.h"

#define CAPACITY 16
#define UTS 5
/* What probe names its process: read carelessly, it says that the process runs. */
#define MISLEADING "a) R (b\n\xff"

static struct glassbox_process processes[CAPACITY];
static struct glassbox_hostname hostnames[CAPACITY];
static struct glassbox_inspection inspection;

static void look(const struct glassbox_spec *spec, uint32_t capacity) {
  struct glassbox_failure failure;
  CHECK(glassbox_inspect(lab(), spec->id, capacity, processes, hostnames, &inspection, &failure) ==
        0);
}

static const struct glassbox_process *find(const char *command) {
  for (uint32_t i = 0; i < inspection.process_count; i++) {
    if (strcmp(processes[i].command, command) == 0) {
      return &processes[i];
    }
  }
  return NULL;
}

static void sees_init(void) {
  const struct glassbox_spec spec = spec_of(1);
  const struct glassbox_sandbox sandbox = create(&spec);
  look(&spec, CAPACITY);
  CHECK(inspection.process_count == 1 && inspection.truncated == 0);
  CHECK(processes[0].pid == sandbox.pid);
  CHECK(processes[0].parent == getpid());
  CHECK(strcmp(processes[0].command, "init") == 0);
  CHECK(processes[0].uid == spec.id_base);
  CHECK(processes[0].terminal_device == 0 && processes[0].foreground_group == -1);
  CHECK(processes[0].pid_count >= 2);
  CHECK(processes[0].pids[processes[0].pid_count - 1] == 1);
  CHECK(memcmp(processes[0].namespaces, sandbox.namespaces, sizeof(sandbox.namespaces)) == 0);
  CHECK(inspection.hostname_count == 1);
  CHECK(strcmp(hostnames[0].name, "machine") == 0);
  destroy(&spec, &sandbox);
}

/* It says that it is ready before it goes to sleep. */
static bool inner_sleeps(void *spec) {
  look(spec, CAPACITY);
  const struct glassbox_process *inner = find(MISLEADING);
  return inner != NULL && inner->state == 'S';
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
  CHECK(inspection.process_count == 3);
  const struct glassbox_process *init = find("init");
  const struct glassbox_process *inner = find(MISLEADING);
  CHECK(init != NULL && inner != NULL);
  if (init != NULL && inner != NULL) {
    CHECK(inner->pid_count == init->pid_count + 1);
    CHECK(inner->pids[inner->pid_count - 1] == 1);
    CHECK(inner->terminal_device != 0 && inner->foreground_group > 0);
    CHECK(inner->namespaces[UTS] != init->namespaces[UTS]);
    CHECK(inspection.hostname_count == 2);
    for (uint32_t i = 0; i < inspection.hostname_count; i++) {
      const bool in_container = hostnames[i].namespace == inner->namespaces[UTS];
      CHECK(strcmp(hostnames[i].name, in_container ? "box" : "machine") == 0);
    }
  }
  gethostname(still, sizeof(still));
  CHECK(strcmp(own, still) == 0);
  destroy(&spec, &sandbox);
  wait_for_end(&program);
}

static void says_that_there_are_more(void) {
  const struct glassbox_spec spec = spec_of(1);
  const struct glassbox_sandbox sandbox = create(&spec);
  struct program program;
  START(&program, &spec, &sandbox, "/bin/probe", "bomb");
  CHECK(wait_for_output(&program, "forks:"));
  look(&spec, 10);
  CHECK(inspection.process_count == 10 && inspection.truncated == 1);
  destroy(&spec, &sandbox);
  wait_for_end(&program);
}

static bool orphan_is(bool there, const struct glassbox_spec *spec) {
  look(spec, CAPACITY);
  return (find("orphan") != NULL) == there;
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
  START(&program, &spec, &sandbox, "/bin/probe", "orphan");
  CHECK(eventually(orphan_is_there, &spec));
  const struct glassbox_process *orphan = find("orphan");
  CHECK(orphan != NULL && orphan->parent == sandbox.pid);
  CHECK(write(program.terminal, "\n", 1) == 1);
  /* A zombie would still be listed under its name. */
  CHECK(eventually(orphan_is_reaped, &spec));
  destroy(&spec, &sandbox);
  wait_for_end(&program);
}

static void reports_a_sandbox_that_is_not_there(void) {
  struct glassbox_failure failure;
  const struct glassbox_spec spec = spec_of(9);
  CHECK(glassbox_inspect(lab(), spec.id, CAPACITY, processes, hostnames, &inspection, &failure) ==
        -1);
  CHECK(strcmp(failure.error, "ENOENT") == 0);
}

int main(void) {
  static const struct test tests[] = {
      {"PID 1 is seen with its pids, ids and namespaces", sees_init},
      {"a container made by hand is seen, whatever its command is named",
       sees_a_container_with_a_misleading_name},
      {"more processes than asked for are said to be there", says_that_there_are_more},
      {"PID 1 reaps orphans", sees_orphans_reaped},
      {"a sandbox that is not there is an error", reports_a_sandbox_that_is_not_there},
  };
  return RUN(tests);
}
