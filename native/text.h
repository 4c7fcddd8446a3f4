/*
 * Text built in a fixed buffer, without malloc or stdio, so that the new process can use it too.
 * What does not fit is cut off and remembered.
 */
#ifndef TEXT_H
#define TEXT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct text {
  char *bytes;
  size_t capacity;
  size_t length;
  bool truncated;
};

/* Text that will be written into a char array, which must outlive it. */
#define TEXT(array) text_begin((array), sizeof(array))

struct text text_begin(char *bytes, size_t capacity);
void text_append(struct text *text, const char *more);
void text_character(struct text *text, char character);
void text_number(struct text *text, int64_t number);
/* A number in base 8 or 16, with the prefix that C gives it. */
void text_octal(struct text *text, uint64_t number);
void text_hexadecimal(struct text *text, uint64_t number);
/* A string as C source would have it, in ASCII whatever its bytes are. */
void text_quoted(struct text *text, const char *bytes, size_t length);

/* Joins up to three strings into an array; false when they do not fit. */
bool text_join(char *bytes, size_t capacity, const char *first, const char *second,
               const char *third);

/* Reads decimal digits and returns what follows them. */
const char *text_read_number(const char *text, uint64_t *number);

#endif
