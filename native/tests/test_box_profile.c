/* What the kernel answers under the filters that are made of seccomp profiles. */
#include <errno.h>
#include <inttypes.h>
#include <linux/capability.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "harness.h"
#include "profile_child.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))
#define KILLED (128 + SIGSYS)
/* The call that all is tried with: it looks at no arguments, but a filter sees them. */
#define ASKED "{\"names\":[\"getppid\"],"

static int errno_of(long number, const uint64_t *arguments) {
  errno = 0;
  return syscall(number, arguments[0], arguments[1], arguments[2], arguments[3], arguments[4],
                 arguments[5]) < 0
             ? errno
             : 0;
}

static int ask(void *context) {
  static const uint64_t none[6] = {0};
  return errno_of(SYS_getppid, context == NULL ? none : context);
}

static int ask_in_thread(void *context) {
  pthread_t thread;
  (void)context;
  pthread_create(&thread, NULL, (void *(*)(void *))(void *)ask, NULL);
  pthread_join(thread, NULL);
  return 7;
}

static volatile sig_atomic_t trapped;

static void trap(int number, siginfo_t *information, void *context) {
  (void)number;
  (void)context;
  trapped = information->si_code == 1 /* SYS_SECCOMP */ ? information->si_syscall : -1;
}

static int ask_with_handler(void *context) {
  struct sigaction action = {.sa_sigaction = trap, .sa_flags = SA_SIGINFO};
  (void)context;
  sigaction(SIGSYS, &action, NULL);
  syscall(SYS_getppid);
  return trapped == SYS_getppid ? 5 : 6;
}

static void each_action_answers_as_it_is_called(void) {
  static const struct {
    const char *rule;
    int (*body)(void *context);
    int status;
  } rows[] = {
      {"\"action\":\"SCMP_ACT_ALLOW\"", ask, 0},
      {"\"action\":\"SCMP_ACT_LOG\"", ask, 0},
      {"\"action\":\"SCMP_ACT_ERRNO\"", ask, EPERM},
      {"\"action\":\"SCMP_ACT_ERRNO\",\"errnoRet\":38", ask, ENOSYS},
      {"\"action\":\"SCMP_ACT_ERRNO\",\"errnoRet\":0", ask, 0},
      {"\"action\":\"SCMP_ACT_KILL_PROCESS\"", ask, KILLED},
      {"\"action\":\"SCMP_ACT_KILL_PROCESS\"", ask_in_thread, KILLED},
      {"\"action\":\"SCMP_ACT_KILL\"", ask_in_thread, 7},
      {"\"action\":\"SCMP_ACT_KILL_THREAD\"", ask_in_thread, 7},
      {"\"action\":\"SCMP_ACT_KILL_THREAD\"", ask, KILLED},
      {"\"action\":\"SCMP_ACT_TRAP\"", ask_with_handler, 5},
      {"\"action\":\"SCMP_ACT_TRAP\"", ask, KILLED},
  };
  for (size_t i = 0; i < COUNT(rows); i++) {
    char json[512];
    snprintf(json, sizeof(json),
             "{\"defaultAction\":\"SCMP_ACT_ALLOW\",\"syscalls\":[" ASKED "%s}]}", rows[i].rule);
    struct outcome outcome = run_confined(json, rows[i].body, NULL);
    if (outcome.status != rows[i].status) {
      printf("# %s: %d %s\n", rows[i].rule, outcome.status, outcome.sentence);
    }
    CHECK(outcome.status == rows[i].status);
  }
}

static const uint64_t VALUES[] = {
    0,
    1,
    0x7fffffff,
    0x80000000,
    0xffffffff,
    0x100000000,
    0x100000001,
    0x1ffffffff,
    0x200000000,
    0x7fffffffffffffff,
    0x8000000000000000,
    0xfffffffeffffffff,
    0xffffffff00000000,
    0xffffffffffffffff,
};

static bool compares(const char *operator, uint64_t argument, uint64_t value, uint64_t second) {
  return strcmp(operator, "NE") == 0   ? argument != value
         : strcmp(operator, "LT") == 0 ? argument < value
         : strcmp(operator, "LE") == 0 ? argument <= value
         : strcmp(operator, "EQ") == 0 ? argument == value
         : strcmp(operator, "GE") == 0 ? argument >= value
         : strcmp(operator, "GT") == 0 ? argument > value
                                       : (argument & value) == (second & value);
}

struct comparison_case {
  const char *operator;
  unsigned index;
  uint64_t value;
  uint64_t second;
};

/* Answers how many arguments the kernel decided wrongly. */
static int try_all_arguments(void *context) {
  const struct comparison_case *tried = context;
  int wrong = 0;
  for (size_t i = 0; i < COUNT(VALUES); i++) {
    uint64_t arguments[6] = {5, 5, 5, 5, 5, 5};
    arguments[tried->index] = VALUES[i];
    bool refused = errno_of(SYS_getppid, arguments) == 77;
    wrong += refused != compares(tried->operator, VALUES[i], tried->value, tried->second);
  }
  return wrong;
}

static void check_comparison(const struct comparison_case *tried) {
  char json[512];
  snprintf(json, sizeof(json),
           "{\"defaultAction\":\"SCMP_ACT_ALLOW\",\"syscalls\":[" ASKED
           "\"action\":\"SCMP_ACT_ERRNO\",\"errnoRet\":77,\"args\":[{\"index\":%u,"
           "\"value\":%" PRIu64 ",\"valueTwo\":%" PRIu64 ",\"op\":\"SCMP_CMP_%s\"}]}]}",
           tried->index, tried->value, tried->second, tried->operator);
  struct outcome outcome = run_confined(json, try_all_arguments, (void *)tried); // NOLINT
  if (outcome.status != 0) {
    printf("# %s: %d %s\n", json, outcome.status, outcome.sentence);
  }
  CHECK(outcome.status == 0);
}

static void comparisons_are_of_64_bits(void) {
  static const char *const operators[] = {"NE", "LT", "LE", "EQ", "GE", "GT"};
  for (size_t i = 0; i < COUNT(operators); i++) {
    for (size_t j = 0; j < COUNT(VALUES); j++) {
      check_comparison(&(struct comparison_case){operators[i], (unsigned)(j % 6), VALUES[j], 0});
    }
  }
}

static void a_mask_takes_bits_of_both_halves(void) {
  for (size_t i = 0; i < COUNT(VALUES); i++) {
    for (size_t j = 0; j < COUNT(VALUES); j += 3) {
      check_comparison(
          &(struct comparison_case){"MASKED_EQ", (unsigned)(i % 6), VALUES[i], VALUES[j]});
    }
  }
}

#define RULE(errno, arguments)                                                                     \
  ASKED "\"action\":\"SCMP_ACT_ERRNO\",\"errnoRet\":" #errno ",\"args\":[" arguments "]}"
#define IS(index, number) "{\"index\":" #index ",\"value\":" #number ",\"op\":\"SCMP_CMP_EQ\"}"

static void rules_of_one_call_are_tried_as_runc_does(void) {
  static const struct {
    const char *rules;
    uint64_t arguments[6];
    int status;
  } rows[] = {
      /* One of them is enough, and the first that is true answers. */
      {RULE(71, IS(0, 1)) "," RULE(72, IS(1, 2)), {1, 0}, 71},
      {RULE(71, IS(0, 1)) "," RULE(72, IS(1, 2)), {0, 2}, 72},
      {RULE(71, IS(0, 1)) "," RULE(72, IS(1, 2)), {1, 2}, 71},
      {RULE(71, IS(0, 1)) "," RULE(72, IS(1, 2)), {0, 0}, 0},
      /* All conditions of one rule have to be true, */
      {RULE(71, IS(0, 1) "," IS(1, 2)), {1, 0}, 0},
      {RULE(71, IS(0, 1) "," IS(1, 2)), {1, 2}, 71},
      {RULE(71, IS(0, 1) "," IS(1, 2) "," IS(2, 3) "," IS(3, 4) "," IS(4, 5) "," IS(5, 6)),
       {1, 2, 3, 4, 5, 6},
       71},
      {RULE(71, IS(0, 1) "," IS(1, 2) "," IS(2, 3) "," IS(3, 4) "," IS(4, 5) "," IS(5, 6)),
       {1, 2, 3, 4, 5, 7},
       0},
      /* but one is enough when two are about the same argument. */
      {RULE(71, IS(0, 1) "," IS(0, 2)), {2, 0}, 71},
      {RULE(71, IS(0, 1) "," IS(0, 2) "," IS(1, 9)), {3, 9}, 71},
      /* A rule without conditions wins, the first of them, wherever it stands. */
      {RULE(71, IS(0, 1)) "," RULE(72, ""), {1, 0}, 72},
      {RULE(72, "") "," RULE(71, IS(0, 1)), {1, 0}, 72},
      {RULE(72, "") "," RULE(73, ""), {0}, 72},
      /* What says no more than the default says nothing. */
      {ASKED "\"action\":\"SCMP_ACT_ALLOW\"}," RULE(71, IS(0, 1)), {1, 0}, 71},
      /* The old spelling of one name. */
      {"{\"name\":\"getppid\",\"action\":\"SCMP_ACT_ERRNO\"}", {0}, EPERM},
  };
  for (size_t i = 0; i < COUNT(rows); i++) {
    char json[2048];
    snprintf(json, sizeof(json), "{\"defaultAction\":\"SCMP_ACT_ALLOW\",\"syscalls\":[%s]}",
             rows[i].rules);
    struct outcome outcome = run_confined(json, ask, (void *)rows[i].arguments); // NOLINT
    if (outcome.status != rows[i].status) {
      printf("# row %zu: %d %s\n", i, outcome.status, outcome.sentence);
    }
    CHECK(outcome.status == rows[i].status);
  }
}

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
    {"each action answers as it is called", each_action_answers_as_it_is_called},
    {"comparisons of arguments are of 64 bits", comparisons_are_of_64_bits},
    {"a mask takes bits of both halves", a_mask_takes_bits_of_both_halves},
    {"rules of one call are tried as runc does", rules_of_one_call_are_tried_as_runc_does},
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
