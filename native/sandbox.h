/*
 * One sandbox while it is being made: all that the parent side prepares and the child side uses.
 * Both sides work at the same time in the same memory, so from the clone on each has a copy of its
 * own, and files are handed over as messages.
 */
#ifndef SANDBOX_H
#define SANDBOX_H

#include <stdbool.h>

#include "cgroup.h"
#include "glassbox.h"
#include "trace.h"

#define SANDBOX_MOUNTS_MAX (GLASSBOX_LAYERS_MAX + GLASSBOX_ATTACHMENTS_MAX + 1)
/* Where the disk is attached. */
#define SANDBOX_DISK "/disk"

struct making {
  const struct glassbox_spec *spec;
  struct glassbox_sandbox *sandbox;
  struct glassbox_failure *failure;
  /* The child's copy, and where the child says what went wrong. */
  struct making *child_side;
  struct glassbox_failure child_failure;
  struct tracer parent;
  struct tracer child;
  struct cgroup_layout cgroups;
  /* A socket pair. The child's end closes at execve or at death, and the parent's end reads that.
   */
  int parent_end;
  int child_end;
  /* The same fd as child_end, for the child alone: after the clone the parent gives its own up. */
  int child_link;
  int pid;
  int pidfd;
  /* Pure cgroup2 only: what the child writes 0 to when it goes into the leaf, or -1. */
  int leaf_procs;
  /* The layers, then the attachments, then the disk, as detached idmapped mounts. */
  int mounts[SANDBOX_MOUNTS_MAX];
  uint32_t mount_count;
  /* "7:0" say, or empty when there is no disk. The child only counts its mounts. */
  char disk_device[16];
  /* The child's stack, and whether it has come as far as execve. */
  void *stack;
  bool executing;
  /* Mount options, written before the clone so that the child needs to build none. */
  char tmpfs_options[96];
  char overlay_options[320];
  char shm_options[64];
};

/* spec.c: refuses what no sandbox can be. */
int check_spec(const struct glassbox_spec *spec, struct glassbox_failure *failure);

/* Each step: 0, or -1 with the failure filled. In the order of the table in sandbox.c. */
int step_cgroup(struct making *making, struct tracer *tracer);
int step_clone(struct making *making, struct tracer *tracer);
int step_user(struct making *making, struct tracer *tracer);
int step_layers(struct making *making, struct tracer *tracer);
int step_attachments(struct making *making, struct tracer *tracer);
int step_disk(struct making *making, struct tracer *tracer);
int step_cgroup_v1(struct making *making, struct tracer *tracer);
int step_disk_limit(struct making *making, struct tracer *tracer);
int step_device(struct making *making, struct tracer *tracer);
int step_netfilter(struct making *making, struct tracer *tracer);
int step_identity(struct making *making, struct tracer *tracer);
int step_mnt(struct making *making, struct tracer *tracer);
int step_overlay(struct making *making, struct tracer *tracer);
int step_proc(struct making *making, struct tracer *tracer);
int step_sys(struct making *making, struct tracer *tracer);
int step_dev(struct making *making, struct tracer *tracer);
int step_root(struct making *making, struct tracer *tracer);
int step_seal(struct making *making, struct tracer *tracer);
int step_attach(struct making *making, struct tracer *tracer);
int step_uts(struct making *making, struct tracer *tracer);
int step_net(struct making *making, struct tracer *tracer);
int step_time(struct making *making, struct tracer *tracer);
int step_cgroup_namespace(struct making *making, struct tracer *tracer);
int step_capabilities(struct making *making, struct tracer *tracer);
int step_rlimits(struct making *making, struct tracer *tracer);
int step_seccomp(struct making *making, struct tracer *tracer);
int step_exec(struct making *making, struct tracer *tracer);

/* Runs the child's rows of the step table; does not return. */
int sandbox_child(void *making);

/* handover.c: hands fds to the child, and takes them there. -EPIPE: the other side is no more. */
long send_files(const struct making *making, const int *files, size_t count);
long receive_files(const struct making *making, int *files, size_t capacity);

/* overlay.c: a read-only copy of a directory's mount, whose files belong to the sandbox's root. */
long idmapped_mount(struct tracer *tracer, const char *directory, int user_namespace);
/* overlay.c: sets these attributes of a detached mount, and maps its ids. */
long idmap_mount(struct tracer *tracer, int mount, int user_namespace, uint64_t attributes);
/* user.c: opens the sandbox's user namespace, in the parent. */
long open_user_namespace(const struct making *making);

/*
 * clone.c: runs a function in a process of the child's, in a user and a mount namespace below the
 * child's, with the child's memory and files, until it exits. It must not return.
 */
long run_sealer(struct making *making, struct tracer *tracer, int (*run)(void *));

/* clone.c: ends the child if it has not ended by itself, and waits until it is reaped. */
void end_child(struct making *making);

#endif
