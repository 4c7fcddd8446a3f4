/* JSON: writing it, and finding a value in it again by a template as Docker's `{{.State.Pid}}`;
 * json_read.h has the other direction. */
#ifndef BOX_JSON_H
#define BOX_JSON_H

#include <stdbool.h>
#include <stddef.h>

#include "words.h"

enum json_kind { JSON_NULL, JSON_FLAG, JSON_NUMBER, JSON_TEXT, JSON_LIST, JSON_OBJECT };

struct json {
  enum json_kind kind;
  const char *name;
  const char *text;
  long long number;
  /* Where it was read from; 0 is nowhere. */
  unsigned line;
  struct json *first;
  struct json *last;
  struct json *next;
};

/* Adds a member to an object, or an element to a list, whose name is NULL. */
struct json *json_add(struct json *parent, const char *name, enum json_kind kind);
void json_text(struct json *parent, const char *name, const char *text);
void json_number(struct json *parent, const char *name, long long number);
void json_flag(struct json *parent, const char *name, bool flag);
void json_words(struct json *parent, const char *name, const struct words *words);

/* Four blanks for each depth, as `docker inspect`. */
void json_print(const struct json *value, int depth);

/* Prints a template; ends box with what is wrong in it. */
void json_print_template(const struct json *root, const char *template);

#endif
