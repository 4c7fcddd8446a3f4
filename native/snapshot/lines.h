/* Reads a file of /proc line by line, however long it is, in one small buffer. */
#ifndef LINES_H
#define LINES_H

#include <stdbool.h>
#include <stddef.h>

#define LINE_BYTES 4096

struct lines {
  int fd;
  size_t start;
  size_t end;
  /* The rest of a line that was too long is being skipped. */
  bool skipping;
  char bytes[LINE_BYTES];
};

/* Begins at a directory's file; a negative errno if it can't be opened. Close lines->fd at the end.
 */
long lines_open(struct lines *lines, int directory, const char *path);

/* The next line without its end, NUL-terminated, valid until the next call; NULL after the last.
 * What is beyond the buffer of a line is left out. */
char *lines_next(struct lines *lines);

/* The field that begins here, which ends at a blank or at the end; moves on to the next. */
char *lines_field(char **at);

/* Undoes the kernel's escapes (\040 for a blank …) in place; the length then. */
size_t lines_unescape(char *text);

#endif
