/* Devices of a sandbox: the few harmless ones of the host, and pseudo-terminals of its own. */
#include "dev.h"

#include <linux/mount.h>

#include "failure.h"
#include "mount.h"
#include "sandbox.h"
#include "text.h"

static const char *const HOST_DEVICES[] = {"null", "zero", "full", "random", "urandom", "tty"};

static const struct {
  const char *target;
  const char *link;
} LINKS[] = {
    {"/proc/self/fd", "dev/fd"},       {"/proc/self/fd/0", "dev/stdin"},
    {"/proc/self/fd/1", "dev/stdout"}, {"/proc/self/fd/2", "dev/stderr"},
    {"pts/ptmx", "dev/ptmx"},
};

static long make_file(struct tracer *tracer, const char *path, mode_t mode) {
  char reading[24];
  struct text text = TEXT(reading);
  text_append(&text, "S_IFREG|");
  text_octal(&text, mode);
  return TRACED(tracer, mknodat, DIRECTORY(AT_FDCWD), STRING(path), AS(S_IFREG | mode, reading),
                NUMBER(0));
}

/*
 * A user namespace can't make device nodes; those of the host are bound over empty files. These six
 * hold no state that one reader could use against another; `tty` is whatever terminal the caller
 * has.
 */
static int bind_host_devices(struct glassbox_failure *failure, struct tracer *tracer) {
  for (size_t i = 0; i < sizeof(HOST_DEVICES) / sizeof(HOST_DEVICES[0]); i++) {
    char path[24];
    text_join(path, sizeof(path), "/dev/", HOST_DEVICES[i], "");
    long result = make_file(tracer, path + 1, 0666);
    if (result == 0) {
      result = mount_traced(tracer, path, path + 1, NULL, MS_BIND, NULL);
    }
    if (result < 0) {
      return fail(failure, tracer->step, path, result);
    }
  }
  return 0;
}

/* `enter` mounts a terminal of the host's devpts over one of these: then it has a name in here. */
static int make_terminals(struct glassbox_failure *failure, struct tracer *tracer,
                          uint32_t terminals) {
  for (uint32_t i = 1; i <= terminals; i++) {
    char path[24];
    struct text text = TEXT(path);
    text_append(&text, "dev/tty");
    text_number(&text, i);
    long result = make_file(tracer, path, 0620);
    if (result < 0) {
      return fail(failure, tracer->step, path, result);
    }
  }
  return 0;
}

static int mount_below_dev(struct glassbox_failure *failure, struct tracer *tracer,
                           const char *type, const char *path, unsigned long flags,
                           const char *options) {
  long result = TRACED(tracer, mkdirat, DIRECTORY(AT_FDCWD), STRING(path), OCTAL(0755));
  if (result == 0) {
    result = mount_traced(tracer, type, path, type, flags, options);
  }
  return result < 0 ? fail(failure, tracer->step, path, result) : 0;
}

int dev_make(struct glassbox_failure *failure, struct tracer *tracer,
             const struct device_directory *directory) {
  long result = make_mount_point("dev");
  if (result == 0) {
    result = mount_traced(tracer, "dev", "dev", "tmpfs", MS_NOSUID | MS_NOEXEC,
                          "mode=0755,size=64k,nr_inodes=512");
  }
  if (result < 0) {
    return fail(failure, tracer->step, "dev", result);
  }
  if (bind_host_devices(failure, tracer) < 0 ||
      make_terminals(failure, tracer, directory->terminals) < 0) {
    return -1;
  }
  if (mount_below_dev(failure, tracer, "devpts", "dev/pts", MS_NOSUID | MS_NOEXEC,
                      directory->pts_options) < 0 ||
      mount_below_dev(failure, tracer, "tmpfs", "dev/shm", MS_NOSUID | MS_NODEV,
                      directory->shm_options) < 0 ||
      mount_below_dev(failure, tracer, "mqueue", "dev/mqueue", MS_NOSUID | MS_NODEV | MS_NOEXEC,
                      NULL) < 0) {
    return -1;
  }
  for (size_t i = 0; i < sizeof(LINKS) / sizeof(LINKS[0]); i++) {
    result = TRACED(tracer, symlinkat, STRING(LINKS[i].target), DIRECTORY(AT_FDCWD),
                    STRING(LINKS[i].link));
    if (result < 0) {
      return fail(failure, tracer->step, LINKS[i].link, result);
    }
  }
  return 0;
}

int step_dev(struct making *making, struct tracer *tracer) {
  const struct device_directory directory = {
      .terminals = making->spec->terminals,
      /* Since Linux 4.7 every devpts is an instance of its own. 5 is Debian's group `tty`. */
      .pts_options = "newinstance,ptmxmode=0666,mode=0620,gid=5,max=64",
      .shm_options = making->shm_options,
  };
  return dev_make(making->failure, tracer, &directory);
}
