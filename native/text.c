#include "text.h"

#include <string.h>

struct text text_begin(char *bytes, size_t capacity) {
  bytes[0] = '\0';
  return (struct text){.bytes = bytes, .capacity = capacity};
}

void text_character(struct text *text, char character) {
  if (text->length + 1 >= text->capacity) {
    text->truncated = true;
    return;
  }
  text->bytes[text->length++] = character;
  text->bytes[text->length] = '\0';
}

void text_append(struct text *text, const char *more) {
  while (*more != '\0') {
    text_character(text, *more++);
  }
}

static void unsigned_number(struct text *text, uint64_t number, unsigned base) {
  char digits[64];
  size_t count = 0;
  do {
    digits[count++] = "0123456789abcdef"[number % base];
    number /= base;
  } while (number > 0);
  while (count > 0) {
    text_character(text, digits[--count]);
  }
}

void text_number(struct text *text, int64_t number) {
  if (number < 0) {
    text_character(text, '-');
  }
  unsigned_number(text, number < 0 ? -(uint64_t)number : (uint64_t)number, 10);
}

void text_octal(struct text *text, uint64_t number) {
  text_character(text, '0');
  if (number > 0) {
    unsigned_number(text, number, 8);
  }
}

void text_hexadecimal(struct text *text, uint64_t number) {
  text_append(text, "0x");
  unsigned_number(text, number, 16);
}

void text_quoted(struct text *text, const char *bytes, size_t length) {
  text_character(text, '"');
  for (size_t i = 0; i < length; i++) {
    unsigned char byte = (unsigned char)bytes[i];
    if (byte == '\n') {
      text_append(text, "\\n");
    } else if (byte == '"' || byte == '\\') {
      text_character(text, '\\');
      text_character(text, (char)byte);
    } else if (byte >= ' ' && byte < 0x7f) {
      text_character(text, (char)byte);
    } else {
      text_append(text, "\\x");
      text_character(text, "0123456789abcdef"[byte >> 4]);
      text_character(text, "0123456789abcdef"[byte & 15]);
    }
  }
  text_character(text, '"');
}

bool text_join(char *bytes, size_t capacity, const char *first, const char *second,
               const char *third) {
  struct text text = text_begin(bytes, capacity);
  text_append(&text, first);
  text_append(&text, second);
  text_append(&text, third);
  return !text.truncated;
}

const char *text_read_number(const char *text, uint64_t *number) {
  *number = 0;
  while (*text >= '0' && *text <= '9') {
    *number = *number * 10 + (uint64_t)(*text++ - '0');
  }
  return text;
}
