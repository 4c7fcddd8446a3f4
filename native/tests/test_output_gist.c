#include <stdlib.h>
#include <string.h>

#include "harness.h"

/* The gist of a text, from memory of just its size and into just the room it is promised. */
static bool gist_is(const char *output, const char *expected) {
  size_t length = strlen(output);
  uint8_t *bytes = malloc(length + 1), *gist = malloc(2 * length + 1);
  CHECK(bytes != NULL && gist != NULL);
  memcpy(bytes, output, length);
  size_t used = glassbox_output_gist(bytes, (uint32_t)length, gist);
  bool same = used == strlen(expected) && memcmp(gist, expected, used) == 0;
  free(bytes);
  free(gist);
  return same;
}

static void leaves_out_what_passes(void) {
  CHECK(gist_is("", ""));
  CHECK(gist_is("nothing but text, and some more of it\r\n", ""));
  CHECK(gist_is("\x1b[H\x1b[2Ja\x1b[10;20Hb\x1b[K\x1b[3A", ""));
}

static void keeps_what_changes_a_mode(void) {
  CHECK(gist_is("a\x1b[4hb\x1b[3;9rc\x1b[sd", "\x1b[4h\x1b[3;9r\x1b[s"));
  CHECK(gist_is("some text before and a shift \x0e and back \x0f", "\x0e\x0f"));
  CHECK(gist_is("a\x1b[?25lb", "\x1b[?25lb"));
  CHECK(gist_is("a\x1b[?25lb\x1b[Hc", "\x1b[?25lb\x18"));
  CHECK(gist_is("\x1b]0;title\x07text\x1b[4h", "\x1b]0;title\x07text\x18\x1b[4h"));
  CHECK(gist_is("\x1b[38:5:9mx", "\x1b[38:5:9mx"));
}

static void keeps_looks_until_they_are_undone(void) {
  CHECK(gist_is("\x1b[31mred\x1b[1mbold", "\x1b[31m\x1b[1m"));
  CHECK(gist_is("\x1b[31mred\x1b[0mplain\x1b[4mline", "\x1b[0m\x1b[4m"));
  CHECK(gist_is("\x1b[31mred\x1b[mplain", "\x1b[m"));
  CHECK(gist_is("\x1b[31mred\x1b[0;1mbold", "\x1b[31m\x1b[0;1m"));
  /* The look was saved with the cursor. */
  CHECK(gist_is("\x1b[31m\x1b[s\x1b[32m\x1b[0m", "\x1b[31m\x1b[s\x1b[0m"));
}

static void keeps_what_is_cut(void) {
  CHECK(gist_is("text\x1b", "\x1b"));
  CHECK(gist_is("text\x1b[", "\x1b["));
  CHECK(gist_is("text\x1b[38;5;1", "\x1b[38;5;1"));
  CHECK(gist_is("\x1b\x1b\x1b", "\x1b\x18\x1b\x18\x1b"));
}

/* Under the sanitizers: no byte beyond what was given is read, none beyond the room is written. */
static void takes_any_bytes_of_any_length(void) {
  static const char alphabet[] =
      "\x1b\x1b[[?;;0123456789:hlmrsuJ!p (B78c\x0e\x0f\x18]P\\xyz\xc3\xa9";
  srand(1);
  for (unsigned length = 0; length < 600; length++) {
    uint8_t *bytes = malloc(length + 1U), *gist = malloc(2U * length + 1U);
    CHECK(bytes != NULL && gist != NULL);
    for (unsigned at = 0; at < length; at++)
      bytes[at] = (uint8_t)alphabet[(size_t)rand() % (sizeof(alphabet) - 1)];
    CHECK(glassbox_output_gist(bytes, length, gist) <= 2 * length);
    free(bytes);
    free(gist);
  }
}

static const struct test tests[] = {
    {"text and what moves or erases is left out", leaves_out_what_passes},
    {"what changes a mode is kept", keeps_what_changes_a_mode},
    {"looks are kept until one undoes them", keeps_looks_until_they_are_undone},
    {"a sequence that does not end is kept", keeps_what_is_cut},
    {"any bytes, of any length", takes_any_bytes_of_any_length},
};

int main(void) {
  return RUN(tests);
}
