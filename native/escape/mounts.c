/* Mounts: propagation to the host, writable layers, and what idmapped and overlay mounts allow. */
#include <fcntl.h>
#include <linux/mount.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/xattr.h>
#include <unistd.h>

#include "attack.h"

/* <sys/mount.h> and <linux/mount.h> can't both be included. */
#define DETACH 2

extern int mount(const char *source, const char *target, const char *type, unsigned long flags,
                 const void *options);
extern int umount2(const char *target, int flags);

/* propagate: what is mounted on something shared appears wherever it is shared with. */
static void propagate(int count, char **arguments) {
  static const char *const places[] = {"/", "/tmp", "/dev", "/sys/fs/cgroup", "/dev/tty1"};
  (void)count;
  (void)arguments;
  char text[16384];
  if (read_file("/proc/self/mountinfo", text, sizeof(text)) > 0 &&
      strstr(text, "master:") != NULL) {
    open_way("a mount of the sandbox receives those of another namespace");
  }
  for (size_t i = 0; i < sizeof(places) / sizeof(places[0]); i++) {
    mount(NULL, places[i], NULL, MS_REC | MS_SHARED, NULL);
  }
  mkdir("/tmp/spread", 0755);
  if (mount("glassbox-escape", "/tmp/spread", "tmpfs", 0, NULL) < 0) {
    refused("mount: %s", error_name(errno));
    return;
  }
  ask_host();
  umount2("/tmp/spread", DETACH);
  refused("the mount stayed in the sandbox");
}

/* remount: read-only mounts of the host made writable. */
static void remount(int count, char **arguments) {
  static const char *const places[] = {"/dev/null", "/dev/full", "/dev/tty1"};
  (void)count;
  (void)arguments;
  for (size_t i = 0; i < sizeof(places) / sizeof(places[0]); i++) {
    char what[64];
    snprintf(what, sizeof(what), "remount of %s with devices", places[i]);
    /* A superblock of the host's: its options are the host's. */
    attempt(what, mount(NULL, places[i], NULL, MS_REMOUNT, "mode=0777"));
  }
  mkdir("/tmp/again", 0755);
  if (mount("/dev/null", "/tmp/again", NULL, MS_BIND, NULL) < 0) {
    refused("a directory for a device: %s", error_name(errno));
  }
  attempt("devpts of the host", mount("devpts", "/tmp/again", "devpts", MS_REMOUNT, "max=4096"));
  umount2("/tmp/again", DETACH);
}

static int namespace_of(int pid) {
  char path[64];
  snprintf(path, sizeof(path), "/proc/%d/ns/user", pid);
  return open(path, O_RDONLY | O_CLOEXEC);
}

/* idmap: an idmapped mount whose map would make a file of ours root's, seen outside. */
static void idmap(int count, char **arguments) {
  (void)count;
  (void)arguments;
  int pid = fork_as_root_of_new(0);
  if (pid == 0) {
    pause();
    _exit(0);
  }
  struct mount_attr attributes = {.attr_set = MOUNT_ATTR_IDMAP};
  static const char *const places[] = {"/", "/usr", "/dev/null", "/proc", "/dev/pts"};
  attributes.userns_fd = (unsigned long long)namespace_of(pid);
  for (size_t i = 0; i < sizeof(places) / sizeof(places[0]); i++) {
    char what[64];
    snprintf(what, sizeof(what), "idmap of %s", places[i]);
    long tree = syscall(SYS_open_tree, AT_FDCWD, places[i], OPEN_TREE_CLONE | OPEN_TREE_CLOEXEC);
    long result = tree < 0 ? -1
                           : syscall(SYS_mount_setattr, tree, "", AT_EMPTY_PATH, &attributes,
                                     sizeof(attributes));
    attempt(what, result);
  }
  /* The sandbox's own tmpfs may be mapped; the ids it then makes are still the sandbox's. */
  long tree = syscall(SYS_open_tree, AT_FDCWD, "/tmp", OPEN_TREE_CLONE | OPEN_TREE_CLOEXEC);
  if (tree >= 0 &&
      syscall(SYS_mount_setattr, tree, "", AT_EMPTY_PATH, &attributes, sizeof(attributes)) == 0) {
    int file = openat((int)tree, "idmapped", O_CREAT | O_WRONLY | O_CLOEXEC, 04755);
    refused("idmap of /tmp works; a file made there: %s",
            file < 0 ? error_name(errno) : "is the sandbox's, says the host");
  }
  ask_host();
}

/* set-user-id: a program of root's that runs as root for everybody, made in every place. */
static void set_user_id(int count, char **arguments) {
  static const char *const places[] = {"/tmp/set-user-id", "/root/set-user-id",
                                       "/dev/shm/set-user-id"};
  char self[512];
  (void)count;
  (void)arguments;
  long length = readlink("/proc/self/exe", self, sizeof(self) - 1);
  self[length < 0 ? 0 : length] = '\0';
  for (size_t i = 0; i < sizeof(places) / sizeof(places[0]); i++) {
    char command[1200];
    snprintf(command, sizeof(command), "cp '%s' '%s'", self, places[i]);
    if (system(command) != 0 || chown(places[i], 0, 0) < 0 || chmod(places[i], 06755) < 0) {
      refused("%s: %s", places[i], error_name(errno));
    }
  }
  refused("made; outside it belongs to the sandbox's own ids, says the host");
  ask_host();
}

/* The capability attribute that a root of a user namespace may write: revision 3, with its root. */
static const unsigned char CAPABILITY[] = {0x01, 0, 0,    2,    0xff, 0xff, 0xff, 0xff, 0, 0,
                                           0,    0, 0xff, 0xff, 0xff, 0xff, 0,    0,    0, 0};

static void file_capability(int count, char **arguments) {
  (void)count;
  (void)arguments;
  int file = open("/tmp/capable", O_CREAT | O_WRONLY | O_CLOEXEC, 0755);
  close(file);
  if (setxattr("/tmp/capable", "security.capability", CAPABILITY, sizeof(CAPABILITY), 0) < 0) {
    refused("security.capability: %s", error_name(errno));
  } else {
    refused("security.capability: counts below the sandbox's root only, says the host");
  }
  attempt("trusted.overlay.opaque", setxattr("/tmp/capable", "trusted.overlay.opaque", "y", 1, 0));
  ask_host();
}

/* overlay: copying up must not turn a namespaced capability into one that counts for the host. */
static void overlay(int count, char **arguments) {
  static const char *const directories[] = {"/tmp/ov", "/tmp/ov/lower", "/tmp/ov/upper",
                                            "/tmp/ov/work", "/tmp/ov/merged"};
  static const char *const options[] = {
      "lowerdir=/tmp/ov/lower,upperdir=/tmp/ov/upper,workdir=/tmp/ov/work",
      "lowerdir=/tmp/ov/lower,upperdir=/tmp/ov/upper,workdir=/tmp/ov/work,userxattr"};
  (void)count;
  (void)arguments;
  for (size_t i = 0; i < sizeof(directories) / sizeof(directories[0]); i++) {
    mkdir(directories[i], 0755);
  }
  int file = open("/tmp/ov/lower/program", O_CREAT | O_WRONLY | O_CLOEXEC, 0755);
  close(file);
  setxattr("/tmp/ov/lower/program", "security.capability", CAPABILITY, sizeof(CAPABILITY), 0);
  for (size_t i = 0; i < sizeof(options) / sizeof(options[0]); i++) {
    if (mount("overlay", "/tmp/ov/merged", "overlay", 0, options[i]) < 0) {
      refused("overlay: %s", error_name(errno));
      continue;
    }
    /* Copies it up. */
    if (chmod("/tmp/ov/merged/program", 0777) < 0) {
      refused("copying up: %s", error_name(errno));
    } else {
      refused("copied up; it counts below the sandbox's root only, says the host");
    }
    umount2("/tmp/ov/merged", DETACH);
  }
  const char *image =
      "lowerdir=/usr,upperdir=/tmp/ov/upper,workdir=/tmp/ov/work,userxattr,metacopy=on,"
      "redirect_dir=on";
  attempt("overlay that follows redirects of a learner's",
          mount("overlay", "/tmp/ov/merged", "overlay", 0, image));
  umount2("/tmp/ov/merged", DETACH);
  ask_host();
}

#define NS_GET_USER_NAMESPACE _IO(0xb7, 0x1)
#define NS_GET_PARENT_NAMESPACE _IO(0xb7, 0x2)

struct mount_namespace {
  unsigned size;
  unsigned mounts;
  unsigned long long id;
};
#define NS_NEXT_MOUNT_NAMESPACE _IOR(0xb7, 11, struct mount_namespace)
#define NS_PREVIOUS_MOUNT_NAMESPACE _IOR(0xb7, 12, struct mount_namespace)

/* The inode of the first user namespace, and of the first pid namespace: the host's. */
#define HOST_USER 4026531837UL
#define HOST_PID 4026531836UL

static void climb(const char *name, int namespace, unsigned long request) {
  struct stat status;
  int steps = 0;
  for (int above = namespace; above >= 0; above = ioctl(above, request)) {
    if (fstat(above, &status) == 0 && (status.st_ino == HOST_USER || status.st_ino == HOST_PID)) {
      open_way("%s leads to the host's", name);
      return;
    }
    steps++;
  }
  refused("%s, after %d of the sandbox's own: %s", name, steps, error_name(errno));
}

struct search {
  unsigned long inode;
  bool found;
};

static void compare_namespace(int pid, void *context) {
  struct search *search = context;
  struct stat status;
  char path[64];
  snprintf(path, sizeof(path), "/proc/%d/ns/mnt", pid);
  search->found = search->found || (stat(path, &status) == 0 && status.st_ino == search->inode);
}

static void neighbour_of(const char *name, int namespace, unsigned long request) {
  struct mount_namespace other = {.size = sizeof(other)};
  struct stat status;
  int beside = ioctl(namespace, request, &other);
  if (beside < 0 || fstat(beside, &status) < 0) {
    refused("%s: %s", name, error_name(errno));
    return;
  }
  struct search search = {.inode = status.st_ino};
  each_process(compare_namespace, &search);
  if (search.found) {
    refused("%s shows the sandbox's own only", name);
  } else {
    open_way("%s leads to mount namespace %lu", name, search.inode);
  }
}

/* To the parent of a namespace, or to the one beside it. */
static void climb_namespaces(int count, char **arguments) {
  (void)count;
  (void)arguments;
  climb("NS_GET_PARENT of user", open("/proc/self/ns/user", O_RDONLY), NS_GET_PARENT_NAMESPACE);
  climb("NS_GET_PARENT of pid", open("/proc/self/ns/pid", O_RDONLY), NS_GET_PARENT_NAMESPACE);
  climb("NS_GET_USERNS", open("/proc/self/ns/mnt", O_RDONLY), NS_GET_USER_NAMESPACE);
  int mounts = open("/proc/self/ns/mnt", O_RDONLY | O_CLOEXEC);
  neighbour_of("NS_MNT_GET_NEXT", mounts, NS_NEXT_MOUNT_NAMESPACE);
  neighbour_of("NS_MNT_GET_PREV", mounts, NS_PREVIOUS_MOUNT_NAMESPACE);
}

const struct attack MOUNT_ATTACKS[] = {
    {"propagate", propagate},
    {"remount", remount},
    {"idmap", idmap},
    {"set-user-id", set_user_id},
    {"file-capability", file_capability},
    {"overlay", overlay},
    {"climb-namespaces", climb_namespaces},
    {NULL, NULL},
};
