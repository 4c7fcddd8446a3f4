/* Message queues, semaphores and shared memory: see sysvipc(7), mq_overview(7). */
#include <errno.h>
#include <linux/mount.h>
#include <stdlib.h>
#include <string.h>

#include "../cgroup_tree.h"
#include "../syscalls.h"
#include "../text.h"
#include "lines.h"
#include "snapshot.h"

#define FIELDS_MAX 24

/* A column of /proc/sysvipc/…, by its name in the heading. */
struct column {
  const char *heading;
  const char *key;
};

static const struct column MESSAGE_COLUMNS[] = {
    {"key", "key"},          {"msqid", "id"},           {"perms", "permissions"},
    {"cbytes", "bytes"},     {"qnum", "count"},         {"uid", "hostUid"},
    {"lspid", "lastSender"}, {"lrpid", "lastReceiver"}, {NULL, NULL},
};
static const struct column SEMAPHORE_COLUMNS[] = {
    {"key", "key"},     {"semid", "id"},    {"perms", "permissions"},
    {"nsems", "count"}, {"uid", "hostUid"}, {NULL, NULL},
};
static const struct column MEMORY_COLUMNS[] = {
    {"key", "key"},      {"shmid", "id"},    {"perms", "permissions"}, {"size", "bytes"},
    {"nattch", "count"}, {"uid", "hostUid"}, {"cpid", "creator"},      {NULL, NULL},
};

static size_t split(char *line, char **fields) {
  size_t count = 0;
  for (char *at = line + strspn(line, " "); *at != '\0' && count < FIELDS_MAX;) {
    fields[count++] = lines_field(&at);
    at += strspn(at, " ");
  }
  return count;
}

/* A number in decimal but for permissions, which are text as they are: octal digits. */
static void write_cell(struct json *json, const char *key, const char *cell) {
  uint64_t number;
  bool negative = *cell == '-';
  if (strcmp(key, "permissions") == 0) {
    json_key_string(json, key, cell);
    return;
  }
  text_read_number(cell + negative, &number);
  json_key_integer(json, key, negative ? -(int64_t)number : (int64_t)number);
}

static void write_row(struct json *json, const struct column *columns, char *const *headings,
                      char *const *cells, size_t count) {
  json_open(json, '{');
  for (const struct column *column = columns; column->heading != NULL; column++) {
    for (size_t i = 0; i < count; i++) {
      if (strcmp(headings[i], column->heading) == 0) {
        write_cell(json, column->key, cells[i]);
      }
    }
  }
  json_close(json, '}');
}

/* The file is of the namespace in which it was opened. */
static void write_table(struct snapshot *snapshot, struct lines *lines, const char *key,
                        const struct column *columns) {
  struct json *json = &snapshot->json;
  char heading[LINE_BYTES];
  char *headings[FIELDS_MAX];
  char *cells[FIELDS_MAX];
  uint32_t rows = 0;
  json_key(json, key);
  json_open(json, '[');
  char *first = lines_next(lines);
  text_join(heading, sizeof(heading), first == NULL ? "" : first, "", "");
  size_t columns_count = split(heading, headings);
  for (char *line = lines_next(lines); line != NULL; line = lines_next(lines)) {
    if (rows++ == SNAPSHOT_QUEUES_MAX) {
      snapshot->cut |= CUT_QUEUES;
      break;
    }
    size_t mark = json->length;
    if (split(line, cells) == columns_count) {
      write_row(json, columns, headings, cells, columns_count);
    }
    snapshot_finish(snapshot, mark, CUT_QUEUES);
  }
  json_close(json, ']');
}

/* A mount of the namespace's POSIX queues that is nowhere in the tree. */
static long open_posix_queues(void) {
  OWNED_FD context = (int)system_call(SYS_fsopen, (long)"mqueue", FSOPEN_CLOEXEC, 0, 0, 0, 0);
  if (context < 0) {
    return context;
  }
  long result = system_call(SYS_fsconfig, context, FSCONFIG_CMD_CREATE, 0, 0, 0, 0);
  if (result < 0) {
    return result;
  }
  OWNED_FD mount =
      (int)system_call(SYS_fsmount, context, FSMOUNT_CLOEXEC,
                       MOUNT_ATTR_NOSUID | MOUNT_ATTR_NODEV | MOUNT_ATTR_NOEXEC, 0, 0, 0);
  return mount < 0 ? mount : sys_openat(mount, ".", O_RDONLY | O_DIRECTORY);
}

static void write_posix_queue(struct json *json, int directory, const char *name) {
  char text[256];
  struct stat status;
  snapshot_file(directory, name, text, sizeof(text));
  uint64_t size;
  text_read_number(text + strspn(text, "QSIZE: "), &size);
  json_open(json, '{');
  json_key_string(json, "name", name);
  json_key_integer(json, "bytes", (int64_t)size);
  if (sys_fstatat(directory, name, &status, AT_SYMLINK_NOFOLLOW) == 0) {
    json_key_integer(json, "hostUid", status.st_uid);
  }
  json_close(json, '}');
}

static void write_posix_queues(struct snapshot *snapshot, int directory) {
  struct json *json = &snapshot->json;
  uint32_t count = 0;
  json_key(json, "posix");
  json_open(json, '[');
  char buffer[4096] __attribute__((aligned(8)));
  for (;;) {
    long size = system_call(SYS_getdents64, directory, (long)buffer, sizeof(buffer), 0, 0, 0);
    if (size <= 0) {
      break;
    }
    for (long at = 0; at < size;) {
      const struct entry *entry = (const struct entry *)(const void *)(buffer + at);
      at += entry->length;
      if (entry->name[0] == '.' && (entry->name[1] == '\0' || strcmp(entry->name, "..") == 0)) {
        continue;
      }
      if (count++ == SNAPSHOT_QUEUES_MAX) {
        snapshot->cut |= CUT_QUEUES;
        json_close(json, ']');
        return;
      }
      size_t mark = json->length;
      write_posix_queue(json, directory, entry->name);
      snapshot_finish(snapshot, mark, CUT_QUEUES);
    }
  }
  json_close(json, ']');
}

void snapshot_queues(struct snapshot *snapshot, const struct snapshot_namespace *namespace) {
  struct lines *lines = malloc(3 * sizeof(*lines));
  if (lines == NULL || snapshot_enter(snapshot, namespace) < 0) {
    free(lines);
    return;
  }
  static const char *const files[] = {"/proc/sysvipc/msg", "/proc/sysvipc/sem",
                                      "/proc/sysvipc/shm"};
  for (size_t i = 0; i < 3; i++) {
    lines_open(&lines[i], AT_FDCWD, files[i]);
  }
  OWNED_FD posix = (int)open_posix_queues();
  snapshot_return(snapshot, IN_IPC);
  write_table(snapshot, &lines[0], "messages", MESSAGE_COLUMNS);
  write_table(snapshot, &lines[1], "semaphores", SEMAPHORE_COLUMNS);
  write_table(snapshot, &lines[2], "memory", MEMORY_COLUMNS);
  if (posix >= 0) {
    write_posix_queues(snapshot, posix);
  }
  for (size_t i = 0; i < 3; i++) {
    close_owned(&lines[i].fd);
  }
  free(lines);
}
