/* What a sandbox is asked to be, checked before anything is made. */
#include <errno.h>
#include <string.h>

#include "cgroup.h"
#include "failure.h"
#include "sandbox.h"

/* Every component of the path is a name: not empty, not `.` and not `..`. */
static bool is_plain_path(const char *path) {
  while (*path == '/') {
    size_t length = strcspn(path + 1, "/");
    if (length == 0 || strspn(path + 1, ".") >= length) {
      return false;
    }
    path += 1 + length;
  }
  return *path == '\0';
}

/* The same path, or one below it. */
static bool is_below(const char *path, const char *above) {
  size_t length = strlen(above);
  return strncmp(path, above, length) == 0 && (path[length] == '/' || path[length] == '\0');
}

static int check_attachments(const struct glassbox_spec *spec, struct glassbox_failure *failure) {
  static const char step[] = "spec";
  if (spec->attachment_count > GLASSBOX_ATTACHMENTS_MAX) {
    return fail(failure, step, "attachments", -EINVAL);
  }
  for (uint32_t i = 0; i < spec->attachment_count; i++) {
    const char *target = spec->attachments[i].target;
    if (target[0] != '/' || strlen(target) >= GLASSBOX_TARGET_BYTES || !is_plain_path(target) ||
        is_below(target, SANDBOX_DISK)) {
      return fail(failure, step, target, -EINVAL);
    }
    for (uint32_t j = 0; j < i; j++) {
      if (is_below(target, spec->attachments[j].target) ||
          is_below(spec->attachments[j].target, target)) {
        return fail(failure, step, target, -EINVAL);
      }
    }
  }
  return 0;
}

/* The warden re-checks what it asks of the kernel: a path is built from some of these. */
int check_spec(const struct glassbox_spec *spec, struct glassbox_failure *failure) {
  static const char step[] = "spec";
  if (!cgroup_id_is_valid(spec->id)) {
    return fail(failure, step, "id", -EINVAL);
  }
  if (!cgroup_name_is_valid(spec->lab)) {
    return fail(failure, step, "lab", -EINVAL);
  }
  /* Below the first range are ids of the host, its root's above all. */
  if (spec->id_base < GLASSBOX_IDS || spec->id_base > UINT32_MAX - GLASSBOX_IDS) {
    return fail(failure, step, "id base", -EINVAL);
  }
  if (spec->lowerdir_count < 1 || spec->lowerdir_count > GLASSBOX_LAYERS_MAX) {
    return fail(failure, step, "lowerdirs", -EINVAL);
  }
  if (spec->terminals > GLASSBOX_TERMINALS_MAX) {
    return fail(failure, step, "terminals", -EINVAL);
  }
  if (spec->pids_max < 8) {
    return fail(failure, step, "pids", -EINVAL);
  }
  if (!(spec->cpus >= 0.01 && spec->cpus <= 4096)) {
    return fail(failure, step, "cpus", -EINVAL);
  }
  if (spec->disk_bytes < (1 << 20) || spec->disk_inodes < 64) {
    return fail(failure, step, "disk", -EINVAL);
  }
  if (spec->memory_bytes < GLASSBOX_MEMORY_MIN) {
    return fail(failure, step, "memory", -ENOMEM);
  }
  if (spec->needs >> GLASSBOX_NEEDS != 0) {
    return fail(failure, step, "needs", -EINVAL);
  }
  return check_attachments(spec, failure);
}
