/*
 * Layers for --userns. A layer's files belong to the machine's root, who is nobody in a container
 * with other users. As Docker does it, such containers get copies of the layers, whose files belong
 * to the container's root; they are made once and kept in <store>/remapped.
 */
#include "remapped.h"

#include <dirent.h>
#include <errno.h>
#include <string.h>
#include <sys/xattr.h>
#include <unistd.h>

#include "../syscalls.h"
#include "message.h"
#include "store.h"

#define OPAQUE "user.overlay.opaque"

static uint32_t remap(uint32_t id) {
  return id == 65534 ? REMAPPED_NOBODY : id < REMAPPED_COUNT ? REMAPPED_BASE + id : REMAPPED_NOBODY;
}

static long copy_bytes(int from, int to, long long size) {
  while (size > 0) {
    long sent = system_call(SYS_sendfile, to, from, 0, 1 << 20, 0, 0);
    if (sent <= 0) {
      return sent == 0 ? -EIO : sent;
    }
    size -= sent;
  }
  return 0;
}

static long copy_file(int from, int to, const char *name, const struct stat *status) {
  OWNED_FD source = (int)sys_openat(from, name, O_RDONLY | O_NOFOLLOW);
  OWNED_FD target = (int)system_call(SYS_openat, to, (long)name,
                                     O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600, 0, 0);
  if (source < 0 || target < 0) {
    return source < 0 ? source : target;
  }
  return copy_bytes(source, target, status->st_size);
}

static long copy_link(int from, int to, const char *name) {
  char target[4096];
  long length =
      system_call(SYS_readlinkat, from, (long)name, (long)target, sizeof(target) - 1, 0, 0);
  if (length < 0) {
    return length;
  }
  target[length] = '\0';
  return system_call(SYS_symlinkat, (long)target, to, (long)name, 0, 0, 0);
}

static long copy_directory(int from, int to, const char *name);

/* Owner first, mode last: a change of owner takes the set-user-id bit away. */
static long copy_entry(int from, int to, const char *name) {
  struct stat status;
  long result = sys_fstatat(from, name, &status, AT_SYMLINK_NOFOLLOW);
  if (result < 0) {
    return result;
  }
  switch (status.st_mode & S_IFMT) {
  case S_IFDIR:
    result = copy_directory(from, to, name);
    break;
  case S_IFREG:
    result = copy_file(from, to, name, &status);
    break;
  case S_IFLNK:
    result = copy_link(from, to, name);
    break;
  default:
    /* A whiteout, or something that would be of no use in a container. */
    result = status.st_rdev == 0 ? system_call(SYS_mknodat, to, (long)name, status.st_mode, 0, 0, 0)
                                 : -ENOENT;
    return result == -ENOENT ? 0 : result;
  }
  if (result == 0) {
    result = system_call(SYS_fchownat, to, (long)name, remap(status.st_uid), remap(status.st_gid),
                         AT_SYMLINK_NOFOLLOW, 0);
  }
  if (result == 0 && !S_ISLNK(status.st_mode)) {
    result = system_call(SYS_fchmodat, to, (long)name, status.st_mode & 07777, 0, 0, 0);
  }
  return result;
}

static long copy_entries(int from, int to) {
  long result = 0;
  DIR *entries = fdopendir(dup(from));
  if (entries == NULL) {
    return -errno;
  }
  for (const struct dirent *entry = readdir(entries); entry != NULL && result == 0;
       entry = readdir(entries)) {
    if (strcmp(entry->d_name, ".") != 0 && strcmp(entry->d_name, "..") != 0) {
      result = copy_entry(from, to, entry->d_name);
    }
  }
  closedir(entries);
  return result;
}

static long copy_directory(int from, int to, const char *name) {
  char opaque;
  long result = sys_mkdirat(to, name, 0700);
  OWNED_FD source = (int)sys_openat(from, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW);
  OWNED_FD target = (int)sys_openat(to, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW);
  if (result < 0 || source < 0 || target < 0) {
    return result < 0 ? result : source < 0 ? source : target;
  }
  if (fgetxattr(source, OPAQUE, &opaque, 1) == 1 && opaque == 'y' &&
      fsetxattr(target, OPAQUE, &opaque, 1, 0) < 0) {
    return -errno;
  }
  return copy_entries(source, target);
}

const char *remapped_layer(const char *layer) {
  char path[STORE_PATH_BYTES];
  char beside[STORE_PATH_BYTES];
  struct stat status;
  const char *slash = strrchr(layer, '/');
  const char *name = slash + 1;
  store_path(path, "remapped", name, NULL);
  if (sys_fstatat(AT_FDCWD, path, &status, 0) == 0) {
    return copy_text(path);
  }
  store_make("remapped");
  char *parent_path = print_text("%.*s", (int)(slash - layer), layer);
  OWNED_FD parent = (int)sys_openat(AT_FDCWD, parent_path, O_RDONLY | O_DIRECTORY);
  store_path(beside, "remapped", print_text("new.%ld", system_call(SYS_getpid, 0, 0, 0, 0, 0, 0)),
             NULL);
  sys_mkdirat(AT_FDCWD, beside, 0711);
  OWNED_FD target = (int)sys_openat(AT_FDCWD, beside, O_RDONLY | O_DIRECTORY);
  long result = parent < 0 ? parent : target < 0 ? target : copy_entry(parent, target, name);
  if (result == 0) {
    /* Two at once: one of them is in its place then, and they are the same. */
    system_call(SYS_renameat2, target, (long)name, AT_FDCWD, (long)path, 0, 0);
  }
  store_remove_tree(AT_FDCWD, beside);
  if (result < 0) {
    errno = (int)-result;
    return NULL;
  }
  return copy_text(path);
}
