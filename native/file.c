/*
 * One file as a process of a sandbox sees it. Its path, its content and all on the way to it are a
 * learner's: nothing is followed out of the process's root, nothing but a file of a disk or of
 * memory is read, and nothing in here waits for the learner.
 */
#include <errno.h>
#include <linux/magic.h>
#include <linux/openat2.h>
#include <stdbool.h>
#include <string.h>
#include <sys/vfs.h>

#include "cgroup.h"
#include "cgroup_tree.h"
#include "failure.h"
#include "text.h"

/* Magic numbers that <linux/magic.h> does not have. */
#define RAMFS 0x858458f6
#define ZFS 0x2fc12fc1

/* The kernel answers for these by itself: no program stands behind them, and no device. */
static bool is_plain(int fd) {
  struct statfs filesystem;
  if (system_call(SYS_fstatfs, fd, (long)&filesystem, 0, 0, 0, 0) < 0) {
    return false;
  }
  switch ((unsigned long)filesystem.f_type) {
  case OVERLAYFS_SUPER_MAGIC:
  case TMPFS_MAGIC:
  case EXT4_SUPER_MAGIC:
  case XFS_SUPER_MAGIC:
  case BTRFS_SUPER_MAGIC:
  case F2FS_SUPER_MAGIC:
  case EROFS_SUPER_MAGIC_V1:
  case SQUASHFS_MAGIC:
  case RAMFS:
  case ZFS:
    return true;
  default:
    return false;
  }
}

/* The 22nd field of stat; see snapshot/processes.c for the name with brackets in it. */
static uint64_t start_of(int directory) {
  char stat[1024];
  uint64_t ticks = 0;
  if (read_text(directory, "stat", stat, sizeof(stat)) <= 0) {
    return 0;
  }
  const char *at = strrchr(stat, ')');
  for (int field = 2; at != NULL && field < 22; field++) {
    at = strchr(at + 1, ' ');
  }
  if (at != NULL) {
    text_read_number(at + 1, &ticks);
  }
  return ticks;
}

/*
 * The pid may be another process's by now. The directory stands for one process only, and this says
 * whether it is the one that was meant.
 */
static bool is_meant(const char *lab, const char *id, int directory, uint64_t started_ticks) {
  char groups[8192];
  char ours[128];
  struct text text = TEXT(ours);
  text_append(&text, "/");
  text_append(&text, lab);
  text_append(&text, "/");
  text_append(&text, id);
  return read_text(directory, "cgroup", groups, sizeof(groups)) > 0 &&
         strstr(groups, ours) != NULL && start_of(directory) == started_ticks;
}

static int open_root(const char *lab, const char *id, int pid, uint64_t started_ticks) {
  char path[32];
  struct text text = TEXT(path);
  text_append(&text, "/proc/");
  text_number(&text, pid);
  OWNED_FD directory = (int)sys_openat(AT_FDCWD, path, O_PATH | O_DIRECTORY);
  if (directory < 0 || !is_meant(lab, id, directory, started_ticks)) {
    return -1;
  }
  return (int)sys_openat(directory, "root", O_PATH | O_DIRECTORY);
}

/* An O_PATH fd: nothing is opened that could wait or notice. */
static int open_entry(int root, const char *path, uint64_t flags) {
  struct open_how how = {
      .flags = O_PATH | O_CLOEXEC | flags,
      .resolve = RESOLVE_IN_ROOT | RESOLVE_NO_MAGICLINKS,
  };
  return (int)system_call(SYS_openat2, root, (long)path, (long)&how, sizeof(how), 0, 0);
}

static enum glassbox_file_kind kind_of(int entry) {
  struct stat status;
  if (entry < 0 || sys_fstatat(entry, "", &status, AT_EMPTY_PATH) < 0) {
    return GLASSBOX_FILE_NONE;
  }
  switch (status.st_mode & S_IFMT) {
  case S_IFREG:
    return GLASSBOX_FILE_REGULAR;
  case S_IFDIR:
    return GLASSBOX_FILE_DIRECTORY;
  case S_IFLNK:
    return GLASSBOX_FILE_LINK;
  case S_IFCHR:
    return GLASSBOX_FILE_CHARACTER_DEVICE;
  case S_IFBLK:
    return GLASSBOX_FILE_BLOCK_DEVICE;
  case S_IFIFO:
    return GLASSBOX_FILE_FIFO;
  default:
    return GLASSBOX_FILE_SOCKET;
  }
}

/* Who looks leaves no trace: not even the time of the last access changes, where that can be had.
 */
static int open_content(int entry) {
  char path[40];
  struct text text = TEXT(path);
  text_append(&text, "/proc/thread-self/fd/");
  text_number(&text, entry);
  const int flags = O_RDONLY | O_NONBLOCK | O_NOCTTY;
  long fd = sys_openat(AT_FDCWD, path, flags | O_NOATIME);
  return (int)(fd == -EPERM ? sys_openat(AT_FDCWD, path, flags) : fd);
}

static void read_content(int root, const char *path, uint32_t capacity, char *bytes,
                         struct glassbox_file *file) {
  OWNED_FD entry = open_entry(root, path, 0);
  if (kind_of(entry) != GLASSBOX_FILE_REGULAR || !is_plain(entry)) {
    return;
  }
  OWNED_FD content = open_content(entry);
  if (content < 0) {
    return;
  }
  while (file->length < capacity) {
    long size = sys_read(content, bytes + file->length, capacity - file->length);
    if (size <= 0) {
      file->is_read = size == 0;
      return;
    }
    file->length += (uint32_t)size;
  }
  file->is_read = 1;
}

int glassbox_file(const char *lab, const char *id, int32_t pid, uint64_t started_ticks,
                  const char *path, uint32_t capacity, char *bytes, struct glassbox_file *file,
                  struct glassbox_failure *failure) {
  *file = (struct glassbox_file){.kind = GLASSBOX_FILE_NONE};
  if (!cgroup_name_is_valid(lab) || !cgroup_id_is_valid(id)) {
    return fail(failure, "spec", "id", -EINVAL);
  }
  OWNED_FD root = open_root(lab, id, pid, started_ticks);
  if (root < 0) {
    return 0;
  }
  OWNED_FD entry = open_entry(root, path, O_NOFOLLOW);
  file->kind = kind_of(entry);
  if (capacity > 0 && file->kind != GLASSBOX_FILE_NONE) {
    read_content(root, path, capacity, bytes, file);
  }
  return 0;
}
