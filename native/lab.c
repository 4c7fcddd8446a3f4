/* The lab's own groups, above those of its sandboxes. */
#include <errno.h>
#include <string.h>

#include "cgroup.h"
#include "cgroup_tree.h"
#include "failure.h"
#include "text.h"

static int read_layout(const char *lab, struct cgroup_layout *layout,
                       struct glassbox_failure *failure) {
  if (!cgroup_name_is_valid(lab)) {
    return fail(failure, "spec", "lab", -EINVAL);
  }
  if (cgroup_layout_read(layout, failure) < 0) {
    return -1;
  }
  struct tracer silent = {0};
  long result = cgroup_net_cls_add(&silent, layout, false);
  return result < 0 ? fail(failure, "cgroup", "net_cls", result) : 0;
}

/* Without one of these a sandbox would have no limit on what it names. */
static int check_controllers(const struct cgroup_layout *layout, struct glassbox_failure *failure) {
  static const char *const required[] = {"memory", "pids", "cpu"};
  for (size_t i = 0; i < sizeof(required) / sizeof(required[0]); i++) {
    bool found = layout->pure_v2;
    for (uint32_t j = 0; j < layout->count; j++) {
      found = found || cgroup_has(layout->hierarchies[j].controllers, required[i]);
    }
    if (!found) {
      return fail(failure, "cgroup", required[i], -ENOENT);
    }
  }
  return 0;
}

int glassbox_open(const char *lab, struct glassbox_failure *failure) {
  __attribute__((cleanup(cgroup_layout_close))) struct cgroup_layout layout = {0};
  if (read_layout(lab, &layout, failure) < 0 || check_controllers(&layout, failure) < 0) {
    return -1;
  }
  for (uint32_t i = 0; i < layout.count; i++) {
    const struct hierarchy *hierarchy = &layout.hierarchies[i];
    int result = hierarchy->unified ? cgroup_v2_open(hierarchy, lab, layout.pure_v2, failure)
                                    : cgroup_v1_open(hierarchy, lab, failure);
    if (result < 0) {
      return -1;
    }
  }
  return 0;
}

int glassbox_close(const char *lab, struct glassbox_failure *failure) {
  __attribute__((cleanup(cgroup_layout_close))) struct cgroup_layout layout = {0};
  if (read_layout(lab, &layout, failure) < 0) {
    return -1;
  }
  for (uint32_t i = 0; i < layout.count; i++) {
    char path[CGROUP_PATH_BYTES];
    cgroup_path(path, &layout.hierarchies[i], lab, NULL, NULL);
    /* Only the lab's own directory: a sandbox that is still there keeps its groups. */
    long result = sys_unlinkat(AT_FDCWD, path, AT_REMOVEDIR);
    if (result < 0 && result != -ENOENT) {
      return fail(failure, "destroy", path, result);
    }
  }
  return 0;
}

struct search {
  char (*ids)[GLASSBOX_ID_BYTES];
  uint32_t capacity;
  uint32_t *count;
};

static void add_id(struct search *search, const char *name) {
  for (uint32_t i = 0; i < *search->count; i++) {
    if (strcmp(search->ids[i], name) == 0) {
      return;
    }
  }
  if (*search->count < search->capacity && cgroup_id_is_valid(name)) {
    memcpy(search->ids[(*search->count)++], name, GLASSBOX_ID_BYTES);
  }
}

int glassbox_leftovers(const char *lab, uint32_t capacity, char (*ids)[GLASSBOX_ID_BYTES],
                       uint32_t *count, struct glassbox_failure *failure) {
  __attribute__((cleanup(cgroup_layout_close))) struct cgroup_layout layout = {0};
  struct search search = {.ids = ids, .capacity = capacity, .count = count};
  *count = 0;
  if (read_layout(lab, &layout, failure) < 0) {
    return -1;
  }
  /* Every hierarchy: a warden may have been killed when it had made some of the groups. */
  for (uint32_t i = 0; i < layout.count; i++) {
    char path[CGROUP_PATH_BYTES];
    cgroup_path(path, &layout.hierarchies[i], lab, NULL, NULL);
    char *names = NULL;
    long size = cgroup_names(path, &names);
    for (long at = 0; at < size; at += (long)strlen(names + at) + 1) {
      add_id(&search, names + at);
    }
    cgroup_free_names(names);
    if (size < 0 && size != -ENOENT) {
      return fail(failure, "cgroup", path, size);
    }
  }
  return 0;
}
