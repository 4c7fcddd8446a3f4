#include "lines.h"

#include <string.h>

#include "../syscalls.h"

long lines_open(struct lines *lines, int directory, const char *path) {
  long fd = sys_openat(directory, path, O_RDONLY | O_NOFOLLOW);
  lines->fd = fd < 0 ? -1 : (int)fd;
  lines->start = 0;
  lines->end = 0;
  lines->skipping = false;
  return fd < 0 ? fd : 0;
}

/* Makes room at the end and reads more; false at the end of the file. */
static bool fill(struct lines *lines) {
  memmove(lines->bytes, lines->bytes + lines->start, lines->end - lines->start);
  lines->end -= lines->start;
  lines->start = 0;
  long size = sys_read(lines->fd, lines->bytes + lines->end, LINE_BYTES - 1 - lines->end);
  if (size <= 0) {
    return false;
  }
  lines->end += (size_t)size;
  return true;
}

char *lines_next(struct lines *lines) {
  for (;;) {
    char *begin = lines->bytes + lines->start;
    char *end = memchr(begin, '\n', lines->end - lines->start);
    if (end != NULL) {
      lines->start += (size_t)(end - begin) + 1;
      *end = '\0';
      if (!lines->skipping) {
        return begin;
      }
      lines->skipping = false;
      continue;
    }
    bool is_full = lines->end - lines->start == LINE_BYTES - 1;
    if (is_full || lines->skipping) {
      /* What is in the buffer is all of this line that anybody gets. */
      bool wanted = !lines->skipping;
      begin[lines->end - lines->start] = '\0';
      lines->skipping = true;
      lines->start = lines->end;
      if (wanted) {
        return begin;
      }
    }
    if (!fill(lines)) {
      if (lines->start == lines->end || lines->skipping) {
        return NULL;
      }
      lines->bytes[lines->end] = '\0';
      begin = lines->bytes + lines->start;
      lines->start = lines->end;
      return begin;
    }
  }
}

char *lines_field(char **at) {
  char *begin = *at;
  char *end = strchrnul(begin, ' ');
  *at = *end == '\0' ? end : end + 1;
  *end = '\0';
  return begin;
}

static bool is_octal(char character) {
  return character >= '0' && character <= '7';
}

size_t lines_unescape(char *text) {
  char *to = text;
  for (const char *from = text; *from != '\0';) {
    if (from[0] == '\\' && is_octal(from[1]) && is_octal(from[2]) && is_octal(from[3])) {
      *to++ = (char)((from[1] - '0') * 64 + (from[2] - '0') * 8 + (from[3] - '0'));
      from += 4;
    } else {
      *to++ = *from++;
    }
  }
  *to = '\0';
  return (size_t)(to - text);
}
