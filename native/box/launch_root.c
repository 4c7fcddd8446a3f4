/* The container's root directory: its layers, and what is mounted in it. */
#include <errno.h>
#include <linux/mount.h>
#include <linux/sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "../cgroup_tree.h"
#include "../dev.h"
#include "../failure.h"
#include "../mount.h"
#include "../steps.h"
#include "../text.h"
#include "image.h"
#include "launch.h"
#include "message.h"
#include "remapped.h"

#define DETACH 2 /* MNT_DETACH, which the kernel's own headers do not name */
/* What mount(2) takes as options: a page, with its end. */
#define OPTIONS_BYTES 4096

/*
 * A layer of nothing but places to mount on, the same for all containers, so that what images lack
 * of them is not made in upperdir, where `box diff` would show it.
 */
static const char *mount_points(void) {
  static const char *const directories[] = {"proc", "sys", "dev", "etc"};
  static const char *const files[] = {"etc/hosts", "etc/hostname", "etc/resolv.conf"};
  char path[STORE_PATH_BYTES];
  char made[STORE_PATH_BYTES];
  struct stat status;
  store_path(path, "mount-points", NULL, NULL);
  if (sys_fstatat(AT_FDCWD, path, &status, 0) == 0) {
    return copy_text(path);
  }
  store_path(made, print_text("mount-points.%ld", system_call(SYS_getpid, 0, 0, 0, 0, 0, 0)), NULL,
             NULL);
  sys_mkdirat(AT_FDCWD, made, 0755);
  OWNED_FD directory = (int)sys_openat(AT_FDCWD, made, O_RDONLY | O_DIRECTORY);
  for (size_t i = 0; i < sizeof(directories) / sizeof(directories[0]); i++) {
    sys_mkdirat(directory, directories[i], 0755);
  }
  for (size_t i = 0; i < sizeof(files) / sizeof(files[0]); i++) {
    system_call(SYS_mknodat, directory, (long)files[i], S_IFREG | 0644, 0, 0, 0);
  }
  /* Two at once: one of them is in its place then, and they are the same. */
  if (system_call(SYS_renameat2, AT_FDCWD, (long)made, AT_FDCWD, (long)path, 0, 0) < 0) {
    store_remove_tree(AT_FDCWD, made);
  }
  return copy_text(path);
}

/* The layers' directories, topmost first. */
static int find_layers(struct launch *launch, struct words *directories) {
  const struct words *layers = &launch->container->layers;
  bool remaps = launch->container->userns[0] != '\0';
  words_add(directories, mount_points());
  for (size_t i = layers->count; i > 0; i--) {
    const char *directory = image_layer(layers->items[i - 1]);
    if (directory == NULL) {
      return fail(&launch->failure, "image", layers->items[i - 1], -ENOENT);
    }
    words_add(directories, directory);
  }
  for (size_t i = 0; remaps && i < directories->count; i++) {
    const char *copy = remapped_layer(directories->items[i]);
    if (copy == NULL) {
      return fail(&launch->failure, "userns", directories->items[i], -errno);
    }
    directories->items[i] = copy;
  }
  return 0;
}

static int prepare_overlay(struct launch *launch) {
  struct words directories = {0};
  char *options = allocate(OPTIONS_BYTES);
  struct text text = text_begin(options, OPTIONS_BYTES);
  if (find_layers(launch, &directories) < 0) {
    return -1;
  }
  text_append(&text, "lowerdir=");
  for (size_t i = 0; i < directories.count; i++) {
    text_append(&text, i == 0 ? "" : ":");
    text_append(&text, directories.items[i]);
  }
  text_append(&text, ",upperdir=");
  text_append(&text, launch->path);
  text_append(&text, "/upper,workdir=");
  text_append(&text, launch->path);
  text_append(&text, "/work,userxattr");
  launch->overlay_options = options;
  if (!text.truncated) {
    return 0;
  }
  /* More layers than fit into a page of options: the kernel then takes them one by one. */
  launch->layers = directories;
  return 0;
}

/* fsopen and fsconfig, which since Linux 6.7 take each layer by itself. */
static int mount_many_layers(struct launch *launch, struct tracer *tracer) {
  OWNED_FD context =
      (int)TRACED(tracer, fsopen, STRING("overlay"), AS(FSOPEN_CLOEXEC, "FSOPEN_CLOEXEC"));
  if (context < 0) {
    return fail(&launch->failure, tracer->step, "fsopen", context);
  }
  const char *const upper = print_text("%s/upper", launch->path);
  const char *const work = print_text("%s/work", launch->path);
  long result = 0;
  for (size_t i = 0; result == 0 && i < launch->layers.count; i++) {
    result =
        TRACED(tracer, fsconfig, NUMBER(context), AS(FSCONFIG_SET_STRING, "FSCONFIG_SET_STRING"),
               STRING("lowerdir+"), STRING(launch->layers.items[i]), NUMBER(0));
  }
  const char *const pairs[][2] = {{"upperdir", upper}, {"workdir", work}};
  for (size_t i = 0; result == 0 && i < 2; i++) {
    result =
        TRACED(tracer, fsconfig, NUMBER(context), AS(FSCONFIG_SET_STRING, "FSCONFIG_SET_STRING"),
               STRING(pairs[i][0]), STRING(pairs[i][1]), NUMBER(0));
  }
  if (result == 0) {
    result = TRACED(tracer, fsconfig, NUMBER(context), AS(FSCONFIG_SET_FLAG, "FSCONFIG_SET_FLAG"),
                    STRING("userxattr"), STRING(NULL), NUMBER(0));
  }
  if (result == 0) {
    result =
        TRACED(tracer, fsconfig, NUMBER(context), AS(FSCONFIG_CMD_CREATE, "FSCONFIG_CMD_CREATE"),
               STRING(NULL), STRING(NULL), NUMBER(0));
  }
  if (result < 0) {
    return fail(&launch->failure, tracer->step, "more than 40 layers", result);
  }
  OWNED_FD mounted = (int)TRACED(tracer, fsmount, NUMBER(context),
                                 AS(FSMOUNT_CLOEXEC, "FSMOUNT_CLOEXEC"), NUMBER(0));
  result = mounted < 0 ? mounted
                       : TRACED(tracer, move_mount, NUMBER(mounted), STRING(""),
                                DIRECTORY(AT_FDCWD), STRING(launch->merged),
                                AS(MOVE_MOUNT_F_EMPTY_PATH, "MOVE_MOUNT_F_EMPTY_PATH"));
  return result < 0 ? fail(&launch->failure, tracer->step, launch->merged, result) : 0;
}

/* The top directory of the container is upperdir, and its root must own it. */
static long give_to_root(const struct launch *launch) {
  return launch->container->userns[0] == '\0'
             ? 0
             : system_call(SYS_fchownat, launch->directory, (long)"upper", REMAPPED_BASE,
                           REMAPPED_BASE, 0, 0);
}

int launch_overlay(struct launch *launch, struct tracer *tracer) {
  static const char *const directories[] = {"upper", "work", "merged"};
  if (prepare_overlay(launch) < 0) {
    return -1;
  }
  for (size_t i = 0; i < sizeof(directories) / sizeof(directories[0]); i++) {
    long result =
        TRACED(tracer, mkdirat, NUMBER(launch->directory), STRING(directories[i]), OCTAL(0755));
    if (result < 0 && result != -EEXIST) {
      return fail(&launch->failure, tracer->step, directories[i], result);
    }
  }
  long result = give_to_root(launch);
  if (result < 0) {
    return fail(&launch->failure, tracer->step, "upper", result);
  }
  result = launch->layers.count > 0
               ? mount_many_layers(launch, tracer)
               : overlay_mount(&launch->failure, tracer, launch->merged, launch->overlay_options);
  if (result < 0) {
    return -1;
  }
  return launch_prepare_identity(launch);
}

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

int launch_hostname(struct launch *launch, struct tracer *tracer) {
  return uts_name(&launch->failure, tracer, launch->container->hostname);
}

/* Reported as a step of its own when somebody watches. */
static void remove_groups(struct launch *launch, struct tracer *tracer) {
  for (uint32_t i = 0; i < launch->cgroups.count; i++) {
    struct hierarchy *hierarchy = &launch->cgroups.hierarchies[i];
    char path[CGROUP_PATH_BYTES];
    close_owned(&hierarchy->tasks);
    hierarchy->tasks = -1;
    /* Few containers have groups of their own in it. */
    if (launch->grouped[i] && launch_group_path(launch, hierarchy, NULL, path) &&
        TRACED(tracer, unlinkat, DIRECTORY(AT_FDCWD), STRING(path),
               AS(AT_REMOVEDIR, "AT_REMOVEDIR")) == -EBUSY) {
      cgroup_remove(path);
    }
  }
  close_owned(&launch->unified_group);
  launch->unified_group = -1;
}

static void leave_network(struct launch *launch, struct tracer *tracer) {
  char path[STORE_PATH_BYTES];
  struct glassbox_failure failure;
  const struct network_report report = {.tracer = tracer, .failure = &failure};
  store_path(path, "network", NULL, NULL);
  network_detach(path, launch->container->id, &report);
}

void launch_undo(struct launch *launch) {
  struct tracer *tracer = &launch->parent;
  tracer->side = GLASSBOX_PARENT;
  tracer->step = "end";
  if (launch->explanation != NULL) {
    explanation_step(launch->explanation, tracer,
                     "the container has ended: remove what of it is left in the machine");
  }
  if (launch->overlay_options != NULL) {
    /* Without a mount namespace, mounts of the container are on top of it. */
    TRACED(tracer, umount2, STRING(launch->merged), AS(DETACH, "MNT_DETACH"));
  }
  remove_groups(launch, tracer);
  if (launch->attached) {
    leave_network(launch, tracer);
  }
}
