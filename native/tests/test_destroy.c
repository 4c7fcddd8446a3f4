#include <errno.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "../cgroup.h"
#include "../syscalls.h"
#include "harness.h"

static void ends_after_init_was_killed(void) {
  const struct glassbox_spec spec = spec_of(1);
  const struct belongings before = belongings();
  const struct glassbox_sandbox sandbox = create(&spec);
  struct pollfd ended = {.fd = sandbox.pidfd, .events = POLLIN};
  CHECK(sys_pidfd_send_signal(sandbox.pidfd, SIGKILL) == 0);
  CHECK(poll(&ended, 1, 20000) == 1);
  destroy(&spec, &sandbox);
  const struct belongings after = belongings();
  check_same(&before, &after);
}

static void ends_what_a_killed_warden_left(void) {
  const struct glassbox_spec spec = spec_of(1);
  const struct belongings before = belongings();
  int result[2];
  CHECK(pipe(result) == 0);
  pid_t warden = fork();
  if (warden == 0) {
    const struct glassbox_sandbox made = create(&spec);
    if (write(result[1], &made.pid, sizeof(made.pid)) < 0) {
      _exit(1);
    }
    kill(getpid(), SIGKILL);
  }
  int pid = -1;
  CHECK(read(result[0], &pid, sizeof(pid)) == sizeof(pid));
  waitpid(warden, NULL, 0);
  close(result[0]);
  close(result[1]);
  struct pollfd ended = {.fd = (int)sys_pidfd_open(pid), .events = POLLIN};
  CHECK(ended.fd >= 0);
  CHECK(belongings().sandboxes == before.sandboxes + 1);
  const struct glassbox_sandbox unknown = {.pidfd = -1};
  destroy(&spec, &unknown);
  CHECK(poll(&ended, 1, 0) == 1);
  close(ended.fd);
  const struct belongings after = belongings();
  check_same(&before, &after);
}

static void is_idempotent(void) {
  const struct glassbox_spec spec = spec_of(1);
  const struct glassbox_sandbox sandbox = create(&spec);
  const struct glassbox_sandbox unknown = {.pidfd = -1};
  destroy(&spec, &sandbox);
  destroy(&spec, &unknown);
}

/* Makes a group below the sandbox's own in each hierarchy, moves a process in, and freezes it. */
static void freeze(const struct glassbox_spec *spec, int pid) {
  struct cgroup_layout layout;
  struct glassbox_failure failure;
  CHECK(cgroup_layout_read(&layout, &failure) == 0);
  for (uint32_t i = 0; i < layout.count; i++) {
    static const char *const files[] = {"cgroup.procs", "freezer.state", "cgroup.freeze"};
    char number[16];
    const char *const values[] = {number, "FROZEN", "1"};
    snprintf(number, sizeof(number), "%d", pid);
    char path[CGROUP_PATH_BYTES];
    CHECK(cgroup_path(path, &layout.hierarchies[i], spec->lab, spec->id, "machine/deep"));
    if (cgroup_has(layout.hierarchies[i].controllers, "cpuset")) {
      continue;
    }
    CHECK(sys_mkdirat(AT_FDCWD, path, 0755) == 0);
    for (size_t j = 0; j < 3; j++) {
      char file[CGROUP_PATH_BYTES + 32];
      snprintf(file, sizeof(file), "%s/%s", path, files[j]);
      int fd = (int)sys_openat(AT_FDCWD, file, O_WRONLY);
      if (fd >= 0) {
        CHECK(sys_write(fd, values[j], strlen(values[j])) > 0);
        sys_close(fd);
      }
    }
  }
}

static void ends_frozen_processes_in_groups_of_the_learner(void) {
  const struct glassbox_spec spec = spec_of(1);
  const struct belongings before = belongings();
  const struct glassbox_sandbox sandbox = create(&spec);
  int32_t pids[8];
  struct program program;
  START(&program, &spec, &sandbox, "/bin/probe", "deaf");
  CHECK(wait_for_output(&program, "ready"));
  CHECK(pids_of(&spec, pids, 8) == 2);
  freeze(&spec, pids[1] == sandbox.pid ? pids[0] : pids[1]);
  destroy(&spec, &sandbox);
  CHECK(wait_for_end(&program) == 137);
  const struct belongings after = belongings();
  check_same(&before, &after);
}

static void ends_a_fork_bomb(void) {
  const struct glassbox_spec spec = spec_of(1);
  const struct belongings before = belongings();
  const struct glassbox_sandbox sandbox = create(&spec);
  struct program program;
  START(&program, &spec, &sandbox, "/bin/probe", "bomb");
  CHECK(wait_for_output(&program, "forks:"));
  destroy(&spec, &sandbox);
  CHECK(wait_for_end(&program) == 137);
  const struct belongings after = belongings();
  check_same(&before, &after);
}

static void *come_and_go(void *context) {
  const unsigned number = (unsigned)(size_t)context;
  for (int i = 0; i < 3; i++) {
    const struct glassbox_spec spec = spec_of(number);
    const struct glassbox_sandbox sandbox = create(&spec);
    if (i == 1) {
      CHECK(sys_pidfd_send_signal(sandbox.pidfd, SIGKILL) == 0);
    }
    destroy(&spec, &sandbox);
  }
  return NULL;
}

static void holds_with_twenty_at_once(void) {
  enum { THREADS = 20 };
  pthread_t threads[THREADS];
  const struct belongings before = belongings();
  for (size_t i = 0; i < THREADS; i++) {
    CHECK(pthread_create(&threads[i], NULL, come_and_go, (void *)(i + 1)) == 0);
  }
  for (size_t i = 0; i < THREADS; i++) {
    pthread_join(threads[i], NULL);
  }
  const struct belongings after = belongings();
  check_same(&before, &after);
}

int main(void) {
  static const struct test tests[] = {
      {"a sandbox whose PID 1 was killed leaves nothing", ends_after_init_was_killed},
      {"a sandbox of a killed warden is found by its groups and ended",
       ends_what_a_killed_warden_left},
      {"destroying twice is as destroying once", is_idempotent},
      {"frozen processes in groups that a learner made are ended",
       ends_frozen_processes_in_groups_of_the_learner},
      {"a fork bomb is ended", ends_a_fork_bomb},
      {"twenty threads make and destroy sandboxes at once", holds_with_twenty_at_once},
  };
  return RUN(tests);
}
