#include "json_read.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "message.h"

struct reader {
  const char *at;
  const char *end;
  unsigned line;
  unsigned depth;
  struct text *mistake;
};

/* Takes the first mistake only: what follows from it is not worth a word. */
static bool wrong(struct reader *reader, const char *sentence) {
  if (reader->mistake->length == 0) {
    text_append(reader->mistake, sentence);
  }
  return false;
}

static bool skip_blanks(struct reader *reader) {
  while (reader->at < reader->end && strchr(" \t\r\n", *reader->at) != NULL &&
         *reader->at != '\0') {
    reader->line += *reader->at == '\n';
    reader->at++;
  }
  return reader->at < reader->end;
}

static bool take(struct reader *reader, char character) {
  if (reader->at < reader->end && *reader->at == character) {
    reader->at++;
    return true;
  }
  return false;
}

static bool take_word(struct reader *reader, const char *word) {
  size_t length = strlen(word);
  if ((size_t)(reader->end - reader->at) < length || memcmp(reader->at, word, length) != 0) {
    return false;
  }
  reader->at += length;
  return true;
}

static bool take_digits(struct reader *reader) {
  const char *first = reader->at;
  while (reader->at < reader->end && *reader->at >= '0' && *reader->at <= '9') {
    reader->at++;
  }
  return reader->at > first;
}

/* As RFC 8259 has it: no leading zero, no leading plus, digits on both sides of the point. */
static bool read_number(struct reader *reader, struct json *value) {
  const char *first = reader->at;
  take(reader, '-');
  bool good = take(reader, '0') || take_digits(reader);
  if (good && take(reader, '.')) {
    good = take_digits(reader);
  }
  if (good && (take(reader, 'e') || take(reader, 'E'))) {
    if (!take(reader, '+')) {
      take(reader, '-');
    }
    good = take_digits(reader);
  }
  if (!good) {
    return wrong(reader, "a number is not written as JSON has it");
  }
  value->kind = JSON_NUMBER;
  value->text = print_text("%.*s", (int)(reader->at - first), first);
  return true;
}

static bool read_unit(struct reader *reader, uint32_t *unit) {
  *unit = 0;
  for (int i = 0; i < 4; i++) {
    static const char digits[] = "0123456789abcdef";
    const char *digit =
        reader->at < reader->end && *reader->at != '\0' ? strchr(digits, *reader->at | 0x20) : NULL;
    if (digit == NULL) {
      return wrong(reader, "\\u has four hexadecimal digits");
    }
    *unit = *unit << 4 | (uint32_t)(digit - digits);
    reader->at++;
  }
  return true;
}

static char *put_character(char *to, uint32_t character) {
  if (character < 0x80) {
    *to++ = (char)character;
    return to;
  }
  if (character >= 0x10000) {
    *to++ = (char)(0xf0 | character >> 18);
    *to++ = (char)(0x80 | (character >> 12 & 0x3f));
  } else if (character >= 0x800) {
    *to++ = (char)(0xe0 | character >> 12);
  }
  if (character >= 0x800) {
    *to++ = (char)(0x80 | (character >> 6 & 0x3f));
  } else {
    *to++ = (char)(0xc0 | character >> 6);
  }
  *to++ = (char)(0x80 | (character & 0x3f));
  return to;
}

static bool read_unicode(struct reader *reader, char **to) {
  uint32_t unit;
  uint32_t second;
  if (!read_unit(reader, &unit)) {
    return false;
  }
  if (unit == 0) {
    return wrong(reader, "no text here can have a character of number 0 in it");
  }
  if (unit >= 0xd800 && unit < 0xe000) {
    if (unit >= 0xdc00 || !take_word(reader, "\\u") || !read_unit(reader, &second) ||
        second < 0xdc00 || second >= 0xe000) {
      return wrong(reader, "half a surrogate pair is no character");
    }
    unit = 0x10000 + ((unit - 0xd800) << 10) + (second - 0xdc00);
  }
  *to = put_character(*to, unit);
  return true;
}

static bool read_escape(struct reader *reader, char **to) {
  static const char names[] = "\"\\/bfnrt";
  static const char meanings[] = "\"\\/\b\f\n\r\t";
  if (take(reader, 'u')) {
    return read_unicode(reader, to);
  }
  const char *name =
      reader->at < reader->end && *reader->at != '\0' ? strchr(names, *reader->at) : NULL;
  if (name == NULL) {
    return wrong(reader, "what follows a backslash is not known to JSON");
  }
  reader->at++;
  *(*to)++ = meanings[name - names];
  return true;
}

/* What is written never takes more bytes than it was written with. NULL: it is no text. */
static const char *read_text_value(struct reader *reader) {
  const char *first = reader->at;
  const char *last = first;
  while (last < reader->end && *last != '"') {
    last += *last == '\\' ? 2 : 1;
  }
  if (last >= reader->end) {
    wrong(reader, "a text has no end: its second \" is missing");
    return NULL;
  }
  char *text = allocate((size_t)(last - first) + 1);
  char *to = text;
  while (!take(reader, '"')) {
    if ((unsigned char)*reader->at < ' ') {
      wrong(reader, "a line ends, or another control character is, within a text");
      return NULL;
    }
    if (!take(reader, '\\')) {
      *to++ = *reader->at++;
    } else if (!read_escape(reader, &to)) {
      return NULL;
    }
  }
  return text;
}

static bool read_value(struct reader *reader, struct json *value);

static bool read_list(struct reader *reader, struct json *list) {
  if (skip_blanks(reader) && take(reader, ']')) {
    return true;
  }
  for (;;) {
    if (!read_value(reader, json_add(list, NULL, JSON_NULL))) {
      return false;
    }
    if (!skip_blanks(reader)) {
      return wrong(reader, "a list has no end: its ] is missing");
    }
    if (take(reader, ']')) {
      return true;
    }
    if (!take(reader, ',')) {
      return wrong(reader, "in a list, a comma or ] is missing");
    }
  }
}

static bool read_member(struct reader *reader, struct json *object) {
  if (!skip_blanks(reader) || !take(reader, '"')) {
    return wrong(reader, "in an object, a name in quotes is missing");
  }
  unsigned line = reader->line;
  const char *name = read_text_value(reader);
  if (name == NULL) {
    return false;
  }
  unsigned count = 0;
  for (const struct json *member = object->first; member != NULL; member = member->next) {
    if (strcmp(member->name, name) == 0) {
      if (reader->mistake->length == 0) {
        text_quoted(reader->mistake, name, strnlen(name, 64));
      }
      text_append(reader->mistake, " is there twice in one object");
      reader->line = line;
      return false;
    }
    count++;
  }
  if (count == JSON_MEMBERS_MAX) {
    return wrong(reader, "an object has more than 128 members");
  }
  if (!skip_blanks(reader) || !take(reader, ':')) {
    return wrong(reader, "in an object, the colon after a name is missing");
  }
  return read_value(reader, json_add(object, name, JSON_NULL));
}

static bool read_object(struct reader *reader, struct json *object) {
  if (skip_blanks(reader) && take(reader, '}')) {
    return true;
  }
  for (;;) {
    if (!read_member(reader, object)) {
      return false;
    }
    if (!skip_blanks(reader)) {
      return wrong(reader, "an object has no end: its } is missing");
    }
    if (take(reader, '}')) {
      return true;
    }
    if (!take(reader, ',')) {
      return wrong(reader, "in an object, a comma or } is missing");
    }
  }
}

static bool read_nested(struct reader *reader, struct json *value) {
  bool is_list = *reader->at++ == '[';
  if (reader->depth == JSON_DEPTH_MAX) {
    return wrong(reader, "lists and objects lie more than 32 deep in each other");
  }
  reader->depth++;
  value->kind = is_list ? JSON_LIST : JSON_OBJECT;
  bool good = is_list ? read_list(reader, value) : read_object(reader, value);
  reader->depth--;
  return good;
}

static bool read_value(struct reader *reader, struct json *value) {
  if (!skip_blanks(reader)) {
    return wrong(reader, "it ends where a value should be");
  }
  value->line = reader->line;
  switch (*reader->at) {
  case '{':
  case '[':
    return read_nested(reader, value);
  case '"':
    reader->at++;
    value->kind = JSON_TEXT;
    value->text = read_text_value(reader);
    return value->text != NULL;
  case 't':
  case 'f':
    value->kind = JSON_FLAG;
    value->number = *reader->at == 't';
    return take_word(reader, "true") || take_word(reader, "false") ||
           wrong(reader, "a word is not known to JSON: only true, false and null are");
  case 'n':
    return take_word(reader, "null") ||
           wrong(reader, "a word is not known to JSON: only true, false and null are");
  default:
    return (*reader->at == '-' || (*reader->at >= '0' && *reader->at <= '9'))
               ? read_number(reader, value)
               : wrong(reader, "this is not JSON");
  }
}

struct json *json_read(const char *bytes, size_t length, struct text *mistake, unsigned *line) {
  struct reader reader = {
      .at = bytes, .end = bytes + length, .line = 1, .depth = 0, .mistake = mistake};
  struct json *value = allocate(sizeof(*value));
  bool good = read_value(&reader, value);
  if (good && skip_blanks(&reader)) {
    good = wrong(&reader, "something follows after the end");
  }
  *line = reader.line;
  if (!good) {
    json_free(value);
  }
  return good ? value : NULL;
}

void json_free(struct json *value) {
  for (struct json *member = value->first; member != NULL;) {
    struct json *next = member->next;
    json_free(member);
    member = next;
  }
  free((char *)value->name);
  free((char *)value->text);
  free(value);
}

const struct json *json_member(const struct json *object, const char *name) {
  for (const struct json *member = object->first; member != NULL; member = member->next) {
    if (strcmp(member->name, name) == 0) {
      return member->kind == JSON_NULL ? NULL : member;
    }
  }
  return NULL;
}
