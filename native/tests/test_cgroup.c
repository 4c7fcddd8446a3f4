#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "../cgroup.h"
#include "../cgroup_tree.h"
#include "harness.h"

/* A group of the test's own, in the hierarchy where groups cost least. */
static void test_group(char path[CGROUP_PATH_BYTES]) {
  struct cgroup_layout layout;
  struct glassbox_failure failure;
  CHECK(cgroup_layout_read(&layout, &failure) == 0);
  const struct hierarchy *hierarchy = cgroup_unified(&layout);
  CHECK(cgroup_path(path, hierarchy == NULL ? &layout.hierarchies[0] : hierarchy, lab(), "tree",
                    NULL));
  CHECK(sys_mkdirat(AT_FDCWD, path, 0755) == 0);
}

static long count_group(void *context, int directory) {
  (void)directory;
  ++*(int *)context;
  return 0;
}

static int count_groups(const char *path) {
  int count = 0;
  const struct cgroup_visitor visitor = {.enter = count_group, .context = &count};
  CHECK(cgroup_walk(path, &visitor) == 0);
  return count;
}

static void removes_a_deep_chain(void) {
  enum { DEPTH = 2500 };
  char path[CGROUP_PATH_BYTES];
  test_group(path);
  int directory = (int)sys_openat(AT_FDCWD, path, O_DIRECTORY);
  int depth = 0;
  while (depth < DEPTH && sys_mkdirat(directory, "dd", 0755) == 0) {
    int below = (int)sys_openat(directory, "dd", O_DIRECTORY);
    sys_close(directory);
    directory = below;
    depth++;
  }
  sys_close(directory);
  CHECK(depth == DEPTH);
  CHECK(count_groups(path) == depth + 1);
  CHECK(cgroup_remove(path) == 0);
  CHECK(access(path, F_OK) < 0);
}

static void removes_a_wide_tree(void) {
  char path[CGROUP_PATH_BYTES];
  test_group(path);
  for (int i = 0; i < 300; i++) {
    char below[CGROUP_PATH_BYTES + 32];
    snprintf(below, sizeof(below), "%s/%d", path, i);
    CHECK(sys_mkdirat(AT_FDCWD, below, 0755) == 0);
    snprintf(below, sizeof(below), "%s/%d/x", path, i);
    CHECK(sys_mkdirat(AT_FDCWD, below, 0755) == 0);
  }
  CHECK(count_groups(path) == 601);
  CHECK(cgroup_remove(path) == 0);
  CHECK(access(path, F_OK) < 0);
}

static void spares_a_group_with_a_process(void) {
  char path[CGROUP_PATH_BYTES];
  char busy[CGROUP_PATH_BYTES + 32];
  char procs[CGROUP_PATH_BYTES + 64];
  char other[CGROUP_PATH_BYTES + 32];
  test_group(path);
  snprintf(busy, sizeof(busy), "%s/busy", path);
  snprintf(other, sizeof(other), "%s/other", path);
  snprintf(procs, sizeof(procs), "%s/cgroup.procs", busy);
  CHECK(sys_mkdirat(AT_FDCWD, busy, 0755) == 0 && sys_mkdirat(AT_FDCWD, other, 0755) == 0);
  int gate[2];
  CHECK(pipe(gate) == 0);
  pid_t child = fork();
  if (child == 0) {
    char byte;
    close(gate[1]);
    _exit(read(gate[0], &byte, 1) < 0);
  }
  FILE *file = fopen(procs, "w");
  CHECK(file != NULL && fprintf(file, "%d\n", child) > 0 && fclose(file) == 0);
  CHECK(cgroup_remove(path) == -EBUSY);
  CHECK(access(busy, F_OK) == 0);
  CHECK(access(other, F_OK) < 0);
  close(gate[0]);
  close(gate[1]);
  waitpid(child, NULL, 0);
  CHECK(cgroup_remove(path) == 0);
}

static void knows_valid_names(void) {
  CHECK(cgroup_id_is_valid("0123456789ab"));
  CHECK(!cgroup_id_is_valid("0123456789a"));
  CHECK(!cgroup_id_is_valid("0123456789abc"));
  CHECK(!cgroup_id_is_valid("../../../../"));
  CHECK(cgroup_name_is_valid("glassbox-1f"));
  CHECK(!cgroup_name_is_valid(".."));
  CHECK(!cgroup_name_is_valid("a/b"));
  CHECK(!cgroup_name_is_valid(""));
}

static void finds_controllers_in_lists(void) {
  CHECK(cgroup_has("cpu,cpuacct", "cpu"));
  CHECK(cgroup_has("cpu,cpuacct", "cpuacct"));
  CHECK(!cgroup_has("cpuacct", "cpu"));
  CHECK(!cgroup_has("", "cpu"));
}

int main(void) {
  static const struct test tests[] = {
      {"groups within groups are removed, deeper than a path can say", removes_a_deep_chain},
      {"many groups side by side are removed", removes_a_wide_tree},
      {"a group with a process stays, and all others go", spares_a_group_with_a_process},
      {"names that could leave the lab's directory are refused", knows_valid_names},
      {"a controller is found by its whole name", finds_controllers_in_lists},
  };
  return RUN(tests);
}
