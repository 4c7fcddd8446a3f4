#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "../snapshot/json.h"
#include "../snapshot/lines.h"
#include "harness.h"

static bool is(const struct json *json, const char *expected) {
  return !json->full && json->length == strlen(expected) &&
         memcmp(json->bytes, expected, json->length) == 0;
}

static void separates_values(void) {
  char bytes[256];
  struct json json = {.bytes = bytes, .capacity = sizeof(bytes)};
  json_open(&json, '{');
  json_key(&json, "list");
  json_open(&json, '[');
  json_integer(&json, -9223372036854775807LL - 1);
  json_identifier(&json, 18446744073709551615ULL);
  json_open(&json, '{');
  json_close(&json, '}');
  json_open(&json, '[');
  json_close(&json, ']');
  json_null(&json);
  json_close(&json, ']');
  json_key_boolean(&json, "yes", true);
  json_key_string(&json, "name", "a");
  json_close(&json, '}');
  CHECK(is(&json, "{\"list\":[-9223372036854775808,\"18446744073709551615\",{},[],null],"
                  "\"yes\":true,\"name\":\"a\"}"));
}

static void writes_any_bytes_as_text(void) {
  static const struct {
    const char *bytes;
    const char *written;
  } rows[] = {
      {"plain", "\"plain\""},
      {"\"\\/", "\"\\\"\\\\/\""},
      {"\n\t\x01\x7f", "\"\\u000a\\u0009\\u0001\\u007f\""},
      {"\xe5\xae\xb9\xe5\x99\xa8", "\"\xe5\xae\xb9\xe5\x99\xa8\""},
      {"\xf0\x9f\x90\xa7", "\"\xf0\x9f\x90\xa7\""},
      /* Cut in the middle, a byte alone, overlong, a surrogate, beyond the last character. */
      {"a\xe5\xae", "\"a\xef\xbf\xbd\xef\xbf\xbd\""},
      {"\x80", "\"\xef\xbf\xbd\""},
      {"\xc0\xaf", "\"\xef\xbf\xbd\xef\xbf\xbd\""},
      {"\xed\xa0\x80", "\"\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd\""},
      {"\xf4\x90\x80\x80", "\"\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd\""},
  };
  for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
    char bytes[256];
    struct json json = {.bytes = bytes, .capacity = sizeof(bytes)};
    json_string(&json, rows[i].bytes);
    CHECK(is(&json, rows[i].written));
  }
}

/* However small the buffer is, what is in it after taking back is whole. */
static void takes_back_what_does_not_fit(void) {
  for (size_t capacity = 8; capacity < 64; capacity++) {
    char bytes[64];
    struct json json = {.bytes = bytes, .capacity = capacity};
    json_open(&json, '[');
    size_t kept = 0;
    for (int i = 0; i < 8; i++) {
      size_t mark = json.length;
      json_open(&json, '{');
      json_key_integer(&json, "n", i);
      json_close(&json, '}');
      if (!json_take_back(&json, mark)) {
        kept++;
      }
    }
    json.capacity = sizeof(bytes);
    json_close(&json, ']');
    CHECK(!json.full && json.length == (kept == 0 ? 2 : 1 + kept * 8));
  }
}

static int file_with(const char *bytes, size_t length, char *name) {
  strcpy(name, "/tmp/glassbox-lines-XXXXXX");
  int fd = mkstemp(name);
  CHECK(fd >= 0 && write(fd, bytes, length) == (ssize_t)length);
  return fd;
}

static void reads_lines_of_any_length(void) {
  char content[3 * LINE_BYTES];
  char name[64];
  memset(content, 'x', sizeof(content));
  memcpy(content, "first one\n\n", 11);
  content[sizeof(content) - 6] = '\n';
  memcpy(content + sizeof(content) - 5, "end\\0", 5);
  close(file_with(content, sizeof(content), name));
  static struct lines lines;
  CHECK(lines_open(&lines, -1, name) == 0);
  char *line = lines_next(&lines);
  CHECK(line != NULL && strcmp(line, "first one") == 0);
  CHECK(strcmp(lines_field(&line), "first") == 0 && strcmp(lines_field(&line), "one") == 0);
  CHECK(*lines_field(&line) == '\0');
  line = lines_next(&lines);
  CHECK(line != NULL && *line == '\0');
  line = lines_next(&lines);
  CHECK(line != NULL && strlen(line) == LINE_BYTES - 1);
  line = lines_next(&lines);
  CHECK(line != NULL && strcmp(line, "end\\0") == 0);
  CHECK(lines_next(&lines) == NULL && lines_next(&lines) == NULL);
  close(lines.fd);
  unlink(name);
}

static void undoes_the_kernels_escapes(void) {
  char text[] = "/a\\040b\\134c\\04";
  CHECK(lines_unescape(text) == strlen("/a b\\c\\04") && strcmp(text, "/a b\\c\\04") == 0);
}

static const struct test tests[] = {
    {"values are separated by commas, and keys from values", separates_values},
    {"any bytes become text", writes_any_bytes_as_text},
    {"a value that does not fit is not there at all", takes_back_what_does_not_fit},
    {"lines are read however long they are", reads_lines_of_any_length},
    {"escaped names are read as they are", undoes_the_kernels_escapes},
};

int main(void) {
  return RUN(tests);
}
