#include "options.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "message.h"
#include "words.h"

/* The one command whose own mistakes must be told apart from its container's. */
static int mistake(const struct command_line *line) {
  return strcmp(line->command, "run") == 0 ? EXIT_BOX : 1;
}

__attribute__((noreturn)) static void print_help(const struct command_line *line) {
  printf("Usage:  box %s %s\n\n%s\n", line->command, line->usage, line->summary);
  if (line->options[0].name != NULL) {
    printf("\nOptions:\n");
  }
  for (const struct option_row *row = line->options; row->name != NULL; row++) {
    char flag[64];
    snprintf(flag, sizeof(flag), "--%s %s", row->name, row->value);
    printf("  %c%c%c %-28s %s\n", row->letter == 0 ? ' ' : '-',
           row->letter == 0 ? ' ' : row->letter, row->letter == 0 ? ' ' : ',', flag, row->help);
  }
  exit(0);
}

__attribute__((noreturn)) static void refuse(const struct command_line *line, const char *what) {
  fprintf(stderr, "%s\n\nUsage:  box %s %s\n\nRun 'box %s --help' for more information\n", what,
          line->command, line->usage, line->command);
  exit(mistake(line));
}

static void set_value(const struct command_line *line, void *target, const struct option_row *row,
                      const char *value) {
  void *member = (char *)target + row->offset;
  switch (row->kind) {
  case OPTION_FLAG:
    *(bool *)member = strcmp(value, "false") != 0 && strcmp(value, "0") != 0;
    return;
  case OPTION_TEXT:
    *(const char **)member = value;
    return;
  case OPTION_WORDS:
    words_add(member, value);
    return;
  case OPTION_READ:
    if (!row->read(target, value)) {
      refuse(line, print_text("invalid argument \"%s\" for \"%s--%s\" flag", value,
                              row->letter == 0 ? "" : print_text("-%c, ", row->letter), row->name));
    }
  }
}

static const struct option_row *find_long(const struct command_line *line, const char *name,
                                          size_t length) {
  for (const struct option_row *row = line->options; row->name != NULL; row++) {
    if (strlen(row->name) == length && strncmp(row->name, name, length) == 0) {
      return row;
    }
  }
  return NULL;
}

static const struct option_row *find_letter(const struct command_line *line, char letter) {
  for (const struct option_row *row = line->options; row->name != NULL; row++) {
    if (row->letter == letter) {
      return row;
    }
  }
  return NULL;
}

/* A flag whose help gives its value as `[=…]` takes it after `=` only, or does without. */
static bool takes_next(const struct option_row *row) {
  return row->kind != OPTION_FLAG && strncmp(row->value, "[=", 2) != 0;
}

/* Reads `--name`, `--name=value` or `--name value`; the number of words that took. */
static int read_long(const struct command_line *line, void *target, const char *word,
                     const char *next) {
  const char *name = word + 2;
  size_t length = strcspn(name, "=");
  const struct option_row *row = find_long(line, name, length);
  if (row == NULL && strcmp(name, "help") == 0) {
    print_help(line);
  }
  if (row == NULL) {
    refuse(line, print_text("unknown flag: --%.*s", (int)length, name));
  }
  if (name[length] == '=') {
    set_value(line, target, row, name + length + 1);
    return 1;
  }
  if (!takes_next(row)) {
    set_value(line, target, row, "");
    return 1;
  }
  if (next == NULL) {
    refuse(line, print_text("flag needs an argument: --%s", row->name));
  }
  set_value(line, target, row, next);
  return 2;
}

/* Reads `-it`, `-m64m` or `-m 64m`; the number of words that took. */
static int read_letters(const struct command_line *line, void *target, const char *word,
                        const char *next) {
  for (const char *letter = word + 1; *letter != '\0'; letter++) {
    const struct option_row *row = find_letter(line, *letter);
    if (row == NULL && *letter == 'h') {
      print_help(line);
    }
    if (row == NULL) {
      refuse(line, print_text("unknown shorthand flag: '%c' in %s", *letter, word));
    }
    if (!takes_next(row)) {
      set_value(line, target, row, "");
      continue;
    }
    if (letter[1] != '\0') {
      set_value(line, target, row, letter + 1 + (letter[1] == '='));
      return 1;
    }
    if (next == NULL) {
      refuse(line, print_text("flag needs an argument: '%c' in %s", *letter, word));
    }
    set_value(line, target, row, next);
    return 2;
  }
  return 1;
}

static void check_count(const struct command_line *line, int count) {
  if (count >= line->words_min && count <= line->words_max) {
    return;
  }
  const char *how = line->words_max == line->words_min ? ""
                    : count < line->words_min          ? "at least "
                                                       : "at most ";
  int number = count < line->words_min ? line->words_min : line->words_max;
  fprintf(stderr,
          "box: 'box %s' requires %s%d argument%s\n\nUsage:  box %s %s\n\nSee 'box %s --help' for "
          "more information\n",
          line->command, how, number, number == 1 ? "" : "s", line->command, line->usage,
          line->command);
  exit(mistake(line));
}

void read_command_line(const struct command_line *line, void *target, int *count,
                       char **arguments) {
  int kept = 0;
  int at = 0;
  while (at < *count) {
    char *word = arguments[at];
    const char *next = at + 1 < *count ? arguments[at + 1] : NULL;
    if (strcmp(word, "--") == 0) {
      at++;
      break;
    }
    if (word[0] != '-' || word[1] == '\0') {
      if (!line->anywhere) {
        break;
      }
      arguments[kept++] = word;
      at++;
    } else if (word[1] == '-') {
      at += read_long(line, target, word, next);
    } else {
      at += read_letters(line, target, word, next);
    }
  }
  while (at < *count) {
    arguments[kept++] = arguments[at++];
  }
  arguments[kept] = NULL;
  *count = kept;
  check_count(line, kept);
}

bool read_integer(const char *text, long long *number) {
  char *end;
  errno = 0;
  *number = strtoll(text, &end, 10);
  return errno == 0 && end != text && *end == '\0';
}

bool read_size(const char *text, long long *bytes) {
  static const char units[] = "bkmgt";
  char *end;
  errno = 0;
  double value = strtod(text, &end);
  if (errno != 0 || end == text || value < 0 || value > 1e15) {
    return false;
  }
  if (*end != '\0') {
    const char *unit = strchr(units, *end | 0x20);
    if (unit == NULL) {
      return false;
    }
    for (const char *at = units; at < unit; at++) {
      value *= 1024;
    }
    end++;
    /* "mb" and "MiB" are as good as "m". */
    end += (*end | 0x20) == 'i';
    end += (*end | 0x20) == 'b';
  }
  *bytes = (long long)value;
  return *end == '\0' && value < 9e18;
}
