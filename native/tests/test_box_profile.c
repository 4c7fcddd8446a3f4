/* What the kernel answers under the filters that are made of seccomp profiles. */
#include <errno.h>
#include <inttypes.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "harness.h"
#include "profile_child.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))
#define KILLED (128 + SIGSYS)

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

static const struct test tests[] = {
    {"each action answers as it is called", each_action_answers_as_it_is_called},
    {"comparisons of arguments are of 64 bits", comparisons_are_of_64_bits},
    {"a mask takes bits of both halves", a_mask_takes_bits_of_both_halves},
    {"rules of one call are tried as runc does", rules_of_one_call_are_tried_as_runc_does},
};

int main(void) {
  return RUN(tests);
}
