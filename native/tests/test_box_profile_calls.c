/* Which calls the rules of a profile are for, and how its filter finds them. */
#include <errno.h>
#include <linux/capability.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "harness.h"
#include "profile_child.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))
#define KILLED (128 + SIGSYS)

static void a_rule_holds_for_who_it_is_meant(void) {
  static const uint64_t admin = UINT64_C(1) << CAP_SYS_ADMIN;
#if defined(__x86_64__)
#define THIS "amd64"
#define OTHER "arm64"
#else
#define THIS "arm64"
#define OTHER "amd64"
#endif
  static const struct {
    const char *members;
    uint64_t capabilities;
    bool holds;
  } rows[] = {
      {"\"includes\":{},\"excludes\":{}", 0, true},
      {"\"includes\":null", 0, true},
      {"\"includes\":{\"caps\":[\"CAP_SYS_ADMIN\"]}", 0, false},
      {"\"includes\":{\"caps\":[\"CAP_SYS_ADMIN\"]}", admin, true},
      {"\"includes\":{\"caps\":[\"CAP_SYS_ADMIN\",\"CAP_CHOWN\"]}", admin, false},
      {"\"includes\":{\"caps\":[\"CAP_OF_TOMORROW\"]}", ~UINT64_C(0), false},
      {"\"excludes\":{\"caps\":[\"CAP_SYS_ADMIN\"]}", 0, true},
      {"\"excludes\":{\"caps\":[\"CAP_CHOWN\",\"CAP_SYS_ADMIN\"]}", admin, false},
      {"\"includes\":{\"arches\":[\"" THIS "\"]}", 0, true},
      {"\"includes\":{\"arches\":[\"" OTHER "\"]}", 0, false},
      {"\"excludes\":{\"arches\":[\"" OTHER "\",\"" THIS "\"]}", 0, false},
      {"\"excludes\":{\"arches\":[\"" OTHER "\"]}", 0, true},
      {"\"includes\":{\"minKernel\":\"4.8\"}", 0, true},
      {"\"includes\":{\"minKernel\":\"6.1\"}", 0, true},
      {"\"includes\":{\"minKernel\":\"6.2\"}", 0, false},
      {"\"includes\":{\"minKernel\":\"6.10\"}", 0, false},
      {"\"includes\":{\"minKernel\":\"7.0\"}", 0, false},
      {"\"excludes\":{\"minKernel\":\"6.0\"}", 0, false},
      {"\"excludes\":{\"minKernel\":\"6.2\"}", 0, true},
  };
  for (size_t i = 0; i < COUNT(rows); i++) {
    char json[512];
    snprintf(json, sizeof(json),
             "{\"defaultAction\":\"SCMP_ACT_ALLOW\",\"syscalls\":[" ASKED
             "\"action\":\"SCMP_ACT_ERRNO\",%s}]}",
             rows[i].members);
    struct outcome outcome = run_confined_with(json, rows[i].capabilities, ask, NULL);
    if (outcome.status != (rows[i].holds ? EPERM : 0)) {
      printf("# %s: %d %s\n", rows[i].members, outcome.status, outcome.sentence);
    }
    CHECK(outcome.status == (rows[i].holds ? EPERM : 0));
    CHECK(outcome.rules == rows[i].holds);
  }
}

static int ask_unknown_call(void *context) {
  (void)context;
  errno = 0;
  return syscall(900) < 0 ? errno : 0;
}

#define ALLOWS_FEW                                                                                 \
  "\"syscalls\":[{\"names\":[\"exit_group\",\"getppid\"],\"action\":\"SCMP_ACT_ALLOW\"}]}"
#if defined(__x86_64__)
#define NATIVE_NAME "SCMP_ARCH_X86_64"
#else
#define NATIVE_NAME "SCMP_ARCH_AARCH64"
#endif

static void calls_younger_than_the_profile_are_unknown(void) {
  static const struct {
    const char *json;
    int status;
  } rows[] = {
      {"{\"defaultAction\":\"SCMP_ACT_ERRNO\"," ALLOWS_FEW, EPERM},
      {"{\"defaultAction\":\"SCMP_ACT_ERRNO\",\"defaultErrnoRet\":13," ALLOWS_FEW, EACCES},
      {"{\"defaultAction\":\"SCMP_ACT_ERRNO\",\"architectures\":[\"" NATIVE_NAME "\"]," ALLOWS_FEW,
       ENOSYS},
      {"{\"defaultAction\":\"SCMP_ACT_ERRNO\",\"archMap\":[{\"architecture\":\"" NATIVE_NAME
       "\",\"subArchitectures\":[\"SCMP_ARCH_X86\"]}]," ALLOWS_FEW,
       ENOSYS},
      {"{\"defaultAction\":\"SCMP_ACT_ERRNO\",\"architectures\":[\"SCMP_ARCH_ARM\"]," ALLOWS_FEW,
       EPERM},
  };
  for (size_t i = 0; i < COUNT(rows); i++) {
    CHECK(run_confined(rows[i].json, ask_unknown_call, NULL).status == rows[i].status);
    CHECK(run_confined(rows[i].json, ask, NULL).status == 0);
  }
}

#if defined(__x86_64__)
static int ask_in_32_bits(void *context) {
  long result = 20 /* getpid */;
  (void)context;
  __asm__ volatile("int $0x80" : "+a"(result) : : "memory");
  return 0;
}

static int ask_in_x32(void *context) {
  (void)context;
  syscall(0x40000000L | SYS_getpid);
  return 0;
}

static int ask_minus_one(void *context) {
  (void)context;
  errno = 0;
  return syscall(-1) < 0 ? errno : 0;
}
#endif

static void calls_of_other_architectures_are_killed(void) {
#if defined(__x86_64__)
  static const char json[] = "{\"defaultAction\":\"SCMP_ACT_ALLOW\",\"architectures\":["
                             "\"SCMP_ARCH_X86\",\"SCMP_ARCH_X32\"]}";
  CHECK(run_confined(json, ask_in_32_bits, NULL).status == KILLED);
  CHECK(run_confined(json, ask_in_x32, NULL).status == KILLED);
  CHECK(run_confined(json, ask_minus_one, NULL).status == ENOSYS);
#endif
}

static void a_profile_of_dockers_size_is_a_short_program(void) {
  static char json[1 << 16];
  size_t length = (size_t)snprintf(json, sizeof(json),
                                   "{\"defaultAction\":\"SCMP_ACT_ERRNO\",\"syscalls\":["
                                   "{\"names\":[\"exit_group\",\"getppid\",\"not_a_call\"");
  static const char *const names[] = {"read",   "write", "openat", "close",   "fstat",   "mmap",
                                      "munmap", "brk",   "execve", "futex",   "statx",   "getpid",
                                      "uname",  "fcntl", "fsync",  "mkdirat", "unlinkat"};
  for (size_t i = 0; i < COUNT(names); i++) {
    length += (size_t)snprintf(json + length, sizeof(json) - length, ",\"%s\"", names[i]);
  }
  snprintf(json + length, sizeof(json) - length, "],\"action\":\"SCMP_ACT_ALLOW\"}]}");
  struct outcome outcome = run_confined(json, ask, NULL);
  CHECK(outcome.status == 0);
  CHECK(outcome.filter_length > 20 && outcome.filter_length < 100);
  CHECK(strstr(outcome.notes, ": 1 (\"not_a_call\")") != NULL);
}

struct numbered_call {
  long number;
  uint64_t arguments[6];
};

static int ask_numbered(void *context) {
  const struct numbered_call *call = context;
  return errno_of(call->number, call->arguments);
}

/* Every branch of the search is longer than a jump of BPF reaches. */
static void long_programs_find_their_calls(void) {
  static char json[1 << 18];
  static const struct {
    const char *name;
    long number;
  } calls[] = {{"read", SYS_read},
               {"getppid", SYS_getppid},
               {"statx", SYS_statx},
               {"close_range", SYS_close_range}};
  size_t length =
      (size_t)snprintf(json, sizeof(json), "{\"defaultAction\":\"SCMP_ACT_ALLOW\",\"syscalls\":[");
  for (size_t i = 0; i < COUNT(calls); i++) {
    for (int value = 0; value < 180; value++) {
      length += (size_t)snprintf(
          json + length, sizeof(json) - length,
          "%s{\"names\":[\"%s\"],\"action\":\"SCMP_ACT_ERRNO\",\"errnoRet\":%d,\"args\":"
          "[{\"index\":5,\"value\":%d,\"op\":\"SCMP_CMP_EQ\"}]}",
          i + (size_t)value == 0 ? "" : ",", calls[i].name, value % 80 + 10 + (int)i, 1000 + value);
    }
  }
  snprintf(json + length, sizeof(json) - length, "]}");
  for (size_t i = 0; i < COUNT(calls); i++) {
    for (uint64_t value = 0; value < 180; value += 37) {
      struct numbered_call call = {calls[i].number, {0, 0, 0, 0, 0, 1000 + value}};
      struct outcome outcome = run_confined(json, ask_numbered, &call);
      CHECK(outcome.filter_length > 3600 && outcome.filter_length <= 4096);
      CHECK(outcome.status == (int)(value % 80 + 10 + i));
    }
  }
  CHECK(run_confined(json, ask, NULL).status == 0);
}

static const struct test tests[] = {
    {"a rule holds for the capabilities, architectures and kernels that it is meant for",
     a_rule_holds_for_who_it_is_meant},
    {"calls younger than a profile with architectures are unknown",
     calls_younger_than_the_profile_are_unknown},
    {"calls of other architectures are killed", calls_of_other_architectures_are_killed},
    {"calls next to each other share their place in the program",
     a_profile_of_dockers_size_is_a_short_program},
    {"calls are found in programs longer than a jump", long_programs_find_their_calls},
};

int main(void) {
  return RUN(tests);
}
