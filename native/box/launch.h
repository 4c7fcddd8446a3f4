/*
 * One container while it is being started: all that box prepares and the new process uses. Both see
 * the same memory until execve, and take turns.
 */
#ifndef BOX_LAUNCH_H
#define BOX_LAUNCH_H

#include "../cgroup.h"
#include "container.h"
#include "explain.h"
#include "network.h"
#include "profile.h"
#include "store.h"

#define MOUNTS_MAX 64
#define GROUPS_MAX 64
#define PATH_DIRECTORIES_MAX 32

/* A directory or file of the machine that the container has too. */
struct volume {
  const char *source;
  const char *target;
  bool read_only;
  /* A file goes over a file. */
  bool is_file;
  /* Its detached mount, between the two halves of attaching it. */
  int tree;
};

struct launch;

/* A row of a table of steps. */
struct launch_step {
  const char *name;
  enum glassbox_side side;
  int (*run)(struct launch *launch, struct tracer *tracer);
  const char *sentence;
  /* Whether this launch has the step; NULL: every one has. */
  bool (*applies)(const struct launch *launch);
};

struct launch {
  const struct launch_step *steps;
  size_t step_count;
  struct container *container;
  struct explanation *explanation;
  struct glassbox_failure failure;
  struct tracer parent;
  struct tracer child;

  /* The container's directory, open and locked for as long as somebody looks after it. */
  int directory;
  char path[STORE_PATH_BYTES];
  char merged[STORE_PATH_BYTES];

  struct cgroup_layout cgroups;
  /* Which rows of the layout have a group of this container. */
  bool grouped[CGROUP_HIERARCHIES_MAX];
  int unified_group;
  uint64_t clone_flags;
  /* For `box exec`: PID 1 of the container to join, and its root directory. */
  int joined_process;
  int joined_root;
  int joined_network;
  int own_network;

  int parent_end;
  int child_end;
  /* The same fd as child_end, for the child alone: after the clone the parent gives its own up. */
  int child_link;
  void *stack;
  int pid;
  int pidfd;
  bool executing;
  /* Whether all is ready for the program. */
  bool settled;

  /* What becomes standard input, output and error, or -1 with a terminal. */
  int standard[3];
  /* The container's terminal, from its other side; for who looks after it. */
  int terminal;
  unsigned short rows;
  unsigned short columns;

  /* Written before the clone, so that the child needs to build nothing. */
  const char *overlay_options;
  /* The layers, if there are too many for those options. */
  struct words layers;
  char shm_options[64];
  struct volume volumes[MOUNTS_MAX];
  size_t volume_count;
  const char *tmpfs_targets[MOUNTS_MAX];
  const char *tmpfs_options[MOUNTS_MAX];
  size_t tmpfs_count;
  uint64_t capabilities;
  /* The seccomp profile, or NULL; and how its filter reads in the trace. */
  struct profile *profile;
  char profile_reading[160];
  uint32_t user;
  uint32_t group;
  uint32_t groups[GROUPS_MAX];
  uint32_t group_count;
  const char *candidates[PATH_DIRECTORIES_MAX + 1];
  const char *const *arguments;
  const char *const *environment;

  struct network_port ports[NETWORK_PORTS_MAX];
  struct network_endpoint endpoint;
  bool attached;
};

/*
 * Makes the container run: every step, up to its program. -1 when one failed; what was done is
 * undone then, and the failure says which; `exit_code` of the container is 125, 126 or 127.
 */
int launch_start(struct launch *launch);

/* Takes the rows of a new container. */
void launch_take_steps(struct launch *launch);

/* Everything of the container that was outside it goes: mounts, groups, network. */
void launch_undo(struct launch *launch);

/* Steps, in the order of the table in launch.c. */
int launch_groups(struct launch *launch, struct tracer *tracer);
int launch_overlay(struct launch *launch, struct tracer *tracer);
int launch_clone(struct launch *launch, struct tracer *tracer);
int launch_user_map(struct launch *launch, struct tracer *tracer);
int launch_network(struct launch *launch, struct tracer *tracer);
int launch_root_identity(struct launch *launch, struct tracer *tracer);
int launch_join_groups(struct launch *launch, struct tracer *tracer);
int launch_mount_namespace(struct launch *launch, struct tracer *tracer);
int launch_proc(struct launch *launch, struct tracer *tracer);
int launch_sys(struct launch *launch, struct tracer *tracer);
int launch_dev(struct launch *launch, struct tracer *tracer);
int launch_pivot(struct launch *launch, struct tracer *tracer);
int launch_volumes(struct launch *launch, struct tracer *tracer);
int launch_group_namespace(struct launch *launch, struct tracer *tracer);
int launch_masks(struct launch *launch, struct tracer *tracer);
int launch_hostname(struct launch *launch, struct tracer *tracer);
int launch_terminal(struct launch *launch, struct tracer *tracer);
int launch_bounding_set(struct launch *launch, struct tracer *tracer);
int launch_seccomp(struct launch *launch, struct tracer *tracer);
int launch_identity(struct launch *launch, struct tracer *tracer);
int launch_profile(struct launch *launch, struct tracer *tracer);
int launch_exec(struct launch *launch, struct tracer *tracer);

/* When a row applies. */
bool launch_is_confined(const struct launch *launch);
bool launch_has_profile(const struct launch *launch);
bool launch_has_terminal(const struct launch *launch);

/* Prepared before the first step. */
int launch_prepare_volumes(struct launch *launch);
int launch_prepare_identity(struct launch *launch);
int launch_prepare_program(struct launch *launch);
int launch_prepare_capabilities(struct launch *launch);

/*
 * Reads the container's profile, if it has one: before anything is made, from the file that was
 * named; later, from the copy that the container keeps.
 */
int launch_prepare_profile(struct launch *launch);
int launch_find_profile(struct launch *launch, int directory);
/* Keeps the copy. */
int launch_keep_profile(struct launch *launch);

/* The child's last preparations, once: directory, open files, signals. */
int launch_settle(struct launch *launch, struct tracer *tracer);

/* Whether a group of this container counted an OOM kill. */
bool launch_was_oom_killed(struct launch *launch);
/* Kills what is left in the container's groups: without a pid namespace nobody else does. */
void launch_kill_groups(struct launch *launch);
/* The cgroup files of a container that runs already. */
void launch_find_groups(struct launch *launch);
bool launch_group_path(const struct launch *launch, const struct hierarchy *hierarchy,
                       const char *file, char path[CGROUP_PATH_BYTES]);

#endif
