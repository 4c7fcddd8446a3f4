/*
 * The end of a sandbox: its processes are whatever the kernel counts in its groups, so this works
 * the same for a living sandbox and for what a killed warden has left behind.
 */
#include <errno.h>
#include <limits.h>
#include <linux/wait.h>
#include <sched.h>
#include <string.h>

#include "cgroup.h"
#include "cgroup_tree.h"
#include "failure.h"
#include "text.h"

#define PATIENCE_NS (20 * NANOSECONDS)
#define BATCH 64

struct ending {
  const char *lab;
  const char *id;
  int64_t deadline_ns;
  /* pidfds of killed processes whose end is awaited. */
  struct pollfd killed[BATCH];
  unsigned int count;
};

/* Waits for one event. 0, -ETIMEDOUT, or a negative errno. */
static long wait_for(const struct ending *ending, int fd, short events) {
  struct pollfd descriptor = {.fd = fd, .events = events};
  long result;
  do {
    result = sys_poll_until(&descriptor, 1, ending->deadline_ns, monotonic_ns());
  } while (result == -EINTR);
  return result == 0 ? -ETIMEDOUT : result < 0 ? result : 0;
}

static long wait_for_killed(struct ending *ending) {
  long result = 0;
  for (unsigned int i = 0; i < ending->count; i++) {
    if (result == 0) {
      result = wait_for(ending, ending->killed[i].fd, POLLIN);
    }
    sys_close(ending->killed[i].fd);
  }
  ending->count = 0;
  return result;
}

/*
 * Between reading a pid and opening its pidfd, the process may have ended and the pid may have gone
 * to another process of the host. So its group is read again with the pidfd in hand: what the pidfd
 * stands for is then either ours or dead.
 */
static bool is_ours(const struct ending *ending, int pid) {
  char path[32];
  char groups[8192];
  char ours[128];
  struct text text = TEXT(path);
  text_append(&text, "/proc/");
  text_number(&text, pid);
  text_append(&text, "/cgroup");
  text = TEXT(ours);
  text_append(&text, "/");
  text_append(&text, ending->lab);
  text_append(&text, "/");
  text_append(&text, ending->id);
  return read_text(AT_FDCWD, path, groups, sizeof(groups)) > 0 && strstr(groups, ours) != NULL;
}

static long kill_process(void *context, int pid) {
  struct ending *ending = context;
  long pidfd = sys_pidfd_open(pid);
  if (pidfd < 0) {
    return pidfd == -ESRCH ? 0 : pidfd;
  }
  if (!is_ours(ending, pid)) {
    sys_close((int)pidfd);
    return 0;
  }
  sys_pidfd_send_signal((int)pidfd, SIGKILL);
  ending->killed[ending->count++].fd = (int)pidfd;
  return ending->count == BATCH ? wait_for_killed(ending) : 0;
}

static long kill_group(void *context, int directory) {
  return cgroup_each_pid(directory, kill_process, context);
}

/* A process that a learner froze in version 1 does not even die before it is thawed. */
static long thaw_group(void *context, int directory) {
  (void)context;
  OWNED_FD state = (int)sys_openat(directory, "freezer.state", O_WRONLY);
  if (state >= 0) {
    sys_write(state, "THAWED", strlen("THAWED"));
  }
  return 0;
}

/* A group that is gone, and one with more below than one walk visits, are no errors here. */
static long walk(const struct hierarchy *hierarchy, struct ending *ending,
                 long (*enter)(void *context, int directory)) {
  char path[CGROUP_PATH_BYTES];
  const struct cgroup_visitor visitor = {.enter = enter, .context = ending};
  if (!cgroup_path(path, hierarchy, ending->lab, ending->id, NULL)) {
    return -ENAMETOOLONG;
  }
  long result = cgroup_walk(path, &visitor);
  return result == -ENOENT || result == -E2BIG ? 0 : result;
}

/* Waits until the kernel counts no process in the cgroup2 group any more. */
static long wait_until_empty(const struct ending *ending, const struct hierarchy *unified) {
  char path[CGROUP_PATH_BYTES];
  cgroup_path(path, unified, ending->lab, ending->id, "cgroup.events");
  OWNED_FD events = (int)sys_openat(AT_FDCWD, path, O_RDONLY);
  if (events < 0) {
    return events == -ENOENT ? 0 : events;
  }
  for (;;) {
    char state[256];
    sys_lseek(events, 0, SEEK_SET);
    long size = sys_read(events, state, sizeof(state) - 1);
    if (size <= 0) {
      return size == -ENODEV ? 0 : size;
    }
    state[size] = '\0';
    if (strstr(state, "populated 0") != NULL) {
      return 0;
    }
    long result = wait_for(ending, events, POLLPRI);
    if (result < 0) {
      return result;
    }
  }
}

/* cgroup.kill ends a whole tree at once, forks under way included; from Linux 5.14 on. */
static long kill_unified(struct ending *ending, const struct hierarchy *unified) {
  char path[CGROUP_PATH_BYTES];
  struct tracer silent = {0};
  if (!cgroup_path(path, unified, ending->lab, ending->id, "cgroup.kill")) {
    return -ENAMETOOLONG;
  }
  long result = trace_write_file(&silent, path, "1");
  if (result == -ENOENT) {
    return walk(unified, ending, kill_group);
  }
  return result;
}

/*
 * Kills all that the groups hold, whether it was counted in every hierarchy yet or not, and waits
 * for those that it had to kill one by one.
 */
static long kill_all(struct ending *ending, struct cgroup_layout *layout, bool thorough) {
  const struct hierarchy *unified = cgroup_unified(layout);
  for (uint32_t i = 0; i < layout->count; i++) {
    const struct hierarchy *hierarchy = &layout->hierarchies[i];
    long result = 0;
    if (cgroup_has(hierarchy->controllers, "freezer")) {
      result = walk(hierarchy, ending, thaw_group);
    }
    if (result == 0 && hierarchy->unified) {
      result = kill_unified(ending, hierarchy);
    } else if (result == 0 && (thorough || unified == NULL)) {
      result = walk(hierarchy, ending, kill_group);
    }
    if (result < 0) {
      return result;
    }
  }
  return wait_for_killed(ending);
}

/* PID 1 ends after all others in its pid namespace have: its end is theirs. */
static long reap(const struct ending *ending, int pidfd) {
  long result = wait_for(ending, pidfd, POLLIN);
  if (result < 0) {
    return result;
  }
  result = system_call(SYS_waitid, P_PIDFD, pidfd, 0, WEXITED | WNOHANG, 0, 0);
  /* ECHILD: a warden before us made it, or it was reaped already. */
  return result == -ECHILD ? 0 : result;
}

/*
 * Waits until the processes have ended. PID 1 is awaited by its pidfd where there is one: the
 * kernel tells that at once, but the end of a group's processes only once in 10 ms.
 */
static long wait_for_end(const struct ending *ending, struct cgroup_layout *layout, int pidfd,
                         bool thorough) {
  const struct hierarchy *unified = cgroup_unified(layout);
  long result = pidfd >= 0 ? reap(ending, pidfd) : 0;
  if (result == 0 && unified != NULL && (thorough || pidfd < 0)) {
    result = wait_until_empty(ending, unified);
  }
  return result;
}

/*
 * Most learners make no groups, and then two removals are all that a hierarchy takes. Otherwise the
 * groups are searched.
 */
static long remove_group_tree(const char *path) {
  static const char *const usual[] = {"/" CGROUP_DELEGATED "/" CGROUP_LEAF, "/" CGROUP_DELEGATED,
                                      ""};
  long result = 0;
  for (size_t i = 0; i < sizeof(usual) / sizeof(usual[0]); i++) {
    char group[CGROUP_PATH_BYTES];
    if (!text_join(group, sizeof(group), path, usual[i], "")) {
      return -ENAMETOOLONG;
    }
    result = sys_unlinkat(AT_FDCWD, group, AT_REMOVEDIR);
  }
  return result == 0 || result == -ENOENT ? 0 : cgroup_remove(path);
}

static long remove_groups(const struct ending *ending, const struct cgroup_layout *layout,
                          char path[CGROUP_PATH_BYTES]) {
  for (uint32_t i = 0; i < layout->count; i++) {
    if (!cgroup_path(path, &layout->hierarchies[i], ending->lab, ending->id, NULL)) {
      return -ENAMETOOLONG;
    }
    long result = remove_group_tree(path);
    if (result < 0) {
      return result;
    }
  }
  return 0;
}

static int destroy(const char *lab, const char *id, int32_t pidfd, struct cgroup_layout *layout,
                   struct glassbox_failure *failure) {
  struct ending ending = {.lab = lab, .id = id, .deadline_ns = monotonic_ns() + PATIENCE_NS};
  /* First of all: it dies while the rest is looked up. */
  if (pidfd >= 0) {
    sys_pidfd_send_signal(pidfd, SIGKILL);
  }
  if (cgroup_layout_read(layout, failure) < 0) {
    return -1;
  }
  /* Whether this sandbox had net_cls is not known any more. */
  struct tracer silent = {0};
  cgroup_net_cls_add(&silent, layout, false);
  /*
   * Usually once. Again when a process was on its way in (an `enter`), or was counted in some
   * hierarchies only: then each is searched, and its processes are awaited one by one.
   */
  for (bool thorough = false;; thorough = true) {
    char path[CGROUP_PATH_BYTES];
    long result = kill_all(&ending, layout, thorough);
    if (result == 0) {
      result = wait_for_end(&ending, layout, pidfd, thorough);
    }
    if (result < 0) {
      return fail(failure, "destroy", id, result);
    }
    result = remove_groups(&ending, layout, path);
    if (result == 0) {
      return 0;
    }
    if (result != -EBUSY || monotonic_ns() > ending.deadline_ns) {
      return fail(failure, "destroy", path, result);
    }
    /* A process is dead before its group stops counting it, by a moment no file tells in v1. */
    sched_yield();
  }
}

int glassbox_destroy(const char *lab, const char *id, int32_t pidfd,
                     struct glassbox_failure *failure) {
  if (!cgroup_name_is_valid(lab) || !cgroup_id_is_valid(id)) {
    return fail(failure, "spec", "id", -EINVAL);
  }
  struct cgroup_layout layout = {0};
  faults_begin(id);
  int result = destroy(lab, id, pidfd, &layout, failure);
  cgroup_layout_close(&layout);
  faults_end();
  return result;
}
