/* Mounts of the host, as the new process must see them, and the kernel's own file systems. */
#include <errno.h>
#include <linux/mount.h>

#include "failure.h"
#include "mount.h"
#include "sandbox.h"
#include "text.h"

long mount_traced(struct tracer *tracer, const char *source, const char *target, const char *type,
                  unsigned long flags, const char *options) {
  return TRACED(tracer, mount, STRING(source), STRING(target), STRING(type),
                FLAGS(flags, MOUNT_FLAGS), STRING(options));
}

/* An image may lack an empty directory to mount on; that there is one already is the usual case. */
long make_mount_point(const char *path) {
  long result = sys_mkdirat(AT_FDCWD, path, 0755);
  if (result != -ENOENT) {
    return result == -EEXIST ? 0 : result;
  }
  char above[GLASSBOX_TARGET_BYTES];
  struct text text = TEXT(above);
  for (const char *at = path; *at != '\0'; at++) {
    if (*at == '/' && text.length > 0) {
      result = sys_mkdirat(AT_FDCWD, above, 0755);
      if (result < 0 && result != -EEXIST) {
        return result;
      }
    }
    text_character(&text, *at);
  }
  return text.truncated ? -ENAMETOOLONG : sys_mkdirat(AT_FDCWD, path, 0755);
}

/* A new mount namespace is a copy whose mounts still receive the host's; from here on it is alone.
 */
int mount_make_private(struct glassbox_failure *failure, struct tracer *tracer) {
  long result = mount_traced(tracer, NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL);
  return result < 0 ? fail(failure, tracer->step, "/", result) : 0;
}

int step_mnt(struct making *making, struct tracer *tracer) {
  return mount_make_private(making->failure, tracer);
}

int mount_kernel_filesystem(struct glassbox_failure *failure, struct tracer *tracer,
                            const char *type, const char *target, unsigned long flags) {
  long result = make_mount_point(target);
  if (result == 0) {
    result =
        mount_traced(tracer, type, target, type, MS_NOSUID | MS_NODEV | MS_NOEXEC | flags, NULL);
  }
  return result < 0 ? fail(failure, tracer->step, target, result) : 0;
}

/*
 * The kernel lets a user namespace mount /proc only where a /proc is fully visible, and so it is
 * with containers below: nothing in here may be covered, or no container could have its own.
 * Root in a sandbox is nobody to the files of /proc that concern the host.
 */
int step_proc(struct making *making, struct tracer *tracer) {
  return mount_kernel_filesystem(making->failure, tracer, "proc", "proc", 0);
}

/*
 * Twice: `ip netns exec` unmounts /sys and mounts the one of the other network namespace, which the
 * kernel refuses when that was the last fully visible one. The first stays below the second, a bind
 * mount, for the kernel mounts nothing over itself anew.
 */
int step_sys(struct making *making, struct tracer *tracer) {
  if (mount_kernel_filesystem(making->failure, tracer, "sysfs", "sys", 0) < 0) {
    return -1;
  }
  long result = mount_traced(tracer, "sys", "sys", NULL, MS_BIND, NULL);
  return result < 0 ? fail(making->failure, tracer->step, "sys", result) : 0;
}
