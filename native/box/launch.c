/*
 * A container, from an image to its program: this file is the table of contents. Each row is a step
 * that --explain prints and --step waits before; each function is in the file of its noun.
 */
#include "launch.h"

#include <errno.h>
#include <linux/sched.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/wait.h>

#include "../clone.h"
#include "../failure.h"
#include "../text.h"
#include "message.h"

static bool remaps(const struct launch *launch) {
  return launch->container->userns[0] != '\0';
}

static bool has_mnt(const struct launch *launch) {
  return (launch->clone_flags & CLONE_NEWNS) != 0;
}

static bool has_uts(const struct launch *launch) {
  return (launch->clone_flags & CLONE_NEWUTS) != 0;
}

static bool has_net(const struct launch *launch) {
  return (launch->clone_flags & CLONE_NEWNET) != 0;
}

bool launch_is_confined(const struct launch *launch) {
  return !launch->container->privileged && launch->container->seccomp[0] == '\0';
}

bool launch_has_profile(const struct launch *launch) {
  return launch->profile != NULL;
}

static bool is_masked(const struct launch *launch) {
  return !launch->container->privileged && has_mnt(launch);
}

bool launch_has_terminal(const struct launch *launch) {
  return launch->container->terminal;
}

static const struct launch_step STEPS[] = {
    {"cgroup", GLASSBOX_PARENT, launch_groups,
     "make a control group for this container, and write its limits into it", NULL},
    {"overlay", GLASSBOX_PARENT, launch_overlay,
     "stack the image's read-only layers, with an empty directory for changes on top", NULL},
    {"clone", GLASSBOX_PARENT, launch_clone,
     "make the new process, in namespaces of its own: it will be PID 1 in there", NULL},
    {"user", GLASSBOX_PARENT, launch_user_map,
     "say which users of the machine the container's users are", remaps},
    {"net", GLASSBOX_PARENT, launch_network,
     "give its network namespace what it is to have: a way to the others, or none", has_net},
    {"cgroup", GLASSBOX_CHILD, launch_join_groups,
     "join the control group: from here on the limits hold", NULL},
    {"mnt", GLASSBOX_CHILD, launch_mount_namespace,
     "cut its mounts off from the machine's, and go to the new root directory", NULL},
    {"user", GLASSBOX_CHILD, launch_root_identity, "become root of the new user namespace", remaps},
    {"proc", GLASSBOX_CHILD, launch_proc, "mount a /proc that shows its own processes", NULL},
    {"sys", GLASSBOX_CHILD, launch_sys, "mount a /sys that shows its own network devices", NULL},
    {"dev", GLASSBOX_CHILD, launch_dev,
     "make a /dev with a few harmless devices, and terminals of its own", NULL},
    {"root", GLASSBOX_CHILD, launch_pivot,
     "make that directory the root, and let go of the machine's", NULL},
    {"volumes", GLASSBOX_CHILD, launch_volumes, "attach its hosts file, its volumes and its tmpfs",
     NULL},
    {"cgroup", GLASSBOX_CHILD, launch_group_namespace,
     "make its own group the root of all groups that it can see", NULL},
    {"masks", GLASSBOX_CHILD, launch_masks,
     "cover what in /proc and /sys tells of the machine or changes it", is_masked},
    {"uts", GLASSBOX_CHILD, launch_hostname, "give it its hostname", has_uts},
    {"terminal", GLASSBOX_CHILD, launch_terminal, "open a terminal of its own",
     launch_has_terminal},
    {"capabilities", GLASSBOX_CHILD, launch_bounding_set,
     "take away the parts of root's power that it does not need", NULL},
    {"seccomp", GLASSBOX_CHILD, launch_seccomp,
     "refuse it system calls that containers have no business with", launch_is_confined},
    {"identity", GLASSBOX_CHILD, launch_identity,
     "become the user it runs as, with the capabilities that are left", NULL},
    {"seccomp", GLASSBOX_CHILD, launch_profile,
     "refuse it the system calls that its profile refuses; this comes last, so that box needs none",
     launch_has_profile},
    {"exec", GLASSBOX_CHILD, launch_exec, "become the container's program", NULL},
};

void launch_take_steps(struct launch *launch) {
  launch->steps = STEPS;
  launch->step_count = sizeof(STEPS) / sizeof(STEPS[0]);
}

static int run_side(struct launch *launch, struct tracer *tracer) {
  for (size_t i = 0; i < launch->step_count; i++) {
    const struct launch_step *step = &launch->steps[i];
    if (step->side != tracer->side || (step->applies != NULL && !step->applies(launch))) {
      continue;
    }
    tracer->step = step->name;
    explanation_step(launch->explanation, tracer, step->sentence);
    if (step->run(launch, tracer) < 0) {
      return -1;
    }
  }
  return 0;
}

/* The child's side; it waits until the parent has done its part. */
static int run_child(void *context) {
  struct launch *launch = context;
  char go;
  /* Not among the first three, which are given away before execve. */
  int link = (int)system_call(SYS_fcntl, launch->child_link, F_DUPFD_CLOEXEC, 3, 0, 0, 0);
  sys_close(launch->child_link);
  launch->child_link = link;
  sys_close(launch->parent_end);
  system_call(SYS_setsid, 0, 0, 0, 0, 0, 0);
  system_call(SYS_umask, 0, 0, 0, 0, 0, 0);
  if (sys_read(launch->child_link, &go, 1) == 1) {
    run_side(launch, &launch->child);
  }
  system_call(SYS_exit_group, 1, 0, 0, 0, 0, 0);
  /* A profile may refuse even that. */
  __builtin_trap();
}

static void join_network(const struct launch *launch, int net) {
  if (launch->joined_network >= 0) {
    sys_setns(net, CLONE_NEWNET);
  }
}

/*
 * The other's network namespace is entered here and left again: in a new user namespace the child
 * would have no right to.
 */
int launch_clone(struct launch *launch, struct tracer *tracer) {
  int pidfd = -1;
  struct clone_args args = {
      .flags = CLONE_VM | CLONE_PIDFD | CLONE_CLEAR_SIGHAND | launch->clone_flags |
               (launch->unified_group >= 0 ? CLONE_INTO_CGROUP : 0),
      .pidfd = (uint64_t)(uintptr_t)&pidfd,
      .exit_signal = SIGCHLD,
      .cgroup = launch->unified_group >= 0 ? (uint64_t)launch->unified_group : 0,
  };
  long result = clone_stack_allocate(&launch->stack);
  if (result < 0) {
    return fail(&launch->failure, tracer->step, "stack", result);
  }
  join_network(launch, launch->joined_network);
  result = clone_traced(tracer, &args, launch->stack, run_child, launch);
  join_network(launch, launch->own_network);
  if (result < 0) {
    return fail(&launch->failure, tracer->step, "PID 1", result);
  }
  launch->pid = (int)result;
  launch->pidfd = pidfd;
  sys_close(launch->child_end);
  launch->child_end = -1;
  return 0;
}

/* A control message with room for one fd. */
union right {
  struct cmsghdr header;
  char bytes[CMSG_SPACE(sizeof(int))];
};

/* The terminal comes from inside, if there is to be one. The end of the stream: execve, or death.
 */
static void wait_for_exec(struct launch *launch) {
  for (;;) {
    union right right = {0};
    char byte;
    struct iovec vector = {.iov_base = &byte, .iov_len = sizeof(byte)};
    struct msghdr message = {.msg_iov = &vector,
                             .msg_iovlen = 1,
                             .msg_control = &right,
                             .msg_controllen = sizeof(right)};
    long result =
        system_call(SYS_recvmsg, launch->parent_end, (long)&message, MSG_CMSG_CLOEXEC, 0, 0, 0);
    if (result == 1 && message.msg_controllen > 0 && right.header.cmsg_type == SCM_RIGHTS) {
      memcpy(&launch->terminal, CMSG_DATA(&right.header), sizeof(int));
    } else if (result != -EINTR) {
      return;
    }
  }
}

static int start_process(struct launch *launch) {
  int ends[2];
  long result =
      system_call(SYS_socketpair, AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, (long)ends, 0, 0);
  if (result < 0) {
    return fail(&launch->failure, "clone", "socketpair", result);
  }
  launch->parent_end = ends[0];
  launch->child_end = ends[1];
  launch->child_link = ends[1];
  if (run_side(launch, &launch->parent) < 0) {
    return -1;
  }
  sys_write(launch->parent_end, "g", 1);
  wait_for_exec(launch);
  if (launch->failure.step[0] != '\0') {
    return -1;
  }
  return launch->executing ? 0 : fail(&launch->failure, "exec", "the new process", -ECHILD);
}

static void end_process(struct launch *launch) {
  if (launch->pidfd < 0) {
    return;
  }
  sys_pidfd_send_signal(launch->pidfd, SIGKILL);
  while (system_call(SYS_waitid, P_PIDFD, launch->pidfd, 0, WEXITED, 0, 0) == -EINTR) {
  }
  sys_close(launch->pidfd);
  launch->pidfd = -1;
}

static int prepare(struct launch *launch) {
  launch->failure.step[0] = '\0';
  launch->pidfd = -1;
  launch->parent_end = -1;
  launch->child_end = -1;
  launch->terminal = -1;
  launch->unified_group = -1;
  launch->parent.step = "image";
  launch->parent.side = GLASSBOX_PARENT;
  launch->child.side = GLASSBOX_CHILD;
  launch->parent.origin_ns = monotonic_ns();
  launch->child.origin_ns = launch->parent.origin_ns;
  return cgroup_layout_read(&launch->cgroups, &launch->failure);
}

int launch_start(struct launch *launch) {
  int result = prepare(launch) < 0 ? -1 : start_process(launch);
  if (result < 0) {
    end_process(launch);
    launch_undo(launch);
    if (launch->container->exit_code == 0) {
      launch->container->exit_code = EXIT_BOX;
    }
  }
  /* Only now: the child has executed its program or was reaped, and uses this memory no more. */
  clone_stack_free(&launch->stack);
  close_owned(&launch->parent_end);
  close_owned(&launch->child_end);
  return result;
}
