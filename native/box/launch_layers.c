/* The container's root directory: the image's layers, with one for changes on top of them. */
#include <errno.h>
#include <linux/mount.h>
#include <string.h>

#include "../failure.h"
#include "../steps.h"
#include "../text.h"
#include "image.h"
#include "launch.h"
#include "message.h"
#include "remapped.h"

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

/*
 * An image may have a layer twice, an empty one above all. Only the topmost has an effect, and
 * overlayfs refuses a directory that it has already.
 */
static bool comes_again(const struct words *layers, size_t index) {
  for (size_t above = index + 1; above < layers->count; above++) {
    if (strcmp(layers->items[above], layers->items[index]) == 0) {
      return true;
    }
  }
  return false;
}

/* The layers' directories, topmost first. */
static int find_layers(struct launch *launch, struct words *directories) {
  const struct words *layers = &launch->container->layers;
  bool remaps = launch->container->userns[0] != '\0';
  words_add(directories, mount_points());
  for (size_t i = layers->count; i > 0; i--) {
    if (comes_again(layers, i - 1)) {
      continue;
    }
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
