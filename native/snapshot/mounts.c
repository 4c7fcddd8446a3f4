/* What is mounted in a mount namespace: see proc_pid_mountinfo(5). */
#include <string.h>

#include "../syscalls.h"
#include "../text.h"
#include "lines.h"
#include "snapshot.h"

static void write_unescaped(struct json *json, const char *key, char *field) {
  json_key(json, key);
  json_bytes(json, field, lines_unescape(field));
}

/* "shared:3", "master:2", "propagate_from:1", "unbindable", up to the "-" that ends them. */
static void write_propagation(struct json *json, char **line) {
  json_key(json, "propagation");
  json_open(json, '[');
  for (char *tag = lines_field(line); *tag != '\0' && strcmp(tag, "-") != 0;
       tag = lines_field(line)) {
    json_string(json, tag);
  }
  json_close(json, ']');
}

/* id parent device root mount-point options [tags…] - type source super-options */
static void write_mount(struct json *json, char *line) {
  uint64_t number;
  text_read_number(lines_field(&line), &number);
  json_key_integer(json, "id", (int64_t)number);
  text_read_number(lines_field(&line), &number);
  json_key_integer(json, "parent", (int64_t)number);
  json_key_string(json, "device", lines_field(&line));
  write_unescaped(json, "root", lines_field(&line));
  write_unescaped(json, "target", lines_field(&line));
  json_key_string(json, "options", lines_field(&line));
  write_propagation(json, &line);
  write_unescaped(json, "type", lines_field(&line));
  write_unescaped(json, "source", lines_field(&line));
  write_unescaped(json, "superOptions", lines_field(&line));
}

void snapshot_mounts(struct snapshot *snapshot, const struct snapshot_namespace *namespace) {
  struct json *json = &snapshot->json;
  struct lines lines;
  if (namespace->member < 0 || lines_open(&lines, namespace->member, "mountinfo") < 0) {
    return;
  }
  OWNED_FD fd = lines.fd;
  uint32_t count = 0;
  json_key(json, "mounts");
  json_open(json, '[');
  for (char *line = lines_next(&lines); line != NULL && fd >= 0; line = lines_next(&lines)) {
    if (count++ == SNAPSHOT_MOUNTS_MAX || snapshot_late(snapshot)) {
      snapshot->cut |= CUT_MOUNTS;
      break;
    }
    size_t mark = json->length;
    json_open(json, '{');
    write_mount(json, line);
    json_close(json, '}');
    if (!snapshot_finish(snapshot, mark, CUT_MOUNTS)) {
      break;
    }
  }
  json_close(json, ']');
}
