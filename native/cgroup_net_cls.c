/*
 * The net_cls hierarchy of version 1, see the kernel's cgroup-v1/net_cls.rst: only for the
 * sandboxes that need it. Many hosts do not have it mounted. Then it is used through a mount that
 * is attached nowhere: the kernel keeps a hierarchy as long as it has groups.
 */
#include <errno.h>
#include <linux/mount.h>
#include <sched.h>
#include <string.h>

#include "cgroup.h"
#include "cgroup_tree.h"
#include "text.h"

#define PATIENCE_NS (NANOSECONDS / 2)

static bool is_net_cls(const struct hierarchy *hierarchy) {
  return strcmp(hierarchy->controllers, "net_cls") == 0 ||
         strcmp(hierarchy->controllers, "net_cls,net_prio") == 0;
}

void cgroup_net_cls_leave_out(struct cgroup_layout *layout) {
  uint32_t kept = 0;
  for (uint32_t i = 0; i < layout->count; i++) {
    if (!is_net_cls(&layout->hierarchies[i])) {
      layout->hierarchies[kept++] = layout->hierarchies[i];
    }
  }
  layout->count = kept;
}

/* The second field of its line in /proc/cgroups; 0 is none, or that of version 2. */
static bool has_hierarchy(void) {
  char table[4096];
  uint64_t number = 0;
  if (read_text(AT_FDCWD, "/proc/cgroups", table, sizeof(table)) < 0) {
    return false;
  }
  const char *line = strstr(table, "\nnet_cls\t");
  if (line != NULL) {
    text_read_number(line + strlen("\nnet_cls\t"), &number);
  }
  return number != 0;
}

/* A mount of it that is attached nowhere; its fd, or a negative errno. */
static long open_detached(struct tracer *tracer) {
  OWNED_FD context =
      (int)TRACED(tracer, fsopen, STRING("cgroup"), AS(FSOPEN_CLOEXEC, "FSOPEN_CLOEXEC"));
  if (context < 0) {
    return context;
  }
  long result =
      TRACED(tracer, fsconfig, NUMBER(context), AS(FSCONFIG_SET_FLAG, "FSCONFIG_SET_FLAG"),
             STRING("net_cls"), STRING(NULL), NUMBER(0));
  if (result == 0) {
    result =
        TRACED(tracer, fsconfig, NUMBER(context), AS(FSCONFIG_CMD_CREATE, "FSCONFIG_CMD_CREATE"),
               STRING(NULL), STRING(NULL), NUMBER(0));
  }
  return result < 0 ? result
                    : TRACED(tracer, fsmount, NUMBER(context),
                             AS(FSMOUNT_CLOEXEC, "FSMOUNT_CLOEXEC"), NUMBER(0));
}

long cgroup_net_cls_add(struct tracer *tracer, struct cgroup_layout *layout, bool make) {
  for (uint32_t i = 0; i < layout->count; i++) {
    if (is_net_cls(&layout->hierarchies[i])) {
      return 0;
    }
  }
  if (layout->pure_v2 || layout->count == CGROUP_HIERARCHIES_MAX) {
    return make ? -EOPNOTSUPP : 0;
  }
  if (!make && !has_hierarchy()) {
    return 0;
  }
  struct hierarchy *hierarchy = &layout->hierarchies[layout->count];
  *hierarchy = (struct hierarchy){.controllers = "net_cls", .name = "net_cls", .tasks = -1};
  /* EBUSY: nobody uses it any more, and the kernel is still taking the last groups away. */
  const int64_t deadline_ns = monotonic_ns() + PATIENCE_NS;
  do {
    hierarchy->root = (int)open_detached(tracer);
    if (hierarchy->root == -EBUSY && !make) {
      return 0;
    }
  } while (hierarchy->root == -EBUSY && monotonic_ns() < deadline_ns && sched_yield() == 0);
  if (hierarchy->root < 0) {
    return hierarchy->root;
  }
  struct text text = TEXT(hierarchy->mount_point);
  text_append(&text, "/proc/self/fd/");
  text_number(&text, hierarchy->root);
  layout->count++;
  return 0;
}
