/* What Docker covers or makes read-only in the /proc and /sys of a container. */
#include <linux/mount.h>

#include "../failure.h"
#include "../mount.h"
#include "launch.h"

/* A directory disappears below an empty one, anything else below /dev/null. */
static long mask(struct tracer *tracer, const char *path, const struct stat *status,
                 const char **empty) {
  if (!S_ISDIR(status->st_mode)) {
    return mount_traced(tracer, "/dev/null", path, NULL, MS_BIND, NULL);
  }
  if (*empty != NULL) {
    return mount_traced(tracer, *empty, path, NULL, MS_BIND, NULL);
  }
  *empty = path;
  return mount_traced(tracer, "tmpfs", path, "tmpfs", MS_RDONLY | MS_NOSUID | MS_NODEV | MS_NOEXEC,
                      "size=4k,nr_inodes=1");
}

static long make_read_only(struct tracer *tracer, const char *path) {
  struct mount_attr attributes = {.attr_set = MOUNT_ATTR_RDONLY};
  long result = mount_traced(tracer, path, path, NULL, MS_BIND | MS_REC, NULL);
  return result < 0
             ? result
             : TRACED(tracer, mount_setattr, DIRECTORY(AT_FDCWD), STRING(path),
                      AS(AT_RECURSIVE, "AT_RECURSIVE"),
                      AS(&attributes, "{attr_set=MOUNT_ATTR_RDONLY}"), NUMBER(sizeof(attributes)));
}

/*
 * As Docker does, and with Docker's consequence: in a container with a covered /proc nobody can
 * mount another one. Privileged containers have none of this.
 */
int launch_masks(struct launch *launch, struct tracer *tracer) {
  static const struct {
    const char *path;
    bool read_only;
  } paths[] = {
      {"/proc/acpi", false},
      {"/proc/asound", false},
      {"/proc/kcore", false},
      {"/proc/keys", false},
      {"/proc/latency_stats", false},
      {"/proc/timer_list", false},
      {"/proc/scsi", false},
      {"/sys/firmware", false},
      {"/sys/devices/virtual/powercap", false},
      {"/proc/bus", true},
      {"/proc/fs", true},
      {"/proc/irq", true},
      {"/proc/sys", true},
      {"/proc/sysrq-trigger", true},
  };
  const char *empty = NULL;
  for (size_t i = 0; i < sizeof(paths) / sizeof(paths[0]); i++) {
    struct stat status;
    if (sys_fstatat(AT_FDCWD, paths[i].path, &status, 0) < 0) {
      continue;
    }
    long result = paths[i].read_only ? make_read_only(tracer, paths[i].path)
                                     : mask(tracer, paths[i].path, &status, &empty);
    if (result < 0) {
      return fail(&launch->failure, tracer->step, paths[i].path, result);
    }
  }
  return 0;
}
