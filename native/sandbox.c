/*
 * A sandbox, from nothing to PID 1: this file is the table of contents, each row of the step table
 * is a section of the trace that a learner reads, and each function in it is in the file of its
 * noun.
 */
#include "sandbox.h"

#include <errno.h>
#include <linux/sched.h>
#include <string.h>
#include <sys/socket.h>

#include "cgroup_tree.h"
#include "clone.h"
#include "failure.h"
#include "missing.h"
#include "text.h"

struct step {
  const char *name;
  enum glassbox_side side;
  int (*run)(struct making *making, struct tracer *tracer);
};

static const struct step STEPS[] = {
    {"cgroup", GLASSBOX_PARENT, step_cgroup},
    {"clone", GLASSBOX_PARENT, step_clone},
    {"user", GLASSBOX_PARENT, step_user},
    {"layers", GLASSBOX_PARENT, step_layers},
    {"attachments", GLASSBOX_PARENT, step_attachments},
    {"disk", GLASSBOX_PARENT, step_disk},
    {"cgroup", GLASSBOX_PARENT, step_cgroup_v1},
    {"disk", GLASSBOX_PARENT, step_disk_limit},
    {"device", GLASSBOX_PARENT, step_device},
    {"netfilter", GLASSBOX_PARENT, step_netfilter},
    {"user", GLASSBOX_CHILD, step_identity},
    {"mnt", GLASSBOX_CHILD, step_mnt},
    {"overlay", GLASSBOX_CHILD, step_overlay},
    {"attachments", GLASSBOX_CHILD, step_seal},
    {"proc", GLASSBOX_CHILD, step_proc},
    {"sys", GLASSBOX_CHILD, step_sys},
    {"dev", GLASSBOX_CHILD, step_dev},
    {"root", GLASSBOX_CHILD, step_root},
    {"attachments", GLASSBOX_CHILD, step_attach},
    {"uts", GLASSBOX_CHILD, step_uts},
    {"net", GLASSBOX_CHILD, step_net},
    {"time", GLASSBOX_CHILD, step_time},
    {"cgroup", GLASSBOX_CHILD, step_cgroup_namespace},
    {"capabilities", GLASSBOX_CHILD, step_capabilities},
    {"rlimits", GLASSBOX_CHILD, step_rlimits},
    {"seccomp", GLASSBOX_CHILD, step_seccomp},
    {"exec", GLASSBOX_CHILD, step_exec},
};

static int run_side(struct making *making, struct tracer *tracer) {
  for (size_t i = 0; i < sizeof(STEPS) / sizeof(STEPS[0]); i++) {
    if (STEPS[i].side == tracer->side) {
      tracer->step = STEPS[i].name;
      if (STEPS[i].run(making, tracer) < 0) {
        return -1;
      }
    }
  }
  return 0;
}

/* Closes every fd that came along from the warden but those in `kept`, which gets sorted. */
static void close_all_but(int *kept, size_t count) {
  for (size_t i = 1; i < count; i++) {
    for (size_t j = i; j > 0 && kept[j - 1] > kept[j]; j--) {
      int other = kept[j];
      kept[j] = kept[j - 1];
      kept[j - 1] = other;
    }
  }
  unsigned int first = 0;
  for (size_t i = 0; i < count; i++) {
    if (kept[i] < 0) {
      continue;
    }
    if ((unsigned int)kept[i] > first) {
      sys_close_range(first, (unsigned int)kept[i] - 1);
    }
    first = (unsigned int)kept[i] + 1;
  }
  sys_close_range(first, ~0U);
}

static void keep_own_descriptors(struct making *making) {
  int kept[2];
  size_t count = 0;
  /* Not among the first three, which become /dev/null: it must stay open until execve. */
  making->child_link = (int)system_call(SYS_fcntl, making->child_link, F_DUPFD_CLOEXEC, 3, 0, 0, 0);
  kept[count++] = making->child_link;
  kept[count++] = making->leaf_procs;
  close_all_but(kept, count);
}

/*
 * The child's side. A session of its own, so that no terminal of the warden's is its terminal; then
 * it waits until its ids are mapped and its layers are there.
 */
int sandbox_child(void *context) {
  struct making *making = context;
  const long session = system_call(SYS_setsid, 0, 0, 0, 0, 0, 0);
  system_call(SYS_umask, 0, 0, 0, 0, 0, 0);
  keep_own_descriptors(making);
  const long mounts = receive_files(making, making->mounts, SANDBOX_MOUNTS_MAX);
  if (session < 0 || mounts < 0) {
    fail(making->failure, "clone", session < 0 ? "setsid" : "recvmsg",
         session < 0 ? session : mounts);
  } else {
    making->mount_count = (uint32_t)mounts;
    run_side(making, &making->child);
  }
  system_call(SYS_exit_group, 1, 0, 0, 0, 0, 0);
  __builtin_unreachable();
}

int step_exec(struct making *making, struct tracer *tracer) {
  static const char path[] = "/sbin/init";
  static const char *const arguments[] = {path, NULL};
  static const char *const environment[] = {NULL};
  long null = sys_openat(AT_FDCWD, "/dev/null", O_RDWR);
  if (null < 0) {
    return fail(making->failure, tracer->step, "/dev/null", null);
  }
  long high = system_call(SYS_fcntl, null, F_DUPFD_CLOEXEC, 3, 0, 0, 0);
  long copied = high;
  for (int fd = 0; fd < 3 && copied >= 0; fd++) {
    copied = system_call(SYS_dup3, high, fd, 0, 0, 0, 0);
  }
  if (copied < 0) {
    return fail(making->failure, tracer->step, "/dev/null", copied);
  }
  system_call(SYS_umask, 022, 0, 0, 0, 0, 0);
  sys_signal_mask(0, NULL);
  making->executing = true;
  long result = TRACED(tracer, execve, STRING(path), AS(arguments, "[\"/sbin/init\"]"),
                       AS(environment, "[]"));
  return fail(making->failure, tracer->step, path, result);
}

static void prepare_options(struct making *making) {
  const struct glassbox_spec *spec = making->spec;
  struct text text = TEXT(making->tmpfs_options);
  text_append(&text, "mode=0755,size=");
  text_number(&text, (int64_t)spec->disk_bytes);
  text_append(&text, ",nr_inodes=");
  text_number(&text, (int64_t)spec->disk_inodes);

  text = TEXT(making->overlay_options);
  text_append(&text, "lowerdir=");
  for (uint32_t i = 0; i < spec->lowerdir_count; i++) {
    text_append(&text, i == 0 ? "lower/" : ":lower/");
    text_number(&text, i);
  }
  text_append(&text, ",upperdir=upper,workdir=work,userxattr");

  text = TEXT(making->shm_options);
  text_append(&text, "mode=1777,nr_inodes=4096,size=");
  text_number(&text, (int64_t)(spec->disk_bytes / 4));
}

/* Waits until the child's end of the socket pair has closed: it has executed init, or is no more.
 */
static void wait_for_exec(struct making *making) {
  char byte;
  long result;
  do {
    result = sys_read(making->parent_end, &byte, sizeof(byte));
  } while (result == -EINTR);
}

/* Both sides have recorded at the same time, each call a moment before or after it got its place.
 */
static void sort_trace(struct glassbox_trace *trace) {
  for (uint32_t i = 1; i < trace->count; i++) {
    for (uint32_t j = i; j > 0 && trace->calls[j - 1].started_ns > trace->calls[j].started_ns;
         j--) {
      const struct glassbox_call later = trace->calls[j - 1];
      trace->calls[j - 1] = trace->calls[j];
      trace->calls[j] = later;
    }
  }
}

/* The last call, execve, has no one on the child's side to say when it was done. */
static void finish_exec(struct making *making) {
  struct glassbox_trace *trace = making->parent.trace;
  sort_trace(trace);
  struct glassbox_call *call = trace->count > 0 ? &trace->calls[trace->count - 1] : NULL;
  if (call != NULL && call->duration_ns == 0) {
    call->duration_ns = (uint64_t)(monotonic_ns() - making->parent.origin_ns) - call->started_ns;
  }
}

static int check_child(struct making *making) {
  struct pollfd ended = {.fd = making->pidfd, .events = POLLIN};
  if (making->child_failure.step[0] != '\0') {
    *making->failure = making->child_failure;
    return -1;
  }
  finish_exec(making);
  if (!making->child_side->executing || sys_poll_until(&ended, 1, 0, 0) > 0) {
    return fail(making->failure, "exec", "/sbin/init", -ECHILD);
  }
  return 0;
}

/* The time namespace is that of PID 1's children: see init.c. */
static int read_namespaces(struct making *making, struct glassbox_sandbox *sandbox) {
  static const char *const names[GLASSBOX_NAMESPACES] = {
      "user", "mnt", "pid", "net", "ipc", "uts", "cgroup", "time_for_children"};
  for (size_t i = 0; i < GLASSBOX_NAMESPACES; i++) {
    char path[56];
    struct stat status;
    struct text text = TEXT(path);
    text_append(&text, "/proc/");
    text_number(&text, making->pid);
    text_append(&text, "/ns/");
    text_append(&text, names[i]);
    long result = sys_fstatat(AT_FDCWD, path, &status, 0);
    if (result < 0) {
      return fail(making->failure, "exec", path, result);
    }
    sandbox->namespaces[i] = status.st_ino;
  }
  sandbox->pid = making->pid;
  sandbox->cgroup_version = making->cgroups.pure_v2 ? 2 : 1;
  sandbox->pidfd = making->pidfd;
  return 0;
}

/* In the layout from the start, so that it is one hierarchy like the others. */
static void add_net_cls(struct making *making) {
  const struct glassbox_spec *spec = making->spec;
  if ((spec->needs & GLASSBOX_NEED_NET_CLS) == 0) {
    cgroup_net_cls_leave_out(&making->cgroups);
    return;
  }
  making->parent.step = "cgroup";
  long result = cgroup_net_cls_add(&making->parent, &making->cgroups, true);
  if (result < 0) {
    missing(making->sandbox, GLASSBOX_NEED_NET_CLS, "net_cls", "net_cls", result);
  }
}

static int make(struct making *making, struct glassbox_sandbox *sandbox) {
  int ends[2];
  if (cgroup_layout_read(&making->cgroups, making->failure) < 0) {
    return -1;
  }
  add_net_cls(making);
  long result =
      system_call(SYS_socketpair, AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, (long)ends, 0, 0);
  if (result < 0) {
    return fail(making->failure, "clone", "socketpair", result);
  }
  making->parent_end = ends[0];
  making->child_end = ends[1];
  making->child_link = ends[1];
  if (run_side(making, &making->parent) < 0) {
    return -1;
  }
  wait_for_exec(making);
  return check_child(making) < 0 ? -1 : read_namespaces(making, sandbox);
}

static void close_descriptors(struct making *making) {
  for (size_t i = 0; i < SANDBOX_MOUNTS_MAX; i++) {
    close_owned(&making->mounts[i]);
  }
  cgroup_layout_close(&making->cgroups);
  close_owned(&making->leaf_procs);
  close_owned(&making->parent_end);
  close_owned(&making->child_end);
}

int glassbox_create(const struct glassbox_spec *spec, struct glassbox_sandbox *sandbox,
                    struct glassbox_trace *trace, struct glassbox_failure *failure) {
  int64_t origin_ns = monotonic_ns();
  struct making child_side;
  struct making making = {
      .spec = spec,
      .sandbox = sandbox,
      .failure = failure,
      .child_side = &child_side,
      .parent = {.trace = trace, .origin_ns = origin_ns, .side = GLASSBOX_PARENT},
      .child = {.trace = trace, .origin_ns = origin_ns, .side = GLASSBOX_CHILD},
      .parent_end = -1,
      .child_end = -1,
      .pidfd = -1,
      .leaf_procs = -1,
  };
  memset(making.mounts, -1, sizeof(making.mounts));
  trace->count = 0;
  sandbox->missing_count = 0;
  failure->step[0] = '\0';
  if (check_spec(spec, failure) < 0) {
    return -1;
  }
  faults_begin(spec->id);
  prepare_options(&making);
  int result = make(&making, sandbox);
  if (result < 0) {
    end_child(&making);
    cgroup_undo(&making.cgroups, spec->lab, spec->id);
  }
  /* Only now: the child has executed init or was reaped, and uses this memory no more. */
  clone_stack_free(&making.stack);
  close_descriptors(&making);
  faults_end();
  return result;
}
