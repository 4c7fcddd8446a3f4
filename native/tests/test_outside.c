/* The network to the outside of a sandbox: what `outside` becomes, where it is counted, how it
 * ends. */
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "../syscalls.h"
#include "harness.h"

#define SLIRP "/usr/bin/slirp4netns"
#define PATIENCE_MS 20000

/* As the warden holds it: the ends of its pipes, and its pidfd. */
struct way {
  pid_t pid;
  int pidfd;
  int hold;
  int ready;
};

static void start_way(struct way *way, const struct glassbox_spec *spec,
                      const struct glassbox_sandbox *sandbox, const char *slirp) {
  char program[256];
  char pid[16];
  char pid_namespace[24];
  int hold[2];
  int ready[2];
  snprintf(program, sizeof(program), "%s/outside", getenv("GLASSBOX_BUILD"));
  snprintf(pid, sizeof(pid), "%d", sandbox->pid);
  snprintf(pid_namespace, sizeof(pid_namespace), "%llu",
           (unsigned long long)sandbox->namespaces[2]);
  CHECK(pipe2(hold, O_CLOEXEC) == 0 && pipe2(ready, O_CLOEXEC) == 0);
  fflush(stdout);
  way->pid = fork();
  if (way->pid == 0) {
    char *const arguments[] = {program,          pid,           pid_namespace, (char *)spec->lab,
                               (char *)spec->id, (char *)slirp, NULL};
    const int null = open("/dev/null", O_RDWR);
    /* Out of the way of each other first. */
    const int holding = fcntl(hold[0], F_DUPFD, 64);
    const int telling = fcntl(ready[1], F_DUPFD, 64);
    for (int fd = 0; fd < 3; fd++) {
      dup2(null, fd);
    }
    dup2(holding, 3);
    dup2(telling, 4);
    execv(program, arguments);
    _exit(99);
  }
  way->pidfd = (int)sys_pidfd_open(way->pid);
  way->hold = hold[1];
  way->ready = ready[0];
  close(hold[0]);
  close(ready[1]);
}

static bool wait_for_ready(const struct way *way) {
  struct pollfd readable = {.fd = way->ready, .events = POLLIN};
  char byte;
  return poll(&readable, 1, PATIENCE_MS) == 1 && read(way->ready, &byte, 1) == 1;
}

/* Its exit status, or 128 + its signal. */
static int wait_for_way(struct way *way) {
  int status = -1;
  struct pollfd ended = {.fd = way->pidfd, .events = POLLIN};
  if (poll(&ended, 1, PATIENCE_MS) != 1) {
    CHECK(!"it ends in time");
    kill(way->pid, SIGKILL);
  }
  waitpid(way->pid, &status, 0);
  close(way->pidfd);
  close(way->ready);
  return WIFSIGNALED(status) ? 128 + WTERMSIG(status) : WEXITSTATUS(status);
}

static bool file_has(const char *path, const char *text) {
  char bytes[8192];
  const int fd = open(path, O_RDONLY | O_CLOEXEC);
  const ssize_t size = fd < 0 ? -1 : read(fd, bytes, sizeof(bytes) - 1);
  close(fd);
  bytes[size < 0 ? 0 : size] = '\0';
  if (strstr(bytes, text) == NULL) {
    printf("# no \"%s\" in %s: %s\n", text, path, bytes);
    return false;
  }
  return true;
}

static void has_no_privilege(void) {
  const struct glassbox_spec spec = spec_of(1);
  const struct glassbox_sandbox sandbox = create(&spec);
  struct way way;
  char path[64];
  char text[128];
  struct program program;
  start_way(&way, &spec, &sandbox, SLIRP);
  CHECK(wait_for_ready(&way));
  snprintf(path, sizeof(path), "/proc/%d/status", way.pid);
  snprintf(text, sizeof(text), "\nUid:\t%u\t%u\t", spec.id_base, spec.id_base);
  CHECK(file_has(path, text));
  CHECK(file_has(path, "\nCapEff:\t0000000000000400\n"));
  CHECK(file_has(path, "\nSeccomp:\t2\n"));
  CHECK(file_has(path, "\nNoNewPrivs:\t1\n"));
  /* In the sandbox's group, beside what the learner can write to. */
  snprintf(path, sizeof(path), "/proc/%d/cgroup", way.pid);
  CHECK(file_has(path, spec.id));
  CHECK(file_has(path, "/outside\n"));
  CHECK(RUN_INSIDE(&program, &spec, &sandbox, "/bin/probe", "network") == 0);
  CHECK(strstr(program.output, "interface: eth0") != NULL);
  CHECK(strstr(program.output, "/etc/resolv.conf: nameserver 10.0.2.3") != NULL);
  destroy(&spec, &sandbox);
  CHECK(wait_for_way(&way) == 128 + SIGKILL);
  close(way.hold);
}

static void is_no_process_of_the_machine(void) {
  const struct glassbox_spec spec = spec_of(1);
  const struct glassbox_sandbox sandbox = create(&spec);
  struct way way;
  int32_t pid;
  start_way(&way, &spec, &sandbox, SLIRP);
  CHECK(wait_for_ready(&way));
  CHECK(pids_of(&spec, &pid, 1) == 1 && pid == sandbox.pid);
  destroy(&spec, &sandbox);
  wait_for_way(&way);
  close(way.hold);
}

static void ends_with_the_warden(void) {
  const struct glassbox_spec spec = spec_of(1);
  const struct glassbox_sandbox sandbox = create(&spec);
  struct way way;
  start_way(&way, &spec, &sandbox, SLIRP);
  CHECK(wait_for_ready(&way));
  close(way.hold);
  wait_for_way(&way);
  destroy(&spec, &sandbox);
}

/* Says so, and touches nothing, when the pid is another process's. */
static void refuses_another_process(void) {
  const struct glassbox_spec spec = spec_of(1);
  const struct glassbox_sandbox sandbox = create(&spec);
  struct glassbox_sandbox other = sandbox;
  struct way way;
  other.pid = getpid();
  start_way(&way, &spec, &other, SLIRP);
  CHECK(wait_for_way(&way) == 125);
  close(way.hold);
  other = sandbox;
  other.namespaces[2]++;
  start_way(&way, &spec, &other, SLIRP);
  CHECK(wait_for_way(&way) == 125);
  close(way.hold);
  start_way(&way, &spec, &sandbox, "/no/such/program");
  CHECK(wait_for_way(&way) == 125);
  close(way.hold);
  destroy(&spec, &sandbox);
}

static int skip(const struct test *tests, size_t count) {
  printf("1..%zu\n", count);
  for (size_t i = 0; i < count; i++) {
    printf("ok %zu - %s # SKIP slirp4netns is not installed\n", i + 1, tests[i].name);
  }
  return 77;
}

int main(void) {
  static const struct test tests[] = {
      {"a way out has the sandbox's ids and limits and no capability of the host",
       has_no_privilege},
      {"a way out is no process of the machine", is_no_process_of_the_machine},
      {"a way out ends with the warden", ends_with_the_warden},
      {"a pid that is another process's is refused", refuses_another_process},
  };
  if (access(SLIRP, X_OK) < 0) {
    return skip(tests, sizeof(tests) / sizeof(tests[0]));
  }
  return RUN(tests);
}
