/* Profiles and JSON that are wrong: each is told in a sentence, with its line. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "harness.h"
#include "profile_child.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

static void check_refused(const char *bytes, size_t length, const char *sentence) {
  struct outcome outcome = make_profile_of(bytes, length, 0);
  bool told = strstr(outcome.sentence, sentence) != NULL;
  if (outcome.status != 99 || !told) {
    printf("# %.80s: %d %s\n", bytes, outcome.status, outcome.sentence);
  }
  CHECK(outcome.status == 99);
  CHECK(told);
}

static void what_is_no_json_is_told_with_its_line(void) {
  static const struct {
    const char *json;
    const char *sentence;
  } rows[] = {
      {"", "it is empty"},
      {" \n", "line 2: it ends where a value should be"},
      {"{", "line 1: in an object, a name in quotes is missing"},
      {"{\n\"a\"", "line 2: in an object, the colon after a name is missing"},
      {"{\"a\":1", "an object has no end: its } is missing"},
      {"{\"a\":1 \"b\":2}", "a comma or } is missing"},
      {"{\"a\":1,}", "a name in quotes is missing"},
      {"[1,]", "this is not JSON"},
      {"[1", "a list has no end"},
      {"[1 2]", "a comma or ] is missing"},
      {"{\"a\n\":1}", "a line ends, or another control character is, within a text"},
      {"\"a", "a text has no end"},
      {"\"a\\", "a text has no end"},
      {"\"\\x\"", "what follows a backslash is not known to JSON"},
      {"\"\\u12\"", "\\u has four hexadecimal digits"},
      {"\"\\u0000\"", "a character of number 0"},
      {"\"\\ud800\"", "half a surrogate pair"},
      {"\"\\ud800\\u0041\"", "half a surrogate pair"},
      {"\"\\udc00\"", "half a surrogate pair"},
      {"[01]", "a comma or ] is missing"},
      {"[-]", "a number is not written as JSON has it"},
      {"[1.]", "a number is not written as JSON has it"},
      {"[1e]", "a number is not written as JSON has it"},
      {"[+1]", "this is not JSON"},
      {"[nul]", "a word is not known to JSON"},
      {"tru", "a word is not known to JSON"},
      {"{} {}", "something follows after the end"},
      {"\xef\xbb\xbf{}", "this is not JSON"},
      {"{\n \"a\":1,\n \"a\":2}", "line 3: \"a\" is there twice in one object"},
      {"{\"b\":{\"\\u0061\":1,\"a\":2}}", "\"a\" is there twice in one object"},
  };
  for (size_t i = 0; i < COUNT(rows); i++) {
    check_refused(rows[i].json, strlen(rows[i].json), rows[i].sentence);
  }
  static const char zero[] = "{\"a\":\0 1}";
  check_refused(zero, sizeof(zero) - 1, "this is not JSON");
}

/* Cut anywhere, a profile is never read as a whole one, nor beyond its end. */
static void a_profile_that_is_cut_off_is_refused(void) {
  static const char json[] =
      "{\"defaultAction\":\"SCMP_ACT_\\u0041LLOW\",\"x\":[-1.5e+3,true,false,null,"
      "\"\\ud83d\\udc27\"],"
      "\"syscalls\":[{\"names\":[\"read\"],\"action\":\"SCMP_ACT_LOG\",\"args\":[{\"index\":0,"
      "\"value\":18446744073709551615,\"op\":\"SCMP_CMP_EQ\"}]}]}";
  CHECK(make_profile(json, 0).status == 0);
  for (size_t length = 0; length < sizeof(json) - 1; length++) {
    /* Of exactly this size, so that a sanitizer sees a byte too much. */
    char *bytes = malloc(length + 1);
    memcpy(bytes, json, length);
    bytes = realloc(bytes, length == 0 ? 1 : length);
    CHECK(make_profile_of(bytes, length, 0).status == 99);
    free(bytes);
  }
}

#define PROFILE(rule) "{\"defaultAction\":\"SCMP_ACT_ALLOW\",\n\"syscalls\":[\n" rule "]}"
#define ARGUMENT(members)                                                                          \
  PROFILE("{\"names\":[\"read\"],\"action\":\"SCMP_ACT_LOG\",\"args\":[{" members "}]}")

static void what_is_no_profile_is_told_with_its_line(void) {
  static const struct {
    const char *json;
    const char *sentence;
  } rows[] = {
      {"[]", "a profile is an object with a \"defaultAction\""},
      {"{}", "line 1: \"defaultAction\" is missing"},
      {"{\"defaultAction\":null}", "\"defaultAction\" is missing"},
      {"{\"defaultAction\":1}", "\"defaultAction\" must be a text"},
      {"{\"defaultAction\":\"ALLOW\"}", "\"ALLOW\" is no action: there are SCMP_ACT_ALLOW"},
      {"{\"defaultAction\":\"SCMP_ACT_TRACE\"}", "to a tracer, and a container here has none"},
      {"{\"defaultAction\":\"SCMP_ACT_ALLOW\",\"defaultErrnoRet\":1}",
       "\"defaultErrnoRet\" goes with the action SCMP_ACT_ERRNO only"},
      {"{\"defaultAction\":\"SCMP_ACT_ERRNO\",\"defaultErrnoRet\":4096}",
       "\"defaultErrnoRet\" must be a whole number from 0 to 4095"},
      {"{\"defaultAction\":\"SCMP_ACT_ALLOW\",\"syscalls\":{}}", "\"syscalls\" must be a list"},
      {"{\"defaultAction\":\"SCMP_ACT_ALLOW\",\"architectures\":[\"X86\"]}",
       "\"X86\" is no architecture"},
      {"{\"defaultAction\":\"SCMP_ACT_ALLOW\",\"architectures\":[3]}", "must be a list of texts"},
      {"{\"defaultAction\":\"SCMP_ACT_ALLOW\",\"architectures\":[\"SCMP_ARCH_ARM\"],"
       "\"archMap\":[{}]}",
       "\"archMap\" and \"architectures\" can't both be there"},
      {"{\"defaultAction\":\"SCMP_ACT_ALLOW\",\"archMap\":[1]}", "must be a list of objects"},
      {"{\"defaultAction\":\"SCMP_ACT_ALLOW\",\"flags\":[\"NOTHING\"]}", "\"NOTHING\" is no flag"},
      {PROFILE("1"), "line 3: \"syscalls\" must be a list of objects"},
      {PROFILE("{\"action\":\"SCMP_ACT_LOG\"}"), "line 3: \"names\" is missing"},
      {PROFILE("{\"names\":[\"a\"]}"), "line 3: \"action\" is missing"},
      {PROFILE("{\"names\":\"a\",\"action\":\"SCMP_ACT_LOG\"}"), "\"names\" must be a list"},
      {PROFILE("{\"names\":[1],\"action\":\"SCMP_ACT_LOG\"}"), "\"names\" must be a list of texts"},
      {PROFILE("{\"name\":\"a\",\"names\":[\"b\"],\"action\":\"SCMP_ACT_LOG\"}"),
       "\"name\" and \"names\" can't both be there"},
      {PROFILE("{\"names\":[\"a\"],\"action\":\"SCMP_ACT_NOTIFY\"}"), "to a supervisor"},
      {PROFILE("{\"names\":[\"a\"],\"action\":\"SCMP_ACT_LOG\",\"errnoRet\":1}"),
       "\"errnoRet\" goes with the action SCMP_ACT_ERRNO only"},
      {PROFILE("{\"names\":[\"a\"],\"action\":\"SCMP_ACT_ERRNO\",\"errnoRet\":-1}"),
       "\"errnoRet\" must be a whole number"},
      {PROFILE("{\"names\":[\"a\"],\"action\":\"SCMP_ACT_ERRNO\",\"errnoRet\":\"1\"}"),
       "\"errnoRet\" must be a number"},
      {PROFILE("{\"names\":[\"a\"],\"action\":\"SCMP_ACT_LOG\",\"args\":[1]}"),
       "\"args\" must be a list of objects"},
      {PROFILE("{\"names\":[\"a\"],\"action\":\"SCMP_ACT_LOG\",\"includes\":[]}"),
       "\"includes\" must be an object"},
      {PROFILE(
           "{\"names\":[\"a\"],\"action\":\"SCMP_ACT_LOG\",\"excludes\":{\"minKernel\":\"4\"}}"),
       "\"minKernel\": \"4\" is no version of a kernel"},
      {PROFILE("{\"names\":[\"a\"],\"action\":\"SCMP_ACT_LOG\",\"includes\":{\"caps\":[[]]}}"),
       "\"caps\" must be a list of texts"},
      /* A mistake is one even in a rule that does not hold here. */
      {PROFILE("{\"names\":[\"a\"],\"action\":\"SCMP_ACT_LOG\",\"args\":[{}],"
               "\"includes\":{\"minKernel\":\"99.0\"}}"),
       "\"index\" is missing"},
      {ARGUMENT("\"value\":1,\"op\":\"SCMP_CMP_EQ\""), "\"index\" is missing"},
      {ARGUMENT("\"index\":6,\"op\":\"SCMP_CMP_EQ\""),
       "\"index\" must be a whole number from 0 to 5"},
      {ARGUMENT("\"index\":0"), "\"op\" is missing"},
      {ARGUMENT("\"index\":0,\"op\":\"==\""), "\"==\" is no comparison: there are SCMP_CMP_NE"},
      {ARGUMENT("\"index\":0,\"value\":18446744073709551616,\"op\":\"SCMP_CMP_EQ\""),
       "\"value\" must be a whole number from 0 to 18446744073709551615"},
      {ARGUMENT("\"index\":0,\"value\":1.5,\"op\":\"SCMP_CMP_EQ\""), "must be a whole number"},
      {ARGUMENT("\"index\":0,\"valueTwo\":-1,\"op\":\"SCMP_CMP_EQ\""), "must be a whole number"},
      /* Bytes that a terminal would obey are shown as what they are. */
      {"{\"defaultAction\":\"\\u001b[2J\"}", "\"\\x1b[2J\" is no action"},
  };
  for (size_t i = 0; i < COUNT(rows); i++) {
    check_refused(rows[i].json, strlen(rows[i].json), rows[i].sentence);
  }
}

static void too_much_of_anything_is_told(void) {
  static char bytes[1 << 20];
  memset(bytes, '[', sizeof(bytes));
  check_refused(bytes, sizeof(bytes), "more than 32 deep");
  for (size_t i = 0; i + 5 <= sizeof(bytes); i += 5) {
    memcpy(bytes + i, "{\"a\":", 5);
  }
  check_refused(bytes, sizeof(bytes) / 5 * 5, "more than 32 deep");
  size_t length = (size_t)sprintf(bytes, "{\"a\":0");
  for (int i = 0; i < 200; i++) {
    length += (size_t)sprintf(bytes + length, ",\"a%d\":0", i);
  }
  length += (size_t)sprintf(bytes + length, "}");
  check_refused(bytes, length, "more than 128 members");
  length = (size_t)sprintf(bytes, "{\"defaultAction\":\"SCMP_ACT_ALLOW\",\"syscalls\":[");
  for (int i = 0; i < 10000; i++) {
    length += (size_t)sprintf(bytes + length,
                              "%s{\"name\":\"read\",\"action\":\"SCMP_ACT_LOG\",\"args\":"
                              "[{\"index\":0,\"value\":%d,\"op\":\"SCMP_CMP_GT\"}]}\n",
                              i == 0 ? "" : ",", i);
  }
  length += (size_t)sprintf(bytes + length, "]}");
  check_refused(bytes, length, "more than 4096 instructions");
  length = (size_t)sprintf(bytes, "{\"defaultAction\":\"SCMP_ACT_ALLOW\",\"syscalls\":[");
  for (int i = 0; i < 10000; i++) {
    length += (size_t)sprintf(bytes + length,
                              "%s{\"names\":[\"read\",\"call_%d\"],\"action\":\"SCMP_ACT_LOG\"}\n",
                              i == 0 ? "" : ",", i);
  }
  length += (size_t)sprintf(bytes + length, "]}");
  struct outcome outcome = make_profile_of(bytes, length, 0);
  CHECK(outcome.status == 0 && outcome.rules == 10000 && outcome.filter_length < 20);
  CHECK(strstr(outcome.notes, ": 10000 (\"call_0\", \"call_1\",") != NULL);
}

static const struct test tests[] = {
    {"what is no JSON is told with its line", what_is_no_json_is_told_with_its_line},
    {"a profile that is cut off is refused", a_profile_that_is_cut_off_is_refused},
    {"what is no profile is told with its line", what_is_no_profile_is_told_with_its_line},
    {"too much of anything is told", too_much_of_anything_is_told},
};

int main(void) {
  return RUN(tests);
}
