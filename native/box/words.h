/* A growing list of strings, which ends with NULL so that it can be an argv. */
#ifndef BOX_WORDS_H
#define BOX_WORDS_H

#include <stdbool.h>
#include <stddef.h>

struct words {
  const char **items;
  size_t count;
};

/* Adds a word. Its bytes are not copied. */
void words_add(struct words *words, const char *word);
void words_add_all(struct words *words, const struct words *more);

/* The words with a blank between them. */
char *words_join(const struct words *words);

/* Adds NAME=VALUE in the place of an earlier NAME=. */
void words_set_variable(struct words *words, const char *assignment);

/* The value of a variable, or NULL. */
const char *words_variable(const struct words *words, const char *name);

#endif
