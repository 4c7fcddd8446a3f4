#include "harness.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "../syscalls.h"

#define PATIENCE_NS (20 * NANOSECONDS)
#define EXIT_SKIPPED 77

static bool failed;
static char lab_name[64];
static char stage[96];
static char layer[256];
static char base[256];
static char enter[256];
static char disk_image[256];
static const char *lowerdirs[] = {layer, base};

void check(bool condition, const char *what, const char *file, int line) {
  if (!condition) {
    failed = true;
    printf("# %s:%d: %s\n", file, line, what);
  }
}

static void find_build(void) {
  const char *build = getenv("GLASSBOX_BUILD");
  if (build == NULL) {
    fprintf(stderr, "GLASSBOX_BUILD must name the build directory: run `make test`.\n");
    exit(1);
  }
  snprintf(layer, sizeof(layer), "%s/layer", build);
  snprintf(base, sizeof(base), "%s/tests/base", build);
  snprintf(enter, sizeof(enter), "%s/enter", build);
  snprintf(disk_image, sizeof(disk_image), "%s/tests/disk.ext4", build);
  snprintf(lab_name, sizeof(lab_name), "glassbox-test-%d", getpid());
  snprintf(stage, sizeof(stage), "/run/%s", lab_name);
}

int run_tests(const struct test *tests, size_t count) {
  struct glassbox_failure failure;
  bool any_failed = false;
  setvbuf(stdout, NULL, _IOLBF, 0);
  printf("1..%zu\n", count);
  if (geteuid() != 0) {
    for (size_t i = 0; i < count; i++) {
      printf("ok %zu - %s # SKIP needs root\n", i + 1, tests[i].name);
    }
    return EXIT_SKIPPED;
  }
  find_build();
  /* What others on this host mount meanwhile is not to be counted. */
  if (unshare(CLONE_NEWNS) < 0 || mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL) < 0) {
    printf("Bail out! no mount namespace: %s\n", strerrorname_np(errno));
    return 1;
  }
  mkdir(stage, 0755);
  if (glassbox_open(lab_name, &failure) < 0) {
    printf("Bail out! %s: %s: %s. %s\n", failure.step, failure.object, failure.error, failure.hint);
    rmdir(stage);
    return 1;
  }
  for (size_t i = 0; i < count; i++) {
    failed = false;
    tests[i].run();
    any_failed = any_failed || failed;
    printf("%s %zu - %s\n", failed ? "not ok" : "ok", i + 1, tests[i].name);
  }
  if (glassbox_close(lab_name, &failure) < 0) {
    printf("# the lab's groups are not empty: %s: %s\n", failure.object, failure.error);
    any_failed = true;
  }
  rmdir(stage);
  return any_failed ? 1 : 0;
}

const char *lab(void) {
  return lab_name;
}

struct glassbox_spec spec_of(unsigned number) {
  static _Thread_local char ids[64][GLASSBOX_ID_BYTES];
  char *id = ids[number % 64];
  snprintf(id, GLASSBOX_ID_BYTES, "%012x", number);
  return (struct glassbox_spec){
      .id = id,
      .hostname = "machine",
      .stage = stage,
      .lab = lab_name,
      .lowerdirs = lowerdirs,
      .lowerdir_count = 2,
      .id_base = 1000000 + number * GLASSBOX_IDS,
      .memory_bytes = 64 << 20,
      .disk_bytes = 16 << 20,
      .disk_inodes = 1024,
      .cpus = 1,
      .pids_max = 64,
      .terminals = 2,
      .disk_image = disk_image,
      .disk_bytes_per_second = 64 << 20,
  };
}

/*
 * Without a sandbox the program ends: what comes after would signal pid -1, which is every process
 * of the host.
 */
struct glassbox_sandbox create(const struct glassbox_spec *spec) {
  struct glassbox_trace *trace = malloc(sizeof(*trace));
  struct glassbox_failure failure;
  struct glassbox_sandbox sandbox = {.pid = -1, .pidfd = -1};
  if (glassbox_create(spec, &sandbox, trace, &failure) < 0) {
    printf("# %s: %s: %s. %s\n", failure.step, failure.object, failure.error, failure.hint);
    printf("not ok - a sandbox can be created\n");
    exit(1);
  }
  free(trace);
  return sandbox;
}

void destroy(const struct glassbox_spec *spec, const struct glassbox_sandbox *sandbox) {
  struct glassbox_failure failure;
  if (glassbox_destroy(spec->lab, spec->id, sandbox->pidfd, &failure) < 0) {
    printf("# %s: %s: %s. %s\n", failure.step, failure.object, failure.error, failure.hint);
    CHECK(!"a sandbox can be destroyed");
  }
  if (sandbox->pidfd >= 0) {
    close(sandbox->pidfd);
  }
}

static int count_entries(const char *path) {
  int count = 0;
  DIR *directory = opendir(path);
  while (directory != NULL && readdir(directory) != NULL) {
    count++;
  }
  if (directory != NULL) {
    closedir(directory);
  }
  return count;
}

static long count_lines(const char *path) {
  long count = 0;
  FILE *file = fopen(path, "r");
  for (int c = file == NULL ? EOF : fgetc(file); c != EOF; c = fgetc(file)) {
    count += c == '\n';
  }
  if (file != NULL) {
    fclose(file);
  }
  return count;
}

/* Loop devices that have a file. */
static int count_loop_devices(void) {
  int count = 0;
  DIR *directory = opendir("/sys/block");
  for (struct dirent *entry = directory == NULL ? NULL : readdir(directory); entry != NULL;
       entry = readdir(directory)) {
    char path[300];
    snprintf(path, sizeof(path), "/sys/block/%s/loop/backing_file", entry->d_name);
    char file[512] = "";
    int fd = open(path, O_RDONLY);
    /* Those of this build: other programs of the host have some, too. */
    if (fd >= 0 && read(fd, file, sizeof(file) - 1) > 0) {
      count += strncmp(file, disk_image, strlen(disk_image) - strlen("disk.ext4")) == 0;
    }
    if (fd >= 0) {
      close(fd);
    }
  }
  if (directory != NULL) {
    closedir(directory);
  }
  return count;
}

struct belongings belongings(void) {
  static char ids[1024][GLASSBOX_ID_BYTES];
  struct glassbox_failure failure;
  uint32_t sandboxes = 0;
  siginfo_t info = {0};
  CHECK(glassbox_leftovers(lab_name, 1024, ids, &sandboxes, &failure) == 0);
  bool no_child = waitid(P_ALL, 0, &info, WEXITED | WNOHANG | WNOWAIT) < 0 && errno == ECHILD;
  return (struct belongings){
      .descriptors = count_entries("/proc/self/fd"),
      .mounts = (int)count_lines("/proc/self/mountinfo"),
      .children = no_child ? 0 : 1,
      .sandboxes = (int)sandboxes,
      .loop_devices = count_loop_devices(),
      .memory_maps = count_lines("/proc/self/maps"),
  };
}

static bool has_loop_devices(void *expected) {
  return count_loop_devices() == *(const int *)expected;
}

void check_same(const struct belongings *before, const struct belongings *after) {
  CHECK(before->descriptors == after->descriptors);
  CHECK(before->mounts == after->mounts);
  CHECK(before->children == after->children);
  CHECK(before->sandboxes == after->sandboxes);
  /* The kernel lets go of a file system some time after the last process that saw it. */
  int expected = before->loop_devices;
  CHECK(eventually(has_loop_devices, &expected));
}

/* In the forked process: a session on the terminal, then `enter`. */
__attribute__((noreturn)) static void become_enter(const char *terminal, char *const arguments[]) {
  setsid();
  int fd = open(terminal, O_RDWR);
  ioctl(fd, TIOCSCTTY, 0);
  dup2(fd, 0);
  dup2(fd, 1);
  dup2(fd, 2);
  setenv("GLASSBOX_TEST_SECRET", "of the server", 1);
  /* As Node leaves it. */
  signal(SIGPIPE, SIG_IGN);
  execv(enter, arguments);
  _exit(99);
}

void start(struct program *program, const struct glassbox_spec *spec,
           const struct glassbox_sandbox *sandbox, const char *terminal_index,
           char *const command[]) {
  char pid[16];
  char pid_namespace[24];
  char needs[12];
  char *arguments[32] = {
      "enter",   pid,  pid_namespace, (char *)spec->lab, (char *)spec->id, (char *)terminal_index,
      "machine", needs};
  char slave[64] = "";
  snprintf(pid, sizeof(pid), "%d", sandbox->pid);
  snprintf(pid_namespace, sizeof(pid_namespace), "%llu",
           (unsigned long long)sandbox->namespaces[2]);
  uint32_t given = spec->needs;
  for (uint32_t i = 0; i < sandbox->missing_count; i++) {
    given &= ~sandbox->missing[i].need;
  }
  snprintf(needs, sizeof(needs), "%u", given);
  for (size_t i = 0; command[i] != NULL && i < 23; i++) {
    arguments[8 + i] = command[i];
  }
  *program = (struct program){.terminal = posix_openpt(O_RDWR | O_NOCTTY | O_CLOEXEC)};
  grantpt(program->terminal);
  unlockpt(program->terminal);
  ptsname_r(program->terminal, slave, sizeof(slave));
  fflush(stdout);
  program->pid = fork();
  if (program->pid < 0) {
    printf("not ok - a process can be forked\n");
    exit(1);
  }
  if (program->pid == 0) {
    become_enter(slave, arguments);
  }
}

/* Reads what there is; false at the deadline and when nobody holds the terminal any more. */
static bool read_some(struct program *program, int64_t deadline_ns) {
  struct pollfd readable = {.fd = program->terminal, .events = POLLIN};
  size_t room = sizeof(program->output) - 1 - program->length;
  if (room == 0 || sys_poll_until(&readable, 1, deadline_ns, monotonic_ns()) <= 0) {
    return false;
  }
  ssize_t size = read(program->terminal, program->output + program->length, room);
  if (size <= 0) {
    return false;
  }
  program->length += (size_t)size;
  program->output[program->length] = '\0';
  return true;
}

bool wait_for_output(struct program *program, const char *text) {
  int64_t deadline_ns = monotonic_ns() + PATIENCE_NS;
  while (strstr(program->output, text) == NULL) {
    if (!read_some(program, deadline_ns)) {
      printf("# no \"%s\" in: %s\n", text, program->output);
      return false;
    }
  }
  return true;
}

void hang_up(struct program *program) {
  close_owned(&program->terminal);
  program->terminal = -1;
}

int wait_for_end(struct program *program) {
  int64_t deadline_ns = monotonic_ns() + PATIENCE_NS;
  int status = -1;
  struct pollfd ended = {.fd = (int)sys_pidfd_open(program->pid), .events = POLLIN};
  while (program->terminal >= 0 && read_some(program, deadline_ns)) {
  }
  if (sys_poll_until(&ended, 1, deadline_ns, monotonic_ns()) <= 0) {
    CHECK(!"enter ends in time");
    kill(program->pid, SIGKILL);
  }
  close(ended.fd);
  waitpid(program->pid, &status, 0);
  hang_up(program);
  return WIFSIGNALED(status) ? 128 + WTERMSIG(status) : WEXITSTATUS(status);
}

int run_inside(struct program *program, const struct glassbox_spec *spec,
               const struct glassbox_sandbox *sandbox, char *const command[]) {
  start(program, spec, sandbox, "1", command);
  return wait_for_end(program);
}

void check_facts(const struct program *program, const char *const *facts, size_t count) {
  for (size_t i = 0; i < count; i++) {
    if (strstr(program->output, facts[i]) == NULL) {
      printf("# no \"%s\" in: %s\n", facts[i], program->output);
      CHECK(!"the probe finds what it should");
    }
  }
}

bool eventually(bool (*condition)(void *context), void *context) {
  int64_t deadline_ns = monotonic_ns() + PATIENCE_NS;
  while (!condition(context)) {
    if (monotonic_ns() > deadline_ns) {
      return false;
    }
    sched_yield();
  }
  return true;
}

#define SNAPSHOT_BYTES (512 << 10)

uint32_t pids_of(const struct glassbox_spec *spec, int32_t *pids, uint32_t capacity) {
  struct glassbox_failure failure;
  uint64_t length;
  uint32_t count = 0;
  char *json = calloc(1, SNAPSHOT_BYTES);
  CHECK(json != NULL);
  CHECK(glassbox_snapshot(spec->lab, spec->id, 0, SNAPSHOT_BYTES - 1, json, &length, &failure) ==
        0);
  /* Within a string the quotes would be escaped. */
  static const char begin[] = "{\"pid\":";
  for (char *at = strstr(json, begin); at != NULL; at = strstr(at + 1, begin)) {
    if (count < capacity) {
      pids[count] = (int32_t)strtol(at + sizeof(begin) - 1, NULL, 10);
    }
    count++;
  }
  free(json);
  return count;
}
