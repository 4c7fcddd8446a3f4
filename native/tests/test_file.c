#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "harness.h"

static struct glassbox_spec spec;
static struct glassbox_sandbox sandbox;
static char bytes[256];

static void make_sandbox(void) {
  spec = spec_of(1);
  sandbox = create(&spec);
}

static void end_sandbox(void) {
  destroy(&spec, &sandbox);
}

/* The start time of a process: the 22nd field of its stat. */
static uint64_t start_of(int pid) {
  char path[32];
  char stat[1024] = "";
  snprintf(path, sizeof(path), "/proc/%d/stat", pid);
  FILE *file = fopen(path, "r");
  CHECK(file != NULL && fgets(stat, sizeof(stat), file) != NULL);
  fclose(file);
  const char *at = strrchr(stat, ')');
  for (int field = 2; at != NULL && field < 22; field++) {
    at = strchr(at + 1, ' ');
  }
  return at == NULL ? 0 : strtoull(at, NULL, 10);
}

static struct glassbox_file ask(int pid, uint64_t started, const char *path, uint32_t capacity) {
  struct glassbox_file file;
  struct glassbox_failure failure;
  CHECK(glassbox_file(lab(), spec.id, pid, started, path, capacity, bytes, &file, &failure) == 0);
  return file;
}

static struct glassbox_file ask_init(const char *path, uint32_t capacity) {
  return ask(sandbox.pid, start_of(sandbox.pid), path, capacity);
}

static void reads_the_beginning(void) {
  const struct glassbox_file file = ask_init("/sbin/init", 4);
  CHECK(file.kind == GLASSBOX_FILE_REGULAR && file.is_read == 1 && file.length == 4);
  CHECK(memcmp(bytes,
               "\x7f"
               "ELF",
               4) == 0);
  CHECK(ask_init("/sbin/init", 0).is_read == 0);
}

static void tells_kinds(void) {
  CHECK(ask_init("/", 0).kind == GLASSBOX_FILE_DIRECTORY);
  CHECK(ask_init("/sbin", 0).kind == GLASSBOX_FILE_LINK);
  CHECK(ask_init("/dev/null", 0).kind == GLASSBOX_FILE_CHARACTER_DEVICE);
  CHECK(ask_init("/nothing", sizeof(bytes)).kind == GLASSBOX_FILE_NONE);
}

static void reads_no_device_and_no_procfs(void) {
  static const char *const paths[] = {"/dev/zero", "/proc/version", "/proc/self/cmdline", "/",
                                      "/proc/1/root/sbin/init"};
  for (size_t i = 0; i < sizeof(paths) / sizeof(paths[0]); i++) {
    CHECK(ask_init(paths[i], sizeof(bytes)).is_read == 0);
  }
}

static void leaves_no_root(void) {
  CHECK(ask_init("/../../../../etc/passwd", sizeof(bytes)).kind == GLASSBOX_FILE_NONE);
}

static void reads_for_no_other_process(void) {
  CHECK(ask(getpid(), start_of(getpid()), "/", 0).kind == GLASSBOX_FILE_NONE);
  CHECK(ask(sandbox.pid, start_of(sandbox.pid) + 1, "/", 0).kind == GLASSBOX_FILE_NONE);
  CHECK(ask(-1, 0, "/", 0).kind == GLASSBOX_FILE_NONE);
}

int main(void) {
  static const struct test tests[] = {
      {"a sandbox is made", make_sandbox},
      {"the beginning of a file is read", reads_the_beginning},
      {"what a path names is told", tells_kinds},
      {"nothing is read of devices and procfs", reads_no_device_and_no_procfs},
      {"a path does not lead out of the root", leaves_no_root},
      {"a process that is not the one that was meant sees nothing", reads_for_no_other_process},
      {"the sandbox is gone", end_sandbox},
  };
  return RUN(tests);
}
