#include "profile_calls.h"

#include <errno.h>
#include <linux/seccomp.h>
#include <stdlib.h>
#include <string.h>

#include "message.h"
#include "system_calls.h"

#define LENGTH(array) (sizeof(array) / sizeof((array)[0]))

bool call_number(const char *name, unsigned *number) {
  size_t low = 0;
  size_t high = LENGTH(SYSTEM_CALLS);
  while (low < high) {
    size_t middle = (low + high) / 2;
    int order = strcmp(name, SYSTEM_CALLS[middle].name);
    if (order == 0) {
      *number = SYSTEM_CALLS[middle].number;
      return *number < CALLS_MAX;
    }
    if (order < 0) {
      high = middle;
    } else {
      low = middle + 1;
    }
  }
  return false;
}

static void append(struct call_rules *call, const struct rule *rule) {
  /* Room doubles: at 0, 1, 2, 4, … it is used up. */
  if ((call->count & (call->count - 1)) == 0) {
    size_t room = call->count == 0 ? 1 : call->count * 2;
    call->conditional = realloc(call->conditional, room * sizeof(call->conditional[0]));
    if (call->conditional == NULL) {
      give_up(EXIT_BOX, "the machine has no memory left");
    }
  }
  call->conditional[call->count++] = rule;
}

const struct rule *calls_keep(struct profile_calls *calls, const struct rule *rule) {
  struct rule *kept = allocate(sizeof(*kept));
  *kept = *rule;
  kept->next = calls->rules;
  calls->rules = kept;
  return kept;
}

/*
 * As runc and libseccomp: a rule that says what holds anyway says nothing; the first rule without
 * conditions wins over all others of the call; rules with conditions are tried in their order.
 */
void calls_add(struct profile_calls *calls, unsigned number, const struct rule *rule) {
  struct call_rules *call = &calls->calls[number];
  calls->youngest = number > calls->youngest ? number : calls->youngest;
  if (call->decided || rule->action == calls->default_action) {
    return;
  }
  if (rule->condition_count > 0) {
    append(call, rule);
    return;
  }
  call->decided = true;
  call->action = rule->action;
  call->count = 0;
}

uint32_t calls_action(const struct profile_calls *calls, unsigned number) {
  if (calls->young_are_unknown && number > calls->youngest) {
    return SECCOMP_RET_ERRNO | ENOSYS;
  }
  return number < CALLS_MAX && calls->calls[number].decided ? calls->calls[number].action
                                                            : calls->default_action;
}

void calls_free(struct profile_calls *calls) {
  for (unsigned number = 0; number < CALLS_MAX; number++) {
    free(calls->calls[number].conditional);
  }
  for (struct rule *rule = calls->rules; rule != NULL;) {
    struct rule *next = rule->next;
    free(rule);
    rule = next;
  }
  free(calls);
}
