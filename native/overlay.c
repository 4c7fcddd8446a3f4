/* The root of a sandbox: read-only layers below, a tmpfs above. See mount_setattr(2), overlayfs. */
#include <errno.h>
#include <linux/mount.h>
#include <string.h>

#include "failure.h"
#include "mount.h"
#include "sandbox.h"
#include "steps.h"
#include "text.h"

long idmap_mount(struct tracer *tracer, int mount, int user_namespace, uint64_t attributes) {
  char reading[128];
  struct mount_attr attribute = {
      .attr_set = attributes | MOUNT_ATTR_IDMAP,
      .propagation = MS_PRIVATE,
      .userns_fd = (uint64_t)user_namespace,
  };
  text_join(reading, sizeof(reading),
            "{attr_set=", (attributes & MOUNT_ATTR_RDONLY) != 0 ? "MOUNT_ATTR_RDONLY|" : "",
            "MOUNT_ATTR_NODEV|MOUNT_ATTR_IDMAP, propagation=MS_PRIVATE, userns_fd}");
  return TRACED(tracer, mount_setattr, NUMBER(mount), STRING(""),
                AS(AT_EMPTY_PATH, "AT_EMPTY_PATH"), AS(&attribute, reading),
                NUMBER(sizeof(attribute)));
}

/*
 * A read-only copy of the layer's mount, in which the files of the host's root belong to the
 * sandbox's. Set-user-id programs keep their meaning, as that root; device nodes have none.
 */
long idmapped_mount(struct tracer *tracer, const char *directory, int user_namespace) {
  long tree = TRACED(tracer, open_tree, DIRECTORY(AT_FDCWD), STRING(directory),
                     AS(OPEN_TREE_CLONE | OPEN_TREE_CLOEXEC, "OPEN_TREE_CLONE|OPEN_TREE_CLOEXEC"));
  if (tree < 0) {
    return tree;
  }
  long result =
      idmap_mount(tracer, (int)tree, user_namespace, MOUNT_ATTR_RDONLY | MOUNT_ATTR_NODEV);
  if (result < 0) {
    sys_close((int)tree);
    return result;
  }
  return tree;
}

int step_layers(struct making *making, struct tracer *tracer) {
  OWNED_FD user_namespace = (int)open_user_namespace(making);
  if (user_namespace < 0) {
    return fail(making->failure, tracer->step, "user namespace", user_namespace);
  }
  for (uint32_t i = 0; i < making->spec->lowerdir_count; i++) {
    const char *directory = making->spec->lowerdirs[i];
    long layer = idmapped_mount(tracer, directory, user_namespace);
    if (layer < 0) {
      return fail(making->failure, tracer->step, directory, layer);
    }
    making->mounts[making->mount_count++] = (int)layer;
  }
  return 0;
}

/* All that a sandbox writes lands in one tmpfs, /tmp included: its size is the one limit for all.
 */
static int mount_stage(struct making *making, struct tracer *tracer) {
  static const char *const directories[] = {"lower", "upper", "work", "root", "box"};
  const char *stage = making->spec->stage;
  long result =
      mount_traced(tracer, "machine", stage, "tmpfs", MS_NOSUID | MS_NODEV, making->tmpfs_options);
  if (result == 0) {
    result = TRACED(tracer, chdir, STRING(stage));
  }
  if (result < 0) {
    return fail(making->failure, tracer->step, stage, result);
  }
  for (size_t i = 0; i < sizeof(directories) / sizeof(directories[0]); i++) {
    result = TRACED(tracer, mkdirat, DIRECTORY(AT_FDCWD), STRING(directories[i]), OCTAL(0755));
    if (result < 0) {
      return fail(making->failure, tracer->step, directories[i], result);
    }
  }
  result = TRACED(tracer, mkdirat, DIRECTORY(AT_FDCWD), STRING("tmp"), OCTAL(01777));
  return result < 0 ? fail(making->failure, tracer->step, "tmp", result) : 0;
}

/* The attachments, too, for a while: see attach.c. */
static int attach_layers(struct making *making, struct tracer *tracer) {
  for (uint32_t i = 0; i < making->mount_count; i++) {
    char path[24];
    struct text text = TEXT(path);
    text_append(&text, "lower/");
    text_number(&text, i);
    long result = TRACED(tracer, mkdirat, DIRECTORY(AT_FDCWD), STRING(path), OCTAL(0755));
    if (result == 0) {
      result =
          TRACED(tracer, move_mount, NUMBER(making->mounts[i]), STRING(""), DIRECTORY(AT_FDCWD),
                 STRING(path), AS(MOVE_MOUNT_F_EMPTY_PATH, "MOVE_MOUNT_F_EMPTY_PATH"));
    }
    if (result < 0) {
      return fail(making->failure, tracer->step, path, result);
    }
  }
  return 0;
}

int overlay_mount(struct glassbox_failure *failure, struct tracer *tracer, const char *target,
                  const char *options) {
  long result = mount_traced(tracer, "overlay", target, "overlay", 0, options);
  return result < 0 ? fail(failure, tracer->step, options, result) : 0;
}

/*
 * An overlay can't be the upper layer of another. Learners build theirs in /tmp, and `box` builds
 * its containers' in /var/lib/box: both are directories of the tmpfs itself.
 */
static int bind_directories(struct making *making, struct tracer *tracer) {
  static const char *const directories[][2] = {{"../tmp", "tmp"}, {"../box", "var/lib/box"}};
  for (size_t i = 0; i < sizeof(directories) / sizeof(directories[0]); i++) {
    const char *target = directories[i][1];
    long result = make_mount_point(target);
    if (result == 0) {
      result = mount_traced(tracer, directories[i][0], target, NULL, MS_BIND, NULL);
    }
    if (result < 0) {
      return fail(making->failure, tracer->step, target, result);
    }
  }
  return 0;
}

int step_overlay(struct making *making, struct tracer *tracer) {
  /* userxattr: without it overlayfs keeps its notes in attributes that only the host's root has. */
  if (mount_stage(making, tracer) < 0 || attach_layers(making, tracer) < 0 ||
      overlay_mount(making->failure, tracer, "root", making->overlay_options) < 0) {
    return -1;
  }
  long result = TRACED(tracer, chdir, STRING("root"));
  if (result < 0) {
    return fail(making->failure, tracer->step, "root", result);
  }
  return bind_directories(making, tracer);
}
