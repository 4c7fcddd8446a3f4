/*
 * Small text files of `key value` lines, in which `\n` and `\\` stand for a line's end and a
 * backslash: states of containers, and images as references. Readable with cat, written at once.
 */
#ifndef BOX_RECORDS_H
#define BOX_RECORDS_H

#include <stdbool.h>

struct records {
  char *next;
};

/* Reads a file whole; false when it can't be read. What the records point to stays in memory. */
bool records_open(struct records *records, int directory, const char *path);

/* The next line; false at the end. */
bool records_next(struct records *records, const char **key, const char **value);

/* A file being written; `bytes` grows. */
struct recording {
  char *bytes;
  unsigned long length;
  unsigned long capacity;
};
void record(struct recording *recording, const char *key, const char *value);
void record_number(struct recording *recording, const char *key, long long value);

/* Writes it all beside the file and puts it in its place; 0 or a negative errno. */
long recording_save(const struct recording *recording, int directory, const char *path);

#endif
