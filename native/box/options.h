/* Reading a command line as Docker's reads it: a table of flags, each with its help. */
#ifndef BOX_OPTIONS_H
#define BOX_OPTIONS_H

#include <stdbool.h>
#include <stddef.h>

enum option_kind { OPTION_FLAG, OPTION_TEXT, OPTION_WORDS, OPTION_READ };

/* A flag. An array of them ends with an empty one. */
struct option_row {
  const char *name;
  /* Its one letter, or 0. */
  char letter;
  enum option_kind kind;
  /* Where its value goes in the target: bool, const char * or struct words. */
  size_t offset;
  /* OPTION_READ: takes the value; false when it is not a good one. */
  bool (*read)(void *target, const char *value);
  /* What its value is called in the help; "" for a flag. */
  const char *value;
  const char *help;
};

struct command_line {
  /* "run", and how it is used: "[OPTIONS] IMAGE [COMMAND] [ARG...]". */
  const char *command;
  const char *usage;
  const char *summary;
  const struct option_row *options;
  /* Flags may come after other words, too. */
  bool anywhere;
  int words_min;
  int words_max;
};

#define NO_LIMIT 1000000

/*
 * Reads flags into the target, and returns the other words in `arguments`, from 0 to `count`.
 * Prints help and ends box with 0 at --help; says what is wrong and ends it with 125 (`run`) or 1.
 */
void read_command_line(const struct command_line *line, void *target, int *count, char **arguments);

/* "64m", "0.5g" or "1048576" in bytes; false for anything else. */
bool read_size(const char *text, long long *bytes);
bool read_integer(const char *text, long long *number);

#endif
