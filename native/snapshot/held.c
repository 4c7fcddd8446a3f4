/* Namespaces that live without a process in them: a bind mount or an open file holds them. */
#include <linux/magic.h>
#include <linux/nsfs.h>
#include <linux/openat2.h>
#include <stdlib.h>
#include <string.h>
#include <sys/vfs.h>

#include "../cgroup_tree.h"
#include "../syscalls.h"
#include "../text.h"
#include "lines.h"
#include "snapshot.h"

/* Opens a file that was found by its path: it must be a namespace, never what would make us wait.
 */
static int open_namespace(int file) {
  struct statfs filesystem;
  if (file < 0 || system_call(SYS_fstatfs, file, (long)&filesystem, 0, 0, 0, 0) < 0 ||
      filesystem.f_type != NSFS_MAGIC) {
    return -1;
  }
  char own[40];
  struct text text = TEXT(own);
  text_append(&text, "/proc/thread-self/fd/");
  text_number(&text, file);
  return (int)sys_openat(AT_FDCWD, own, O_RDONLY);
}

/* A path of the sandbox as one of its processes sees it, but never anything outside its root. */
static int open_mounted(int member, const char *path) {
  OWNED_FD root = (int)sys_openat(member, "root", O_PATH | O_DIRECTORY);
  struct open_how how = {
      .flags = O_PATH | O_CLOEXEC,
      .resolve = RESOLVE_IN_ROOT | RESOLVE_NO_MAGICLINKS | RESOLVE_NO_SYMLINKS,
  };
  OWNED_FD file =
      root < 0 ? -1
               : (int)system_call(SYS_openat2, root, (long)path, (long)&how, sizeof(how), 0, 0);
  return open_namespace(file);
}

/* The fd is given away. */
static void note_held(struct snapshot *snapshot, int fd) {
  long flag = fd < 0 ? -1 : system_call(SYS_ioctl, fd, NS_GET_NSTYPE, 0, 0, 0, 0);
  for (int type = 0; type < GLASSBOX_NAMESPACES; type++) {
    if (flag == NAMESPACE_FLAGS[type]) {
      snapshot_note_namespace(snapshot, (enum namespace_type)type, fd, -1);
      return;
    }
  }
  close_owned(&fd);
}

/* mountinfo: id parent device root mount-point options [tags…] - type source super-options. */
static void note_held_in(struct snapshot *snapshot, int member) {
  struct lines lines;
  if (lines_open(&lines, member, "mountinfo") < 0) {
    return;
  }
  OWNED_FD fd = lines.fd;
  uint32_t read = 0;
  for (char *line = lines_next(&lines); line != NULL && fd >= 0; line = lines_next(&lines)) {
    if (++read > SNAPSHOT_MOUNTS_MAX || snapshot_late(snapshot)) {
      snapshot->cut |= CUT_MOUNTS;
      return;
    }
    if (strstr(line, " - nsfs ") == NULL) {
      continue;
    }
    for (int field = 0; field < 4; field++) {
      lines_field(&line);
    }
    char *path = lines_field(&line);
    lines_unescape(path);
    note_held(snapshot, open_mounted(member, path));
  }
}

void snapshot_held_by_mounts(struct snapshot *snapshot) {
  /* Those that are found on the way are at the end, and no process is in them. */
  uint32_t count = snapshot->namespace_count;
  uint32_t looked = 0;
  for (uint32_t i = 0; i < count; i++) {
    const struct snapshot_namespace *namespace = &snapshot->namespaces[i];
    if (namespace->type != IN_MNT || namespace->member < 0) {
      continue;
    }
    if (++looked > SNAPSHOT_MOUNT_NAMESPACES_MAX) {
      snapshot->cut |= CUT_MOUNTS;
      return;
    }
    note_held_in(snapshot, namespace->member);
  }
}

/* "net:[4026531840]" is what the link of an open namespace says. */
static bool is_unknown_namespace(struct snapshot *snapshot, const char *link) {
  for (int type = 0; type < GLASSBOX_NAMESPACES; type++) {
    size_t length = strlen(NAMESPACE_NAMES[type]);
    if (strncmp(link, NAMESPACE_NAMES[type], length) == 0 && strncmp(link + length, ":[", 2) == 0) {
      uint64_t inode;
      text_read_number(link + length + 2, &inode);
      return snapshot_find_namespace(snapshot, inode) == NULL;
    }
  }
  return false;
}

/* Whatever the descriptor is by the time it is opened: only a namespace is. */
static void note_open_file(struct snapshot *snapshot, int descriptors, const char *name) {
  char link[64];
  long length =
      system_call(SYS_readlinkat, descriptors, (long)name, (long)link, sizeof(link) - 1, 0, 0);
  link[length < 0 ? 0 : length] = '\0';
  if (is_unknown_namespace(snapshot, link)) {
    OWNED_FD file = (int)sys_openat(descriptors, name, O_PATH);
    note_held(snapshot, open_namespace(file));
  }
}

void snapshot_held_by_files(struct snapshot *snapshot, int directory) {
  char buffer[2048] __attribute__((aligned(8)));
  OWNED_FD descriptors = (int)sys_openat(directory, "fd", O_RDONLY | O_DIRECTORY);
  while (descriptors >= 0) {
    long size = system_call(SYS_getdents64, descriptors, (long)buffer, sizeof(buffer), 0, 0, 0);
    if (size <= 0) {
      return;
    }
    for (long at = 0; at < size;) {
      const struct entry *entry = (const struct entry *)(const void *)(buffer + at);
      at += entry->length;
      if (entry->name[0] == '.') {
        continue;
      }
      if (snapshot->descriptor_count++ == SNAPSHOT_DESCRIPTORS_MAX) {
        snapshot->cut |= CUT_NAMESPACES;
      }
      if (snapshot->descriptor_count > SNAPSHOT_DESCRIPTORS_MAX) {
        return;
      }
      note_open_file(snapshot, descriptors, entry->name);
    }
  }
}
