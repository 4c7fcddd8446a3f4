/* What is mounted in the container's root directory, and how it becomes its root. */
#include <errno.h>
#include <linux/mount.h>
#include <linux/sched.h>

#include "../dev.h"
#include "../failure.h"
#include "../mount.h"
#include "../steps.h"
#include "../text.h"
#include "launch.h"

/*
 * The machine's side of volumes is opened while the machine can still be seen, and attached when
 * the container's root is in place: then links in the image lead where they should.
 */
static int open_volumes(struct launch *launch, struct tracer *tracer) {
  for (size_t i = 0; i < launch->volume_count; i++) {
    struct volume *volume = &launch->volumes[i];
    struct mount_attr attributes = {.attr_set = MOUNT_ATTR_RDONLY};
    volume->tree = (int)TRACED(
        tracer, open_tree, DIRECTORY(AT_FDCWD), STRING(volume->source),
        AS(OPEN_TREE_CLONE | OPEN_TREE_CLOEXEC | AT_RECURSIVE, "OPEN_TREE_CLONE|AT_RECURSIVE"));
    if (volume->tree < 0) {
      return fail(&launch->failure, tracer->step, volume->source, volume->tree);
    }
    long result =
        !volume->read_only
            ? 0
            : TRACED(tracer, mount_setattr, NUMBER(volume->tree), STRING(""),
                     AS(AT_EMPTY_PATH | AT_RECURSIVE, "AT_EMPTY_PATH|AT_RECURSIVE"),
                     AS(&attributes, "{attr_set=MOUNT_ATTR_RDONLY}"), NUMBER(sizeof(attributes)));
    if (result < 0) {
      return fail(&launch->failure, tracer->step, volume->source, result);
    }
  }
  return 0;
}

int launch_mount_namespace(struct launch *launch, struct tracer *tracer) {
  if ((launch->clone_flags & CLONE_NEWNS) != 0 &&
      mount_make_private(&launch->failure, tracer) < 0) {
    return -1;
  }
  if (open_volumes(launch, tracer) < 0) {
    return -1;
  }
  long result = 0;
  if ((launch->clone_flags & CLONE_NEWUSER) != 0) {
    /* Mounts that came from another user namespace are locked in their place; this one is not. */
    result = mount_traced(tracer, launch->merged, launch->merged, NULL, MS_BIND, NULL);
  }
  if (result == 0) {
    result = TRACED(tracer, chdir, STRING(launch->merged));
  }
  return result < 0 ? fail(&launch->failure, tracer->step, launch->merged, result) : 0;
}

/*
 * A user namespace mounts these only for a pid or network namespace that is its own; of others it
 * gets a copy of the machine's mount.
 */
static int mount_or_bind(struct launch *launch, struct tracer *tracer, const char *type,
                         const char *target, const char *source, unsigned long flags) {
  if (mount_kernel_filesystem(&launch->failure, tracer, type, target, flags) == 0) {
    return 0;
  }
  launch->failure.step[0] = '\0';
  long result = mount_traced(tracer, source, target, NULL, MS_BIND | MS_REC, NULL);
  return result < 0 ? fail(&launch->failure, tracer->step, source, result) : 0;
}

int launch_proc(struct launch *launch, struct tracer *tracer) {
  return mount_or_bind(launch, tracer, "proc", "proc", "/proc", 0);
}

int launch_sys(struct launch *launch, struct tracer *tracer) {
  return mount_or_bind(launch, tracer, "sysfs", "sys", "/sys",
                       launch->container->privileged ? 0 : MS_RDONLY);
}

int launch_dev(struct launch *launch, struct tracer *tracer) {
  const struct device_directory directory = {
      .pts_options = "newinstance,ptmxmode=0666,mode=0620,gid=5,max=64",
      .shm_options = "mode=1777,size=64m",
  };
  return dev_make(&launch->failure, tracer, &directory);
}

/* Without a mount namespace of its own, pivot_root would change the machine's root. */
int launch_pivot(struct launch *launch, struct tracer *tracer) {
  if ((launch->clone_flags & CLONE_NEWNS) != 0) {
    return root_pivot(&launch->failure, tracer);
  }
  long result = TRACED(tracer, chroot, STRING("."));
  if (result == 0) {
    result = TRACED(tracer, chdir, STRING("/"));
  }
  return result < 0 ? fail(&launch->failure, tracer->step, ".", result) : 0;
}

/* Makes the directories of a path that are not there; the last part is a file if asked for. */
static long make_target(const char *target, bool is_file) {
  char path[STORE_PATH_BYTES];
  struct text text = TEXT(path);
  for (const char *at = target; *at != '\0'; at++) {
    if (*at == '/' && text.length > 0) {
      sys_mkdirat(AT_FDCWD, path, 0755);
    }
    text_character(&text, *at);
  }
  if (text.truncated) {
    return -ENAMETOOLONG;
  }
  long result = is_file ? system_call(SYS_mknodat, AT_FDCWD, (long)path, S_IFREG | 0644, 0, 0, 0)
                        : sys_mkdirat(AT_FDCWD, path, 0755);
  return result == -EEXIST ? 0 : result;
}

static int attach_volumes(struct launch *launch, struct tracer *tracer) {
  for (size_t i = 0; i < launch->volume_count; i++) {
    const struct volume *volume = &launch->volumes[i];
    long result = make_target(volume->target, volume->is_file);
    if (result == 0) {
      result = TRACED(tracer, move_mount, NUMBER(volume->tree), STRING(""), DIRECTORY(AT_FDCWD),
                      STRING(volume->target),
                      AS(MOVE_MOUNT_F_EMPTY_PATH | MOVE_MOUNT_T_SYMLINKS,
                         "MOVE_MOUNT_F_EMPTY_PATH|MOVE_MOUNT_T_SYMLINKS"));
    }
    if (result < 0) {
      return fail(&launch->failure, tracer->step, volume->target, result);
    }
  }
  return 0;
}

int launch_volumes(struct launch *launch, struct tracer *tracer) {
  const struct container *container = launch->container;
  if (attach_volumes(launch, tracer) < 0) {
    return -1;
  }
  for (size_t i = 0; i < launch->tmpfs_count; i++) {
    const char *target = launch->tmpfs_targets[i];
    long result = make_target(target, false);
    if (result == 0) {
      result = mount_traced(tracer, "tmpfs", target, "tmpfs", MS_NOSUID | MS_NODEV | MS_NOEXEC,
                            launch->tmpfs_options[i]);
    }
    if (result < 0) {
      return fail(&launch->failure, tracer->step, target, result);
    }
  }
  if (container->directory[0] == '/' && container->directory[1] != '\0') {
    make_target(container->directory, false);
  }
  if (!container->read_only) {
    return 0;
  }
  struct mount_attr attributes = {.attr_set = MOUNT_ATTR_RDONLY};
  long result = TRACED(tracer, mount_setattr, DIRECTORY(AT_FDCWD), STRING("/"), NUMBER(0),
                       AS(&attributes, "{attr_set=MOUNT_ATTR_RDONLY}"), NUMBER(sizeof(attributes)));
  return result < 0 ? fail(&launch->failure, tracer->step, "/", result) : 0;
}

int launch_hostname(struct launch *launch, struct tracer *tracer) {
  return uts_name(&launch->failure, tracer, launch->container->hostname);
}
