/* Members of a profile's objects, each of the kind that it has to be. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "json_read.h"
#include "profile_read.h"

/* As much of a word as a sentence can bear. */
#define WORD_BYTES 48

bool profile_wrong(struct profile_reader *reader, const struct json *value, const char *before,
                   const char *word, const char *after) {
  reader->line = value->line;
  text_append(reader->mistake, before);
  text_quoted(reader->mistake, word, strnlen(word, WORD_BYTES));
  text_append(reader->mistake, after);
  return false;
}

static bool is_of_kind(struct profile_reader *reader, const struct json *value, const char *name,
                       enum json_kind kind) {
  static const char *const kinds[] = {
      [JSON_NULL] = " must be null",       [JSON_FLAG] = " must be true or false",
      [JSON_NUMBER] = " must be a number", [JSON_TEXT] = " must be a text, in quotes",
      [JSON_LIST] = " must be a list",     [JSON_OBJECT] = " must be an object",
  };
  return value->kind == kind || profile_wrong(reader, value, "", name, kinds[kind]);
}

bool profile_member(struct profile_reader *reader, const struct json *object, const char *name,
                    enum json_kind kind, const struct json **member) {
  *member = json_member(object, name);
  return *member == NULL || is_of_kind(reader, *member, name, kind);
}

bool profile_texts(struct profile_reader *reader, const struct json *object, const char *name,
                   const struct json **list) {
  if (!profile_member(reader, object, name, JSON_LIST, list) || *list == NULL) {
    return *list == NULL;
  }
  for (const struct json *text = (*list)->first; text != NULL; text = text->next) {
    if (text->kind != JSON_TEXT) {
      return profile_wrong(reader, text, "", name, " must be a list of texts, each in quotes");
    }
  }
  return true;
}

bool profile_number(struct profile_reader *reader, const struct json *object, const char *name,
                    uint64_t largest, uint64_t *number) {
  const struct json *member;
  if (!profile_member(reader, object, name, JSON_NUMBER, &member) || member == NULL) {
    return member == NULL;
  }
  errno = 0;
  *number = strtoull(member->text, NULL, 10);
  if (strspn(member->text, "0123456789") == strlen(member->text) && errno == 0 &&
      *number <= largest) {
    return true;
  }
  profile_wrong(reader, member, "", name, " must be a whole number from 0 to ");
  if (largest == UINT64_MAX) {
    text_append(reader->mistake, "18446744073709551615");
  } else {
    text_number(reader->mistake, (int64_t)largest);
  }
  return false;
}
