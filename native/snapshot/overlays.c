/*
 * Overlay mounts of the sandbox, and what happened to each file of their upperdirs: see the
 * kernel's filesystems/overlayfs.rst. A path of the sandbox is only ever resolved below its root.
 */
#include <errno.h>
#include <linux/openat2.h>
#include <stdlib.h>
#include <string.h>
#include <sys/sysmacros.h>

#include "../syscalls.h"
#include "../text.h"
#include "lines.h"
#include "snapshot.h"

#define LOWERDIRS_MAX 16
#define DEPTH_MAX 12
#define OPTIONS_BYTES 2048
#define PATH_BYTES 512

struct overlay {
  struct snapshot *snapshot;
  /* The root that the mount's paths are meant for. */
  int root;
  int lowerdirs[LOWERDIRS_MAX];
  uint32_t lowerdir_count;
  uint32_t files;
  /* The path below the upperdir, while it is walked. */
  char path[PATH_BYTES];
};

static int open_below(int root, const char *path, uint64_t flags) {
  struct open_how how = {
      .flags = flags | O_CLOEXEC | O_NOFOLLOW,
      .resolve = RESOLVE_IN_ROOT | RESOLVE_NO_MAGICLINKS,
  };
  return (int)system_call(SYS_openat2, root, (long)path, (long)&how, sizeof(how), 0, 0);
}

/* The value of an option, without the backslashes before colons and commas in it. */
static bool read_option(const char *options, const char *name, char *value, size_t capacity) {
  size_t length = strlen(name);
  const char *at = options;
  while (at != NULL && !(strncmp(at, name, length) == 0 && at[length] == '=')) {
    at = strchr(at, ',');
    at = at == NULL ? NULL : at + 1;
  }
  if (at == NULL) {
    return false;
  }
  size_t size = 0;
  for (at += length + 1; *at != '\0' && *at != ',' && size + 1 < capacity; at++) {
    if (at[0] == '\\' && at[1] != '\0') {
      value[size++] = *at++;
    }
    value[size++] = *at;
  }
  value[size] = '\0';
  return true;
}

static bool has_attribute(int fd, const char *name) {
  char value[8];
  char link[40];
  struct text text = TEXT(link);
  text_append(&text, "/proc/thread-self/fd/");
  text_number(&text, fd);
  long size = system_call(SYS_getxattr, (long)link, (long)name, (long)value, sizeof(value), 0, 0);
  return size == 1 && value[0] == 'y';
}

static bool is_in_lowerdir(const struct overlay *overlay) {
  for (uint32_t i = 0; i < overlay->lowerdir_count; i++) {
    OWNED_FD found = open_below(overlay->lowerdirs[i], overlay->path, O_PATH);
    if (found >= 0) {
      return true;
    }
  }
  return false;
}

/* What an entry of the upperdir means for the merged view. */
static const char *meaning(const struct overlay *overlay, int fd, const struct stat *status) {
  bool directory = S_ISDIR(status->st_mode);
  if (S_ISCHR(status->st_mode) && status->st_rdev == makedev(0, 0)) {
    return "whiteout";
  }
  if (directory &&
      (has_attribute(fd, "user.overlay.opaque") || has_attribute(fd, "trusted.overlay.opaque"))) {
    return "opaque";
  }
  return is_in_lowerdir(overlay) ? directory ? "merged" : "copied-up" : "added";
}

static const char *kind_of(mode_t mode) {
  return S_ISDIR(mode)    ? "directory"
         : S_ISLNK(mode)  ? "link"
         : S_ISREG(mode)  ? "file"
         : S_ISCHR(mode)  ? "character device"
         : S_ISBLK(mode)  ? "block device"
         : S_ISFIFO(mode) ? "fifo"
                          : "socket";
}

static void walk(struct overlay *overlay, int directory, unsigned int depth);

static void take_entry(struct overlay *overlay, int directory, const char *name,
                       unsigned int depth) {
  struct snapshot *snapshot = overlay->snapshot;
  struct json *json = &snapshot->json;
  struct stat status;
  size_t before = strlen(overlay->path);
  struct text text = {.bytes = overlay->path, .capacity = PATH_BYTES, .length = before};
  if (overlay->files == SNAPSHOT_FILES_MAX || snapshot_late(snapshot)) {
    snapshot->cut |= CUT_FILES;
    return;
  }
  text_append(&text, before == 0 ? "" : "/");
  text_append(&text, name);
  OWNED_FD file = (int)sys_openat(directory, name, O_PATH | O_NOFOLLOW);
  if (text.truncated) {
    snapshot->cut |= CUT_FILES;
  } else if (file >= 0 && sys_fstatat(file, "", &status, AT_EMPTY_PATH) == 0) {
    size_t mark = json->length;
    json_open(json, '{');
    json_key_string(json, "path", overlay->path);
    json_key_string(json, "kind", kind_of(status.st_mode));
    json_key_string(json, "meaning", meaning(overlay, file, &status));
    json_key_integer(json, "bytes", status.st_size);
    json_key_integer(json, "hostUid", status.st_uid);
    json_close(json, '}');
    overlay->files += snapshot_finish(snapshot, mark, CUT_FILES);
    if (S_ISDIR(status.st_mode)) {
      walk(overlay, file, depth + 1);
    }
  }
  overlay->path[before] = '\0';
}

static void walk(struct overlay *overlay, int directory, unsigned int depth) {
  char buffer[2048] __attribute__((aligned(8)));
  if (depth > DEPTH_MAX) {
    overlay->snapshot->cut |= CUT_FILES;
    return;
  }
  OWNED_FD fd = (int)sys_openat(directory, ".", O_RDONLY | O_DIRECTORY | O_NOFOLLOW);
  while (fd >= 0 && (overlay->snapshot->cut & CUT_FILES) == 0) {
    long size = system_call(SYS_getdents64, fd, (long)buffer, sizeof(buffer), 0, 0, 0);
    if (size <= 0) {
      return;
    }
    for (long at = 0; at < size;) {
      const struct entry *entry = (const struct entry *)(const void *)(buffer + at);
      at += entry->length;
      if (strcmp(entry->name, ".") != 0 && strcmp(entry->name, "..") != 0) {
        take_entry(overlay, fd, entry->name, depth);
      }
    }
  }
}

/* "a:b:c" → an fd and a string each. */
static void open_lowerdirs(struct overlay *overlay, char *list) {
  struct json *json = &overlay->snapshot->json;
  json_key(json, "lowerdirs");
  json_open(json, '[');
  for (char *at = list; at != NULL && *at != '\0';) {
    char *end = at;
    while (*end != '\0' && *end != ':') {
      end += end[0] == '\\' && end[1] != '\0' ? 2 : 1;
    }
    char *next = *end == '\0' ? NULL : end + 1;
    *end = '\0';
    json_string(json, at);
    if (overlay->lowerdir_count < LOWERDIRS_MAX) {
      int fd = open_below(overlay->root, at, O_PATH | O_DIRECTORY);
      if (fd >= 0) {
        overlay->lowerdirs[overlay->lowerdir_count++] = fd;
      }
    }
    at = next;
  }
  json_close(json, ']');
}

static void write_upperdir(struct overlay *overlay, const char *upperdir) {
  struct json *json = &overlay->snapshot->json;
  OWNED_FD upper = open_below(overlay->root, upperdir, O_PATH | O_DIRECTORY);
  json_key_string(json, "upperdir", upperdir);
  json_key_boolean(json, "reachable", upper >= 0);
  json_key(json, "files");
  json_open(json, '[');
  if (upper >= 0) {
    walk(overlay, upper, 0);
  }
  json_close(json, ']');
}

static int open_root(int member) {
  return member < 0 ? -1 : (int)sys_openat(member, "root", O_PATH | O_DIRECTORY);
}

/*
 * The root that the paths of the mount are meant for: that of its namespace, or, when whoever
 * mounted it has changed its root since, the machine's.
 */
static int open_meant_root(const struct snapshot *snapshot, int member, const char *upperdir) {
  int root = open_root(member);
  OWNED_FD found = root < 0 ? -1 : open_below(root, upperdir, O_PATH | O_DIRECTORY);
  if (found >= 0) {
    return root;
  }
  close_owned(&root);
  return open_root(snapshot->init);
}

static void write_overlay(struct snapshot *snapshot, const struct snapshot_namespace *namespace,
                          const char *target, const char *options, const char *upperdir) {
  struct json *json = &snapshot->json;
  char value[OPTIONS_BYTES];
  struct overlay overlay = {.snapshot = snapshot,
                            .root = open_meant_root(snapshot, namespace->member, upperdir)};
  size_t mark = json->length;
  json_open(json, '{');
  json_key_identifier(json, "namespace", namespace->inode);
  json_key_string(json, "target", target);
  if (read_option(options, "lowerdir", value, sizeof(value))) {
    open_lowerdirs(&overlay, value);
  }
  if (read_option(options, "workdir", value, sizeof(value))) {
    json_key_string(json, "workdir", value);
  }
  write_upperdir(&overlay, upperdir);
  json_close(json, '}');
  snapshot_finish(snapshot, mark, CUT_FILES);
  for (uint32_t i = 0; i < overlay.lowerdir_count; i++) {
    sys_close(overlay.lowerdirs[i]);
  }
  close_owned(&overlay.root);
}

/* One mount can be seen in many namespaces; its device number tells that it is the same. */
struct seen {
  char devices[SNAPSHOT_OVERLAYS_MAX][24];
  uint32_t count;
};

static bool is_new(struct snapshot *snapshot, struct seen *seen, const char *device) {
  for (uint32_t i = 0; i < seen->count; i++) {
    if (strcmp(seen->devices[i], device) == 0) {
      return false;
    }
  }
  if (seen->count == SNAPSHOT_OVERLAYS_MAX) {
    snapshot->cut |= CUT_MOUNTS;
    return false;
  }
  text_join(seen->devices[seen->count++], sizeof(seen->devices[0]), device, "", "");
  return true;
}

/* mountinfo: id parent device root mount-point options [tags…] - type source super-options. */
static void look_at_mount(struct snapshot *snapshot, const struct snapshot_namespace *namespace,
                          char *line, struct seen *seen) {
  char *after = strstr(line, " - overlay ");
  if (after == NULL) {
    return;
  }
  lines_field(&line);
  lines_field(&line);
  const char *device = lines_field(&line);
  lines_field(&line);
  char *target = lines_field(&line);
  after += strlen(" - overlay ");
  lines_field(&after);
  lines_unescape(target);
  lines_unescape(after);
  char upperdir[PATH_BYTES];
  bool absolute = read_option(after, "upperdir", upperdir, sizeof(upperdir)) && *upperdir == '/';
  if (absolute && is_new(snapshot, seen, device)) {
    write_overlay(snapshot, namespace, target, after, upperdir);
  }
}

static void look_at_mounts(struct snapshot *snapshot, const struct snapshot_namespace *namespace,
                           struct seen *seen) {
  struct lines lines;
  uint32_t read = 0;
  if (lines_open(&lines, namespace->member, "mountinfo") < 0) {
    return;
  }
  OWNED_FD fd = lines.fd;
  for (char *line = lines_next(&lines); line != NULL && fd >= 0; line = lines_next(&lines)) {
    if (++read > SNAPSHOT_MOUNTS_MAX || snapshot_late(snapshot)) {
      snapshot->cut |= CUT_MOUNTS;
      return;
    }
    look_at_mount(snapshot, namespace, line, seen);
  }
}

void snapshot_overlays(struct snapshot *snapshot) {
  struct seen seen = {0};
  snapshot_open_list(snapshot, "overlays");
  for (uint32_t i = 0; i < snapshot->namespace_count; i++) {
    const struct snapshot_namespace *namespace = &snapshot->namespaces[i];
    if (namespace->type == IN_MNT && namespace->member >= 0) {
      look_at_mounts(snapshot, namespace, &seen);
    }
  }
  snapshot_close_list(snapshot);
}
