#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "harness.h"

static const char *const NAMESPACES[] = {"user", "mnt", "pid",    "net",
                                         "ipc",  "uts", "cgroup", "time"};

static void has_namespaces_of_its_own(void) {
  const struct glassbox_spec spec = spec_of(1);
  const struct glassbox_sandbox sandbox = create(&spec);
  for (size_t i = 0; i < GLASSBOX_NAMESPACES; i++) {
    char path[64];
    struct stat own;
    struct stat inside;
    snprintf(path, sizeof(path), "/proc/self/ns/%s", NAMESPACES[i]);
    CHECK(stat(path, &own) == 0);
    snprintf(path, sizeof(path), "/proc/%d/ns/%s", sandbox.pid, NAMESPACES[i]);
    CHECK(stat(path, &inside) == 0);
    CHECK(inside.st_ino == sandbox.namespaces[i]);
    CHECK(inside.st_ino != own.st_ino);
  }
  destroy(&spec, &sandbox);
}

static void leaves_nothing(void) {
  const struct glassbox_spec spec = spec_of(1);
  struct glassbox_sandbox sandbox = create(&spec);
  destroy(&spec, &sandbox);
  const struct belongings before = belongings();
  for (int i = 0; i < 10; i++) {
    sandbox = create(&spec);
    CHECK(belongings().sandboxes == before.sandboxes + 1);
    destroy(&spec, &sandbox);
  }
  const struct belongings after = belongings();
  check_same(&before, &after);
  CHECK(before.memory_maps == after.memory_maps);
}

static bool has_step(const struct glassbox_trace *trace, const char *step) {
  for (uint32_t i = 0; i < trace->count; i++) {
    if (strcmp(trace->calls[i].step, step) == 0) {
      return true;
    }
  }
  return false;
}

static void traces_every_step(void) {
  static const char *const steps[] = {
      "cgroup", "clone", "user", "layers", "mnt",          "overlay", "proc",    "sys", "dev",
      "root",   "uts",   "net",  "time",   "capabilities", "rlimits", "seccomp", "exec"};
  const struct glassbox_spec spec = spec_of(1);
  struct glassbox_trace *trace = malloc(sizeof(*trace));
  struct glassbox_sandbox sandbox;
  struct glassbox_failure failure;
  CHECK(glassbox_create(&spec, &sandbox, trace, &failure) == 0);
  CHECK(trace->count < GLASSBOX_CALLS_MAX);
  for (size_t i = 0; i < sizeof(steps) / sizeof(steps[0]); i++) {
    if (!has_step(trace, steps[i])) {
      printf("# no step %s\n", steps[i]);
      CHECK(!"every step is in the trace");
    }
  }
  for (uint32_t i = 0; i < trace->count; i++) {
    CHECK(trace->calls[i].duration_ns > 0);
    CHECK(i == 0 || trace->calls[i].started_ns >= trace->calls[i - 1].started_ns);
  }
  const struct glassbox_call *last = &trace->calls[trace->count - 1];
  CHECK(strcmp(last->text, "execve(\"/sbin/init\", [\"/sbin/init\"], [])") == 0);
  free(trace);
  destroy(&spec, &sandbox);
}

static void shows_root_a_machine(void) {
  static const char *const facts[] = {
      "hostname: machine",
      "ids: 0 0 0 0 groups: 0",
      "terminal: /dev/tty1",
      "foreground: 1",
      "descriptors: 3",
      "init descriptors: 3",
      "init environment: 0",
      "variable: TERM=xterm-256color",
      "variable: HOME=/root",
      "default signals: 1",
      "variable: GLASSBOX_TERMINAL=machine",
      "CAP_SYS_MODULE: 0",
      "CAP_SYS_ADMIN: 1",
  };
  const struct glassbox_spec spec = spec_of(1);
  const struct glassbox_sandbox sandbox = create(&spec);
  struct program program;
  CHECK(RUN_INSIDE(&program, &spec, &sandbox, "/bin/probe", "report") == 0);
  check_facts(&program, facts, sizeof(facts) / sizeof(facts[0]));
  CHECK(strstr(program.output, "SECRET") == NULL);
  destroy(&spec, &sandbox);
}

static void allows_what_lessons_do(void) {
  static const char *const facts[] = {
      "mnt: 0",  "uts: 0",    "ipc: 0",   "net: 0",    "cgroup: 0",   "pid: 0",           "time: 0",
      "user: 0", "tmpfs: ok", "proc: ok", "sysfs: ok", "overlay: ok", "time of PID 1: ok"};
  const struct glassbox_spec spec = spec_of(1);
  const struct glassbox_sandbox sandbox = create(&spec);
  struct program program;
  CHECK(RUN_INSIDE(&program, &spec, &sandbox, "/bin/probe", "nest") == 0);
  check_facts(&program, facts, sizeof(facts) / sizeof(facts[0]));
  destroy(&spec, &sandbox);
}

static void refuses_what_lessons_do_not(void) {
  static const char *const facts[] = {
      "bpf: EPERM",
      "keyctl: EPERM",
      "io_uring_setup: EPERM",
      "init_module: EPERM",
      "open_by_handle_at: EPERM",
      "reboot: EPERM",
      "unknown: ENOSYS",
      "TIOCSTI: EPERM",
      "TIOCSTI in 64 bits: EPERM",
      "AF_VSOCK: EAFNOSUPPORT",
      "AF_PACKET: EAFNOSUPPORT",
      "fanotify_init: ENOSYS",
      "AF_INET: ok",
      "mknod: EPERM",
      "whiteout: ok",
      "write below /proc/sys: EACCES",
  };
  const struct glassbox_spec spec = spec_of(1);
  const struct glassbox_sandbox sandbox = create(&spec);
  struct program program;
  CHECK(RUN_INSIDE(&program, &spec, &sandbox, "/bin/probe", "calls") == 0);
  check_facts(&program, facts, sizeof(facts) / sizeof(facts[0]));
  destroy(&spec, &sandbox);
}

static void holds_limits(void) {
  struct glassbox_spec spec = spec_of(1);
  spec.memory_bytes = 48 << 20;
  const struct glassbox_sandbox sandbox = create(&spec);
  struct program program;
  CHECK(RUN_INSIDE(&program, &spec, &sandbox, "/bin/probe", "fill") == 0);
  CHECK(strstr(program.output, "filled: 1") != NULL);
  CHECK(strstr(program.output, "ENOSPC") != NULL);
  CHECK(RUN_INSIDE(&program, &spec, &sandbox, "/bin/probe", "eat") == 137);
  /* 64 in all: PID 1 and the bomb itself are two of them. */
  START(&program, &spec, &sandbox, "/bin/probe", "bomb");
  CHECK(wait_for_output(&program, "forks: 62"));
  destroy(&spec, &sandbox);
  wait_for_end(&program);
}

static void delegates_groups(void) {
  static const char *const facts[] = {"raise: EACCES", "make: ok", "limit: ok", "join: ok",
                                      "/mine"};
  const struct glassbox_spec spec = spec_of(1);
  const struct glassbox_sandbox sandbox = create(&spec);
  struct program program;
  CHECK(RUN_INSIDE(&program, &spec, &sandbox, "/bin/probe", "groups") == 0);
  check_facts(&program, facts, sizeof(facts) / sizeof(facts[0]));
  /* Its own group is the root of all that it can name. */
  CHECK(strstr(program.output, lab()) == NULL);
  destroy(&spec, &sandbox);
}

int main(void) {
  static const struct test tests[] = {
      {"a sandbox has all eight namespaces of its own", has_namespaces_of_its_own},
      {"ten sandboxes come and go and leave nothing", leaves_nothing},
      {"the trace has every step, in order, with its time", traces_every_step},
      {"root finds a machine: hostname, terminal, environment, nothing of the server",
       shows_root_a_machine},
      {"namespaces nest, and tmpfs, proc, sysfs and overlay can be mounted",
       allows_what_lessons_do},
      {"dangerous system calls are refused", refuses_what_lessons_do_not},
      {"root makes control groups with limits, and can't raise its own", delegates_groups},
      {"disk, memory and process limits hold", holds_limits},
  };
  return RUN(tests);
}
