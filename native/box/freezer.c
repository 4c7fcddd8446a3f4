/* box pause and unpause: the freezer of version 1, cgroup.freeze of version 2. */
#include "freezer.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "../cgroup_tree.h"
#include "commands.h"
#include "launch.h"
#include "message.h"
#include "options.h"

/* The file that freezes a container; false when there is no such controller. */
static bool find_file(const struct container *container, bool reads, char path[CGROUP_PATH_BYTES],
                      bool *pure_v2) {
  static struct launch launch;
  launch.container = (struct container *)container;
  launch_find_groups(&launch);
  *pure_v2 = launch.cgroups.pure_v2;
  for (uint32_t i = 0; i < launch.cgroups.count; i++) {
    const struct hierarchy *hierarchy = &launch.cgroups.hierarchies[i];
    if (hierarchy->unified ? *pure_v2 : cgroup_has(hierarchy->controllers, "freezer")) {
      const char *file = !hierarchy->unified ? "freezer.state"
                         : reads             ? "cgroup.events"
                                             : "cgroup.freeze";
      return launch_group_path(&launch, hierarchy, file, path);
    }
  }
  return false;
}

long freezer_set(const struct container *container, bool frozen) {
  char path[CGROUP_PATH_BYTES];
  bool pure_v2;
  struct tracer silent = {0};
  if (!find_file(container, false, path, &pure_v2)) {
    return -ENOENT;
  }
  if (pure_v2) {
    return trace_write_file(&silent, path, frozen ? "1" : "0");
  }
  return trace_write_file(&silent, path, frozen ? "FROZEN" : "THAWED");
}

bool freezer_is_frozen(const struct container *container) {
  char path[CGROUP_PATH_BYTES];
  char text[512];
  bool pure_v2;
  if (!find_file(container, true, path, &pure_v2) ||
      read_text(AT_FDCWD, path, text, sizeof(text)) < 0) {
    return false;
  }
  return strstr(text, pure_v2 ? "frozen 1" : "FR") != NULL;
}

static int change(const struct command_line *line, int count, char **arguments, bool frozen) {
  int result = 0;
  read_command_line(line, NULL, &count, arguments);
  for (int i = 0; i < count; i++) {
    struct container container;
    container_find(arguments[i], &container);
    if (!container_is_running(&container)) {
      complain("Error response: Container %s is not running", container.id);
      result = 1;
      continue;
    }
    if (freezer_is_frozen(&container) == frozen) {
      complain("Error response: Container %s is %s paused", container.id,
               frozen ? "already" : "not");
      result = 1;
      continue;
    }
    long error = freezer_set(&container, frozen);
    if (error < 0) {
      complain("Error response: cgroup: freezer: %s", strerrorname_np((int)-error));
      result = 1;
      continue;
    }
    puts(arguments[i]);
  }
  return result;
}

int command_pause(int count, char **arguments) {
  static const struct option_row none[] = {{0}};
  static const struct command_line line = {.command = "pause",
                                           .usage = "CONTAINER [CONTAINER...]",
                                           .summary = "Stop all processes of containers where "
                                                      "they are",
                                           .options = none,
                                           .anywhere = true,
                                           .words_min = 1,
                                           .words_max = NO_LIMIT};
  return change(&line, count, arguments, true);
}

int command_unpause(int count, char **arguments) {
  static const struct option_row none[] = {{0}};
  static const struct command_line line = {.command = "unpause",
                                           .usage = "CONTAINER [CONTAINER...]",
                                           .summary = "Let paused containers go on",
                                           .options = none,
                                           .anywhere = true,
                                           .words_min = 1,
                                           .words_max = NO_LIMIT};
  return change(&line, count, arguments, false);
}
