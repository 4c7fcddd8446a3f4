/* What a container leaves in the machine: its mount, its groups, its place in the network. */
#include <errno.h>

#include "../cgroup_tree.h"
#include "launch.h"

#define DETACH 2 /* MNT_DETACH, which the kernel's own headers do not name */

/* Reported as a step of its own when somebody watches. */
static void remove_groups(struct launch *launch, struct tracer *tracer) {
  for (uint32_t i = 0; i < launch->cgroups.count; i++) {
    struct hierarchy *hierarchy = &launch->cgroups.hierarchies[i];
    char path[CGROUP_PATH_BYTES];
    close_owned(&hierarchy->tasks);
    hierarchy->tasks = -1;
    /* Few containers have groups of their own in it. */
    if (launch->grouped[i] && launch_group_path(launch, hierarchy, NULL, path) &&
        TRACED(tracer, unlinkat, DIRECTORY(AT_FDCWD), STRING(path),
               AS(AT_REMOVEDIR, "AT_REMOVEDIR")) == -EBUSY) {
      cgroup_remove(path);
    }
  }
  close_owned(&launch->unified_group);
  launch->unified_group = -1;
}

static void leave_network(struct launch *launch, struct tracer *tracer) {
  char path[STORE_PATH_BYTES];
  struct glassbox_failure failure;
  const struct network_report report = {.tracer = tracer, .failure = &failure};
  store_path(path, "network", NULL, NULL);
  network_detach(path, launch->container->id, &report);
}

void launch_undo(struct launch *launch) {
  struct tracer *tracer = &launch->parent;
  tracer->side = GLASSBOX_PARENT;
  tracer->step = "end";
  if (launch->explanation != NULL) {
    explanation_step(launch->explanation, tracer,
                     "the container has ended: remove what of it is left in the machine");
  }
  if (launch->overlay_options != NULL) {
    /* Without a mount namespace, mounts of the container are on top of it. */
    TRACED(tracer, umount2, STRING(launch->merged), AS(DETACH, "MNT_DETACH"));
  }
  remove_groups(launch, tracer);
  if (launch->attached) {
    leave_network(launch, tracer);
  }
}
