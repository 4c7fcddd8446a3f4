#include "records.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "../syscalls.h"
#include "../text.h"
#include "message.h"

#define FILE_BYTES_MAX (1 << 20)

bool records_open(struct records *records, int directory, const char *path) {
  struct stat status;
  OWNED_FD file = (int)sys_openat(directory, path, O_RDONLY);
  if (file < 0 || sys_fstatat(file, "", &status, AT_EMPTY_PATH) < 0 || !S_ISREG(status.st_mode) ||
      status.st_size > FILE_BYTES_MAX) {
    return false;
  }
  char *bytes = allocate((size_t)status.st_size + 1);
  long length = 0;
  while (length < status.st_size) {
    long size = sys_read(file, bytes + length, (size_t)(status.st_size - length));
    if (size <= 0) {
      break;
    }
    length += size;
  }
  bytes[length] = '\0';
  records->next = bytes;
  return true;
}

static void unescape(char *text) {
  char *to = text;
  for (const char *from = text; *from != '\0'; from++) {
    if (*from == '\\' && from[1] != '\0') {
      from++;
      *to++ = *from == 'n' ? '\n' : *from;
    } else {
      *to++ = *from;
    }
  }
  *to = '\0';
}

bool records_next(struct records *records, const char **key, const char **value) {
  while (records->next != NULL && *records->next != '\0') {
    char *line = strsep(&records->next, "\n");
    char *space = strchr(line, ' ');
    if (*line == '\0') {
      continue;
    }
    *key = line;
    *value = "";
    if (space != NULL) {
      *space = '\0';
      unescape(space + 1);
      *value = space + 1;
    }
    return true;
  }
  return false;
}

static void put(struct recording *recording, char byte) {
  if (recording->length == recording->capacity) {
    recording->capacity = recording->capacity == 0 ? 2048 : recording->capacity * 2;
    recording->bytes = realloc(recording->bytes, recording->capacity);
    if (recording->bytes == NULL) {
      give_up(EXIT_BOX, "the machine has no memory left");
    }
  }
  recording->bytes[recording->length++] = byte;
}

void record(struct recording *recording, const char *key, const char *value) {
  for (; *key != '\0'; key++) {
    put(recording, *key);
  }
  put(recording, ' ');
  for (; *value != '\0'; value++) {
    if (*value == '\n' || *value == '\\') {
      put(recording, '\\');
    }
    put(recording, *value == '\n' ? 'n' : *value);
  }
  put(recording, '\n');
}

void record_number(struct recording *recording, const char *key, long long value) {
  char digits[24];
  struct text text = TEXT(digits);
  text_number(&text, value);
  record(recording, key, digits);
}

long recording_save(const struct recording *recording, int directory, const char *path) {
  char beside[64];
  text_join(beside, sizeof(beside), path, ".new", "");
  OWNED_FD file = (int)system_call(SYS_openat, directory, (long)beside,
                                   O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644, 0, 0);
  if (file < 0) {
    return file;
  }
  long written = sys_write(file, recording->bytes, recording->length);
  if (written < 0) {
    return written;
  }
  if ((unsigned long)written != recording->length) {
    return -ENOSPC;
  }
  return system_call(SYS_renameat2, directory, (long)beside, directory, (long)path, 0, 0);
}
