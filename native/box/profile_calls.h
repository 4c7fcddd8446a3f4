/* What a profile says of each system call. */
#ifndef BOX_PROFILE_CALLS_H
#define BOX_PROFILE_CALLS_H

#include "profile.h"

/* No architecture has a call of this number yet. */
#define CALLS_MAX 1024

enum comparison {
  COMPARE_NOT_EQUAL,
  COMPARE_LESS,
  COMPARE_LESS_OR_EQUAL,
  COMPARE_EQUAL,
  COMPARE_GREATER_OR_EQUAL,
  COMPARE_GREATER,
  /* (argument & value) == value_two */
  COMPARE_MASKED_EQUAL,
};

struct condition {
  unsigned argument;
  enum comparison comparison;
  uint64_t value;
  uint64_t value_two;
};

/* Answers `action` when every condition is true. */
struct rule {
  /* SECCOMP_RET_*, with its errno. */
  uint32_t action;
  unsigned condition_count;
  struct condition conditions[PROFILE_ARGUMENTS];
  struct rule *next;
};

/* The rules of one call that look at its arguments, in their order, and what else it answers. */
struct call_rules {
  const struct rule **conditional;
  size_t count;
  /* Whether a rule without conditions said so; the others count for nothing then. */
  bool decided;
  uint32_t action;
};

struct profile_calls {
  uint32_t default_action;
  /* Calls beyond the youngest that the profile knows answer ENOSYS, so that programs fall back. */
  bool young_are_unknown;
  unsigned youngest;
  struct rule *rules;
  struct call_rules calls[CALLS_MAX];
};

/* The number of a system call of this architecture; false when it has none of that name. */
bool call_number(const char *name, unsigned *number);

/* Keeps a rule for as long as the calls live. */
const struct rule *calls_keep(struct profile_calls *calls, const struct rule *rule);

/* Adds a kept rule to a call. */
void calls_add(struct profile_calls *calls, unsigned number, const struct rule *rule);

/* What call of this number answers without regard to its arguments. */
uint32_t calls_action(const struct profile_calls *calls, unsigned number);

/*
 * Makes a filter of it all. NULL when it would have more lines than the kernel takes, BPF_MAXINSNS.
 */
struct sock_filter *calls_compile(const struct profile_calls *calls, size_t *length);

void calls_free(struct profile_calls *calls);

#endif
