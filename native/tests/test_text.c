#include <errno.h>
#include <string.h>

#include "../failure.h"
#include "../text.h"
#include "../trace.h"
#include "harness.h"

static void writes_numbers(void) {
  char bytes[128];
  struct text text = TEXT(bytes);
  text_number(&text, -42);
  text_append(&text, " ");
  text_number(&text, INT64_MIN);
  text_append(&text, " ");
  text_octal(&text, 0755);
  text_append(&text, " ");
  text_octal(&text, 0);
  text_append(&text, " ");
  text_hexadecimal(&text, 0xdeadbeef);
  CHECK(strcmp(bytes, "-42 -9223372036854775808 0755 0 0xdeadbeef") == 0);
}

static void quotes_hostile_bytes(void) {
  static const char bytes[] = "a\"b\\c\n\x01\xff";
  char quoted[64];
  struct text text = TEXT(quoted);
  text_quoted(&text, bytes, strlen(bytes));
  CHECK(strcmp(quoted, "\"a\\\"b\\\\c\\n\\x01\\xff\"") == 0);
}

static void cuts_off_and_remembers(void) {
  char bytes[8];
  CHECK(text_join(bytes, sizeof(bytes), "1234", "567", ""));
  CHECK(!text_join(bytes, sizeof(bytes), "1234", "567", "8"));
  CHECK(strcmp(bytes, "1234567") == 0);
}

static void records_what_was_called(void) {
  static struct glassbox_trace trace;
  struct tracer tracer = {.trace = &trace, .side = GLASSBOX_CHILD, .step = "test"};
  CHECK(TRACED(&tracer, mkdirat, DIRECTORY(AT_FDCWD), STRING("/proc/none"), OCTAL(0755)) < 0);
  CHECK(trace.count == 1);
  CHECK(strcmp(trace.calls[0].text, "mkdirat(AT_FDCWD, \"/proc/none\", 0755)") == 0);
  CHECK(strcmp(trace.calls[0].error, "ENOENT") == 0);
  CHECK(strcmp(trace.calls[0].step, "test") == 0);
  CHECK(trace.calls[0].side == GLASSBOX_CHILD);
  CHECK(trace.calls[0].duration_ns > 0);
}

static void forgets_calls_beyond_its_room(void) {
  static struct glassbox_trace trace;
  struct tracer tracer = {.trace = &trace, .step = "test"};
  for (int i = 0; i < GLASSBOX_CALLS_MAX + 10; i++) {
    TRACED(&tracer, getpid, NUMBER(0));
  }
  CHECK(trace.count == GLASSBOX_CALLS_MAX);
}

static void translates_misleading_errors(void) {
  struct glassbox_failure failure;
  CHECK(fail(&failure, "clone", "PID 1", -ENOSPC) == -1);
  CHECK(strcmp(failure.error, "ENOSPC") == 0);
  CHECK(strstr(failure.hint, "user.max_") != NULL);
  fail(&failure, "overlay", "root", -ENOSPC);
  CHECK(strstr(failure.hint, "fs.mount-max") != NULL);
}

int main(void) {
  static const struct test tests[] = {
      {"text has numbers in three bases", writes_numbers},
      {"text quotes bytes that are not ASCII", quotes_hostile_bytes},
      {"text that does not fit is cut off and remembered", cuts_off_and_remembers},
      {"the trace says what was really called", records_what_was_called},
      {"a full trace forgets further calls", forgets_calls_beyond_its_room},
      {"a failure says what a misleading errno means", translates_misleading_errors},
  };
  return RUN(tests);
}
