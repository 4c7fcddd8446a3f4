/* Directories of the host that a sandbox sees, read-only: see open_tree(2) and move_mount(2). */
#include <linux/mount.h>

#include "failure.h"
#include "mount.h"
#include "sandbox.h"
#include "text.h"

int step_attachments(struct making *making, struct tracer *tracer) {
  const struct glassbox_spec *spec = making->spec;
  if (spec->attachment_count == 0) {
    return 0;
  }
  OWNED_FD user_namespace = (int)open_user_namespace(making);
  if (user_namespace < 0) {
    return fail(making->failure, tracer->step, "user namespace", user_namespace);
  }
  for (uint32_t i = 0; i < spec->attachment_count; i++) {
    const char *directory = spec->attachments[i].directory;
    long mount = idmapped_mount(tracer, directory, user_namespace);
    if (mount < 0) {
      return fail(making->failure, tracer->step, directory, mount);
    }
    making->mounts[making->mount_count++] = (int)mount;
  }
  return 0;
}

/* What is attached: the directories, and the disk after them. */
static uint32_t count(const struct making *making) {
  return making->mount_count - making->spec->lowerdir_count;
}

static const char *target_of(const struct making *making, uint32_t index) {
  return index < making->spec->attachment_count ? making->spec->attachments[index].target
                                                : SANDBOX_DISK;
}

static int *mount_of(struct making *making, uint32_t index) {
  return &making->mounts[making->spec->lowerdir_count + index];
}

/* The sealer, which has a copy of every mount: takes a copy of those to be sealed. */
static int copy_sealed(void *context) {
  struct making *making = context;
  for (uint32_t i = 0; i < count(making) && making->failure->step[0] == '\0'; i++) {
    int *mount = mount_of(making, i);
    char path[24];
    struct text text = TEXT(path);
    text_append(&text, "../lower/");
    text_number(&text, making->spec->lowerdir_count + i);
    sys_close(*mount);
    *mount =
        (int)TRACED(&making->child, open_tree, DIRECTORY(AT_FDCWD), STRING(path),
                    AS(OPEN_TREE_CLONE | OPEN_TREE_CLOEXEC, "OPEN_TREE_CLONE|OPEN_TREE_CLOEXEC"));
    if (*mount < 0) {
      fail(making->failure, making->child.step, target_of(making, i), *mount);
    }
  }
  system_call(SYS_exit_group, 0, 0, 0, 0, 0, 0);
  __builtin_unreachable();
}

/*
 * What is moved in is a mount of the sandbox's own, and its root could make it writable: a file of
 * the host, and of every other sandbox, would be its to change. The kernel locks the flags of a
 * mount when it copies it into a mount namespace of another user namespace, and a copy of the copy
 * stays locked, wherever it goes. So each is mounted beside the layers, out of reach, and a process
 * in such namespaces takes the copies that the sandbox gets. The first ones go with the old root.
 */
int step_seal(struct making *making, struct tracer *tracer) {
  if (count(making) == 0) {
    return 0;
  }
  long result = run_sealer(making, tracer, copy_sealed);
  if (result < 0) {
    return fail(making->failure, tracer->step, "sealer", result);
  }
  return making->failure->step[0] == '\0' ? 0 : -1;
}

/* After pivot_root: a symbolic link of the image on the way to a target leads within the sandbox.
 */
int step_attach(struct making *making, struct tracer *tracer) {
  for (uint32_t i = 0; i < count(making); i++) {
    const char *target = target_of(making, i);
    long result = make_mount_point(target);
    if (result == 0) {
      result =
          TRACED(tracer, move_mount, NUMBER(*mount_of(making, i)), STRING(""), DIRECTORY(AT_FDCWD),
                 STRING(target), AS(MOVE_MOUNT_F_EMPTY_PATH, "MOVE_MOUNT_F_EMPTY_PATH"));
    }
    if (result < 0) {
      return fail(making->failure, tracer->step, target, result);
    }
  }
  return 0;
}
