/*
 * The filter of a profile. The kernel runs it at every system call, so the number is found by a
 * binary search over ranges of numbers that answer the same. Each part ends with a return and jumps
 * only within itself, so that it can be moved as it is.
 */
#include <linux/audit.h>
#include <linux/seccomp.h>
#include <stdlib.h>
#include <string.h>

#include "message.h"
#include "profile_calls.h"

#if defined(__x86_64__)
#define NATIVE AUDIT_ARCH_X86_64
/* Numbers of calls of the x32 ABI have this bit; so has -1, which a tracer sets to skip a call. */
#define OTHER_ABI 0x40000000U
#elif defined(__aarch64__)
#define NATIVE AUDIT_ARCH_AARCH64
#else
#error "profiles are compiled for x86_64 and aarch64 only"
#endif

#define JUMP_MAX 255

struct program {
  struct sock_filter lines[BPF_MAXINSNS];
  size_t length;
  bool too_long;
};

static void put(struct program *program, struct sock_filter line) {
  if (program->length == BPF_MAXINSNS) {
    program->too_long = true;
    return;
  }
  program->lines[program->length++] = line;
}

static void put_statement(struct program *program, unsigned code, uint32_t value) {
  put(program, (struct sock_filter)BPF_STMT((unsigned short)code, value));
}

/* Skips so many lines if the comparison with the accumulator is true, and so many if it is not. */
static void put_jump(struct program *program, unsigned comparison, uint32_t value, size_t if_true,
                     size_t if_false) {
  put(program, (struct sock_filter)BPF_JUMP((unsigned short)(BPF_JMP | comparison | BPF_K), value,
                                            (unsigned char)if_true, (unsigned char)if_false));
}

static void put_load(struct program *program, size_t offset) {
  put_statement(program, BPF_LD | BPF_W | BPF_ABS, (uint32_t)offset);
}

/* Arguments have 64 bits and the accumulator 32; both architectures have the low half first. */
static void put_half(struct program *program, const struct condition *condition, bool high) {
  put_load(program, offsetof(struct seccomp_data, args) + 8UL * condition->argument +
                        (high ? sizeof(uint32_t) : 0));
  if (condition->comparison == COMPARE_MASKED_EQUAL) {
    put_statement(program, BPF_ALU | BPF_AND | BPF_K,
                  (uint32_t)(condition->value >> (high ? 32 : 0)));
  }
}

/*
 * How a comparison is made of its two halves: the high one decides unless it is equal. LESS is
 * GREATER_OR_EQUAL with its two ends changed, and so on.
 */
static const struct {
  bool ordered;
  bool negated;
  unsigned low;
  size_t length;
} COMPARISONS[] = {
    [COMPARE_EQUAL] = {false, false, BPF_JEQ, 4},
    [COMPARE_NOT_EQUAL] = {false, true, BPF_JEQ, 4},
    [COMPARE_MASKED_EQUAL] = {false, false, BPF_JEQ, 6},
    [COMPARE_GREATER] = {true, false, BPF_JGT, 5},
    [COMPARE_LESS_OR_EQUAL] = {true, true, BPF_JGT, 5},
    [COMPARE_GREATER_OR_EQUAL] = {true, false, BPF_JGE, 5},
    [COMPARE_LESS] = {true, true, BPF_JGE, 5},
};

/* Goes on with the line after it if the condition is true, and skips `rest` more if it is not. */
static void put_condition(struct program *program, const struct condition *condition, size_t rest) {
  bool masked = condition->comparison == COMPARE_MASKED_EQUAL;
  uint64_t value = masked ? condition->value_two : condition->value;
  uint32_t high = (uint32_t)(value >> 32);
  bool negated = COMPARISONS[condition->comparison].negated;
  size_t yes = negated ? rest : 0;
  size_t no = negated ? 0 : rest;
  /* Lines of the low half, which are skipped when the high one has decided. */
  size_t low = masked ? 3 : 2;
  put_half(program, condition, true);
  if (COMPARISONS[condition->comparison].ordered) {
    put_jump(program, BPF_JGT, high, 1 + low + yes, 0);
  }
  put_jump(program, BPF_JEQ, high, 0, low + no);
  put_half(program, condition, false);
  put_jump(program, COMPARISONS[condition->comparison].low, (uint32_t)value, yes, no);
}

static void put_rule(struct program *program, const struct rule *rule) {
  size_t rest = 1;
  for (unsigned i = 0; i < rule->condition_count; i++) {
    rest += COMPARISONS[rule->conditions[i].comparison].length;
  }
  for (unsigned i = 0; i < rule->condition_count; i++) {
    rest -= COMPARISONS[rule->conditions[i].comparison].length;
    put_condition(program, &rule->conditions[i], rest);
  }
  put_statement(program, BPF_RET | BPF_K, rule->action);
}

/* Calls that follow each other and answer the same. */
struct range {
  unsigned first;
  const struct call_rules *call;
  uint32_t action;
};

static bool is_same(const struct range *one, const struct range *other) {
  const size_t count = one->call == NULL ? 0 : one->call->count;
  const size_t other_count = other->call == NULL ? 0 : other->call->count;
  return one->action == other->action && count == other_count &&
         (count == 0 || memcmp(one->call->conditional, other->call->conditional,
                               count * sizeof(one->call->conditional[0])) == 0);
}

static size_t find_ranges(const struct profile_calls *calls, struct range *ranges) {
  size_t count = 0;
  for (unsigned number = 0; number <= CALLS_MAX; number++) {
    const struct range range = {.first = number,
                                .call = number < CALLS_MAX ? &calls->calls[number] : NULL,
                                .action = calls_action(calls, number)};
    if (count == 0 || !is_same(&range, &ranges[count - 1])) {
      ranges[count++] = range;
    }
  }
  return count;
}

static void put_range(struct program *program, const struct range *range) {
  for (size_t i = 0; range->call != NULL && i < range->call->count && !program->too_long; i++) {
    put_rule(program, range->call->conditional[i]);
  }
  put_statement(program, BPF_RET | BPF_K, range->action);
}

static void put_ranges(struct program *program, const struct range *ranges, size_t count) {
  if (count == 1 || program->too_long) {
    put_range(program, &ranges[0]);
    return;
  }
  const size_t half = count / 2;
  const size_t at = program->length;
  put_jump(program, BPF_JGE, ranges[half].first, 0, 1);
  put_statement(program, BPF_JMP | BPF_JA, 0);
  put_ranges(program, ranges, half);
  if (program->too_long) {
    return;
  }
  const size_t skipped = program->length - (at + 2);
  if (skipped <= JUMP_MAX) {
    program->length--;
    memmove(&program->lines[at + 1], &program->lines[at + 2], skipped * sizeof(program->lines[0]));
    program->lines[at].jt = (unsigned char)skipped;
    program->lines[at].jf = 0;
  } else {
    program->lines[at + 1].k = (uint32_t)skipped;
  }
  put_ranges(program, ranges + half, count - half);
}

static void put_architecture(struct program *program) {
  put_load(program, offsetof(struct seccomp_data, arch));
  put_jump(program, BPF_JEQ, NATIVE, 1, 0);
  put_statement(program, BPF_RET | BPF_K, SECCOMP_RET_KILL_PROCESS);
  put_load(program, offsetof(struct seccomp_data, nr));
#ifdef OTHER_ABI
  put_jump(program, BPF_JSET, OTHER_ABI, 0, 2);
  put_jump(program, BPF_JEQ, UINT32_MAX, 1, 0);
  put_statement(program, BPF_RET | BPF_K, SECCOMP_RET_KILL_PROCESS);
#endif
}

struct sock_filter *calls_compile(const struct profile_calls *calls, size_t *length) {
  struct program *program = allocate(sizeof(*program));
  struct range *ranges = allocate((CALLS_MAX + 1) * sizeof(*ranges));
  put_architecture(program);
  put_ranges(program, ranges, find_ranges(calls, ranges));
  struct sock_filter *filter = NULL;
  if (!program->too_long) {
    filter = allocate(program->length * sizeof(*filter));
    memcpy(filter, program->lines, program->length * sizeof(*filter));
    *length = program->length;
  }
  free(ranges);
  free(program);
  return filter;
}
