#include "words.h"

#include <stdlib.h>
#include <string.h>

#include "message.h"

void words_add(struct words *words, const char *word) {
  /* Room doubles: at 0, 2, 4, 8, … it is used up, with the NULL at the end. */
  if (words->count == 0 || (words->count > 1 && (words->count & (words->count - 1)) == 0)) {
    size_t room = words->count == 0 ? 3 : words->count * 2 + 1;
    words->items = realloc(words->items, room * sizeof(*words->items));
    if (words->items == NULL) {
      give_up(EXIT_BOX, "the machine has no memory left");
    }
  }
  words->items[words->count++] = word;
  words->items[words->count] = NULL;
}

void words_add_all(struct words *words, const struct words *more) {
  for (size_t i = 0; i < more->count; i++) {
    words_add(words, more->items[i]);
  }
}

char *words_join(const struct words *words) {
  size_t size = 1;
  for (size_t i = 0; i < words->count; i++) {
    size += strlen(words->items[i]) + 1;
  }
  char *text = allocate(size);
  char *end = text;
  for (size_t i = 0; i < words->count; i++) {
    end = stpcpy(end, i == 0 ? "" : " ");
    end = stpcpy(end, words->items[i]);
  }
  return text;
}

static bool is_assignment_of(const char *assignment, const char *name, size_t length) {
  return strncmp(assignment, name, length) == 0 && assignment[length] == '=';
}

void words_set_variable(struct words *words, const char *assignment) {
  size_t length = strcspn(assignment, "=");
  for (size_t i = 0; i < words->count; i++) {
    if (is_assignment_of(words->items[i], assignment, length)) {
      words->items[i] = assignment;
      return;
    }
  }
  words_add(words, assignment);
}

const char *words_variable(const struct words *words, const char *name) {
  size_t length = strlen(name);
  for (size_t i = 0; i < words->count; i++) {
    if (is_assignment_of(words->items[i], name, length)) {
      return words->items[i] + length + 1;
    }
  }
  return NULL;
}
