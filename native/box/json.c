#include "json.h"

#include <stdio.h>
#include <string.h>

#include "message.h"

struct json *json_add(struct json *parent, const char *name, enum json_kind kind) {
  struct json *value = allocate(sizeof(*value));
  value->kind = kind;
  value->name = name;
  if (parent->last == NULL) {
    parent->first = value;
  } else {
    parent->last->next = value;
  }
  parent->last = value;
  return value;
}

void json_text(struct json *parent, const char *name, const char *text) {
  json_add(parent, name, JSON_TEXT)->text = text;
}

void json_number(struct json *parent, const char *name, long long number) {
  json_add(parent, name, JSON_NUMBER)->number = number;
}

void json_flag(struct json *parent, const char *name, bool flag) {
  json_add(parent, name, JSON_FLAG)->number = flag;
}

void json_words(struct json *parent, const char *name, const struct words *words) {
  struct json *list = json_add(parent, name, JSON_LIST);
  for (size_t i = 0; i < words->count; i++) {
    json_text(list, NULL, words->items[i]);
  }
}

static void print_text_value(const char *text) {
  putchar('"');
  for (; *text != '\0'; text++) {
    unsigned char byte = (unsigned char)*text;
    if (byte == '"' || byte == '\\') {
      printf("\\%c", byte);
    } else if (byte == '\n') {
      fputs("\\n", stdout);
    } else if (byte < ' ') {
      printf("\\u%04x", byte);
    } else {
      putchar(byte);
    }
  }
  putchar('"');
}

static void indent(int depth) {
  for (int i = 0; i < depth; i++) {
    fputs("    ", stdout);
  }
}

static void print_members(const struct json *value, int depth) {
  const bool is_list = value->kind == JSON_LIST;
  putchar(is_list ? '[' : '{');
  for (const struct json *member = value->first; member != NULL; member = member->next) {
    putchar('\n');
    indent(depth + 1);
    if (!is_list) {
      print_text_value(member->name);
      fputs(": ", stdout);
    }
    json_print(member, depth + 1);
    if (member->next != NULL) {
      putchar(',');
    }
  }
  if (value->first != NULL) {
    putchar('\n');
    indent(depth);
  }
  putchar(is_list ? ']' : '}');
}

void json_print(const struct json *value, int depth) {
  switch (value->kind) {
  case JSON_NULL:
    fputs("null", stdout);
    return;
  case JSON_FLAG:
    fputs(value->number != 0 ? "true" : "false", stdout);
    return;
  case JSON_NUMBER:
    printf("%lld", value->number);
    return;
  case JSON_TEXT:
    print_text_value(value->text);
    return;
  case JSON_LIST:
  case JSON_OBJECT:
    print_members(value, depth);
  }
}

static const struct json *find(const struct json *value, const char *path, size_t length) {
  const char *end = path + length;
  while (path < end) {
    const char *name = path + (*path == '.');
    size_t size = strcspn(name, ".}| ");
    const struct json *member = value->first;
    path = name + size;
    if (size == 0) {
      continue;
    }
    while (member != NULL && (member->name == NULL || strlen(member->name) != size ||
                              strncmp(member->name, name, size) != 0)) {
      member = member->next;
    }
    if (member == NULL) {
      give_up(1, "template: there is no field \"%.*s\" here; 'box inspect' without -f shows all",
              (int)size, name);
    }
    value = member;
  }
  return value;
}

/* As Go's templates do: text bare, a list in brackets. */
static void print_bare(const struct json *value) {
  if (value->kind == JSON_TEXT) {
    fputs(value->text, stdout);
  } else if (value->kind == JSON_LIST) {
    putchar('[');
    for (const struct json *member = value->first; member != NULL; member = member->next) {
      print_bare(member);
      fputs(member->next == NULL ? "" : " ", stdout);
    }
    putchar(']');
  } else {
    json_print(value, 0);
  }
}

/* {{.A.B}} and {{json .A.B}}. */
void json_print_template(const struct json *root, const char *template) {
  while (*template != '\0') {
    const char *end = strncmp(template, "{{", 2) == 0 ? strstr(template, "}}") : NULL;
    if (end == NULL) {
      putchar(*template ++);
      continue;
    }
    const char *path = template + 2 + strspn(template + 2, " ");
    bool as_json = strncmp(path, "json ", 5) == 0;
    path += as_json ? 5 : 0;
    path += strspn(path, " ");
    if (*path != '.') {
      give_up(1, "template: only {{.Field.Field}} and {{json .Field}} are known here: %s", path);
    }
    const struct json *value = find(root, path, strcspn(path, " }"));
    if (as_json) {
      json_print(value, 0);
    } else {
      print_bare(value);
    }
    template = end + 2;
  }
  putchar('\n');
}
