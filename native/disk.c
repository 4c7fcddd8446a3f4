/*
 * A disk of the sandbox's own: a loop device over a file that has no name, see loop(4), with an
 * ext4 that is attached at /disk.
 *
 * Nothing of it has to be taken away: the file was never in a directory, the mount is in no mount
 * namespace but the sandbox's, and the kernel lets go of the device with the last mount. The space
 * is reserved now, so a learner who fills the disk takes nothing from the host that others count
 * on.
 */
#include <errno.h>
#include <linux/loop.h>
#include <linux/mount.h>
#include <string.h>
#include <sys/statfs.h>
#include <sys/sysmacros.h>

#include "failure.h"
#include "missing.h"
#include "mount.h"
#include "sandbox.h"
#include "text.h"

/* What must stay free on the host's file system. */
#define RESERVE_BYTES (1LL << 30)
/* Others who look for a free loop device at the same time may be quicker, so often. */
#define ATTEMPTS 64
#define LOOP_PATH_BYTES 32

static const struct flag_name NO_FLAGS[] = {{0, NULL}};

/* Room for the whole disk, and for the host beside it. */
static long reserve(struct tracer *tracer, int file, long size) {
  struct statfs space;
  long result = system_call(SYS_fstatfs, file, (long)&space, 0, 0, 0, 0);
  if (result < 0) {
    return result;
  }
  if ((long)space.f_bavail * (long)space.f_bsize < size + RESERVE_BYTES) {
    return -ENOSPC;
  }
  return TRACED(tracer, fallocate, NUMBER(file), NUMBER(0), NUMBER(0), NUMBER(size));
}

/* Copies what the template has data in: a small part, and all zeroes between. */
static long copy_data(struct tracer *tracer, int from, int to, long size) {
  for (long at = 0; at < size;) {
    int64_t begin = sys_lseek(from, at, SEEK_DATA);
    if (begin < 0) {
      return begin == -ENXIO ? 0 : begin;
    }
    int64_t source = begin;
    int64_t target = begin;
    at = sys_lseek(from, begin, SEEK_HOLE);
    while (source < at) {
      long copied = TRACED(tracer, copy_file_range, NUMBER(from), AS(&source, "offset"), NUMBER(to),
                           AS(&target, "offset"), NUMBER(at - source), FLAGS(0, NO_FLAGS));
      if (copied <= 0) {
        return copied < 0 ? copied : -EIO;
      }
    }
  }
  return 0;
}

/* A copy of the template in the same directory, without a name. The fd, or a negative errno. */
static long copy_template(struct tracer *tracer, const char *image) {
  char directory[256];
  const char *slash = strrchr(image, '/');
  struct stat status;
  if (slash == NULL || (size_t)(slash - image) >= sizeof(directory)) {
    return -EINVAL;
  }
  struct text text = TEXT(directory);
  for (const char *at = image; at < slash; at++) {
    text_character(&text, *at);
  }
  OWNED_FD template = (int)sys_openat(AT_FDCWD, image, O_RDONLY | O_NOFOLLOW);
  if (template <0) {
    return template;
  }
  long result = sys_fstatat(template, "", &status, AT_EMPTY_PATH);
  if (result < 0) {
    return result;
  }
  int copy =
      (int)TRACED(tracer, openat, DIRECTORY(AT_FDCWD), STRING(directory),
                  AS(O_TMPFILE | O_RDWR | O_CLOEXEC, "O_TMPFILE|O_RDWR|O_CLOEXEC"), OCTAL(0600));
  if (copy < 0) {
    return copy;
  }
  result = reserve(tracer, copy, status.st_size);
  if (result == 0) {
    result = copy_data(tracer, template, copy, status.st_size);
  }
  if (result < 0) {
    sys_close(copy);
    return result;
  }
  return copy;
}

/*
 * Puts the file behind a free loop device; the device's fd, or a negative errno. It goes with its
 * last user (AUTOCLEAR), and what is written does not stay in the host's memory a second time
 * (DIRECT_IO).
 */
static long attach_loop(struct tracer *tracer, int file, char path[LOOP_PATH_BYTES]) {
  const struct loop_config config = {
      .fd = (uint32_t)file,
      .info = {.lo_flags = LO_FLAGS_AUTOCLEAR | LO_FLAGS_DIRECT_IO},
  };
  OWNED_FD control = (int)sys_openat(AT_FDCWD, "/dev/loop-control", O_RDWR);
  if (control < 0) {
    return control;
  }
  for (int attempt = 0; attempt < ATTEMPTS; attempt++) {
    long number =
        TRACED(tracer, ioctl, NUMBER(control), AS(LOOP_CTL_GET_FREE, "LOOP_CTL_GET_FREE"));
    if (number < 0) {
      return number;
    }
    struct text text = text_begin(path, LOOP_PATH_BYTES);
    text_append(&text, "/dev/loop");
    text_number(&text, number);
    int device = (int)sys_openat(AT_FDCWD, path, O_RDWR);
    if (device < 0) {
      return device;
    }
    long result = TRACED(tracer, ioctl, NUMBER(device), AS(LOOP_CONFIGURE, "LOOP_CONFIGURE"),
                         AS(&config, "{fd, flags=LO_FLAGS_AUTOCLEAR|LO_FLAGS_DIRECT_IO}"));
    if (result == 0) {
      return device;
    }
    sys_close(device);
    if (result != -EBUSY) {
      return result;
    }
  }
  return -EBUSY;
}

static long configure(struct tracer *tracer, int context, unsigned int command, const char *reading,
                      const char *key, const char *value) {
  return TRACED(tracer, fsconfig, NUMBER(context), AS(command, reading), STRING(key), STRING(value),
                NUMBER(0));
}

/* The file system as a detached mount; its fd, or a negative errno. */
static long mount_device(struct tracer *tracer, const char *device) {
  OWNED_FD context =
      (int)TRACED(tracer, fsopen, STRING("ext4"), AS(FSOPEN_CLOEXEC, "FSOPEN_CLOEXEC"));
  if (context < 0) {
    return context;
  }
  long result =
      configure(tracer, context, FSCONFIG_SET_STRING, "FSCONFIG_SET_STRING", "source", device);
  if (result == 0) {
    /* No kernel thread that goes on initialising what nobody may ever use. */
    result =
        configure(tracer, context, FSCONFIG_SET_FLAG, "FSCONFIG_SET_FLAG", "noinit_itable", NULL);
  }
  if (result == 0) {
    result = configure(tracer, context, FSCONFIG_CMD_CREATE, "FSCONFIG_CMD_CREATE", NULL, NULL);
  }
  if (result < 0) {
    return result;
  }
  return TRACED(tracer, fsmount, NUMBER(context), AS(FSMOUNT_CLOEXEC, "FSMOUNT_CLOEXEC"),
                AS(MOUNT_ATTR_NODEV | MOUNT_ATTR_NOSUID, "MOUNT_ATTR_NODEV|MOUNT_ATTR_NOSUID"));
}

static long make_disk(struct making *making, struct tracer *tracer, const char **object) {
  char device[LOOP_PATH_BYTES];
  *object = making->spec->disk_image == NULL ? "template" : making->spec->disk_image;
  OWNED_FD file = making->spec->disk_image == NULL
                      ? -ENOENT
                      : (int)copy_template(tracer, making->spec->disk_image);
  if (file < 0) {
    return file;
  }
  *object = "loop device";
  OWNED_FD loop = (int)attach_loop(tracer, file, device);
  if (loop < 0) {
    return loop;
  }
  struct stat status;
  long result = sys_fstatat(loop, "", &status, AT_EMPTY_PATH);
  if (result < 0) {
    return result;
  }
  *object = "ext4";
  long mount = mount_device(tracer, device);
  if (mount < 0) {
    return mount;
  }
  OWNED_FD user_namespace = (int)open_user_namespace(making);
  result = user_namespace < 0 ? user_namespace
                              : idmap_mount(tracer, (int)mount, user_namespace, MOUNT_ATTR_NODEV);
  if (result < 0) {
    sys_close((int)mount);
    return result;
  }
  making->mounts[making->mount_count++] = (int)mount;
  struct text text = TEXT(making->disk_device);
  text_number(&text, major(status.st_rdev));
  text_append(&text, ":");
  text_number(&text, minor(status.st_rdev));
  return 0;
}

int step_disk(struct making *making, struct tracer *tracer) {
  if ((making->spec->needs & GLASSBOX_NEED_DISK) == 0) {
    return 0;
  }
  const char *object = "";
  long result = make_disk(making, tracer, &object);
  if (result < 0) {
    missing(making->sandbox, GLASSBOX_NEED_DISK, tracer->step, object, result);
  }
  return 0;
}

/*
 * How much a sandbox may ask of the host's disk, when all its groups are there. In version 1 the
 * limit of a group is not one for those below it, and a learner can make some; in version 2 it
 * holds whatever they do.
 */
int step_disk_limit(struct making *making, struct tracer *tracer) {
  const struct glassbox_spec *spec = making->spec;
  const char *device = making->disk_device;
  long result = 0;
  for (uint32_t i = 0; device[0] != '\0' && result == 0 && i < making->cgroups.count; i++) {
    const struct hierarchy *hierarchy = &making->cgroups.hierarchies[i];
    result = hierarchy->unified ? cgroup_v2_limit_device(tracer, spec, hierarchy, device)
                                : cgroup_v1_limit_device(tracer, spec, hierarchy, device);
  }
  return result < 0 ? fail(making->failure, tracer->step, device, result) : 0;
}
