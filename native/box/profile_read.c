#include "profile_read.h"

#include <errno.h>
#include <linux/seccomp.h>
#include <string.h>

#include "json_read.h"
#include "message.h"

#define LENGTH(array) (sizeof(array) / sizeof((array)[0]))
/* The kernel knows no larger errno. */
#define ERRNO_MAX 4095

static const struct {
  const char *name;
  uint32_t action;
  /* Why it can't be had, or NULL. */
  const char *refusal;
} ACTIONS[] = {
    {"SCMP_ACT_ALLOW", SECCOMP_RET_ALLOW, NULL},
    {"SCMP_ACT_ERRNO", SECCOMP_RET_ERRNO, NULL},
    {"SCMP_ACT_KILL", SECCOMP_RET_KILL_THREAD, NULL},
    {"SCMP_ACT_KILL_THREAD", SECCOMP_RET_KILL_THREAD, NULL},
    {"SCMP_ACT_KILL_PROCESS", SECCOMP_RET_KILL_PROCESS, NULL},
    {"SCMP_ACT_TRAP", SECCOMP_RET_TRAP, NULL},
    {"SCMP_ACT_LOG", SECCOMP_RET_LOG, NULL},
    {"SCMP_ACT_TRACE", 0, " leaves the call to a tracer, and a container here has none"},
    {"SCMP_ACT_NOTIFY", 0, " leaves the call to a supervisor, and a container here has none"},
};

static const struct {
  const char *name;
  enum comparison comparison;
} OPERATORS[] = {
    {"SCMP_CMP_NE", COMPARE_NOT_EQUAL},           {"SCMP_CMP_LT", COMPARE_LESS},
    {"SCMP_CMP_LE", COMPARE_LESS_OR_EQUAL},       {"SCMP_CMP_EQ", COMPARE_EQUAL},
    {"SCMP_CMP_GE", COMPARE_GREATER_OR_EQUAL},    {"SCMP_CMP_GT", COMPARE_GREATER},
    {"SCMP_CMP_MASKED_EQ", COMPARE_MASKED_EQUAL},
};

static bool find_action(struct profile_reader *reader, const struct json *name, uint32_t *action) {
  for (size_t i = 0; i < LENGTH(ACTIONS); i++) {
    if (strcmp(ACTIONS[i].name, name->text) == 0) {
      *action = ACTIONS[i].action;
      return ACTIONS[i].refusal == NULL ||
             profile_wrong(reader, name, "", name->text, ACTIONS[i].refusal);
    }
  }
  return profile_wrong(reader, name, "", name->text,
                       " is no action: there are SCMP_ACT_ALLOW, _ERRNO, _KILL_PROCESS, "
                       "_KILL_THREAD, _KILL, _TRAP and _LOG");
}

/* The action of the profile or of a rule, with the errno that goes with it. */
static bool read_action(struct profile_reader *reader, const struct json *object, const char *name,
                        const char *errno_name, uint32_t *action) {
  const struct json *word;
  uint64_t number = EPERM;
  if (!profile_member(reader, object, name, JSON_TEXT, &word)) {
    return false;
  }
  if (word == NULL) {
    return profile_wrong(reader, object, "", name, " is missing");
  }
  if (!find_action(reader, word, action) ||
      !profile_number(reader, object, errno_name, ERRNO_MAX, &number)) {
    return false;
  }
  if (*action == SECCOMP_RET_ERRNO) {
    *action |= (uint32_t)number;
    return true;
  }
  const struct json *unused = json_member(object, errno_name);
  return unused == NULL ||
         profile_wrong(reader, unused, "", errno_name, " goes with the action SCMP_ACT_ERRNO only");
}

static bool find_operator(struct profile_reader *reader, const struct json *argument,
                          enum comparison *comparison) {
  const struct json *word;
  if (!profile_member(reader, argument, "op", JSON_TEXT, &word)) {
    return false;
  }
  if (word == NULL) {
    return profile_wrong(reader, argument, "", "op", " is missing: how to compare the argument");
  }
  for (size_t i = 0; i < LENGTH(OPERATORS); i++) {
    if (strcmp(OPERATORS[i].name, word->text) == 0) {
      *comparison = OPERATORS[i].comparison;
      return true;
    }
  }
  return profile_wrong(reader, word, "", word->text,
                       " is no comparison: there are SCMP_CMP_NE, _LT, _LE, _EQ, _GE, _GT and "
                       "_MASKED_EQ");
}

static bool read_condition(struct profile_reader *reader, const struct json *argument,
                           struct condition *condition) {
  uint64_t index = 0;
  *condition = (struct condition){0};
  if (argument->kind != JSON_OBJECT) {
    return profile_wrong(reader, argument, "", "args", " must be a list of objects");
  }
  if (json_member(argument, "index") == NULL) {
    return profile_wrong(reader, argument, "", "index", " is missing: which argument to compare");
  }
  if (!profile_number(reader, argument, "index", PROFILE_ARGUMENTS - 1, &index) ||
      !profile_number(reader, argument, "value", UINT64_MAX, &condition->value) ||
      !profile_number(reader, argument, "valueTwo", UINT64_MAX, &condition->value_two) ||
      !find_operator(reader, argument, &condition->comparison)) {
    return false;
  }
  condition->argument = (unsigned)index;
  if (condition->comparison == COMPARE_MASKED_EQUAL) {
    /* As libseccomp: what the mask takes away is not compared. */
    condition->value_two &= condition->value;
  }
  return true;
}

/* A name that is no call here is passed over, as Docker does: profiles are for many machines. */
static void add_to_call(struct profile_reader *reader, const char *name, const struct rule *rule) {
  unsigned number;
  if (call_number(name, &number)) {
    calls_add(reader->calls, number, rule);
    return;
  }
  reader->unknown_count++;
  if (!reader->unknown.truncated) {
    text_append(&reader->unknown, reader->unknown.length == 0 ? "" : ", ");
    text_quoted(&reader->unknown, name, strnlen(name, 32));
  }
}

struct syscall_entry {
  const struct json *name;
  const struct json *names;
};

static void add_to_calls(struct profile_reader *reader, const struct syscall_entry *entry,
                         const struct rule *rule) {
  const struct rule *kept = calls_keep(reader->calls, rule);
  if (entry->name != NULL) {
    add_to_call(reader, entry->name->text, kept);
  }
  for (const struct json *name = entry->names == NULL ? NULL : entry->names->first; name != NULL;
       name = name->next) {
    add_to_call(reader, name->text, kept);
  }
}

/*
 * All conditions of an entry have to be true. Only when two are about the same argument is each a
 * rule of its own: so it was in old versions of runc, and profiles are written for it.
 */
static bool add_rules(struct profile_reader *reader, const struct syscall_entry *entry,
                      uint32_t action, const struct json *arguments) {
  struct rule together = {.action = action};
  bool seen[PROFILE_ARGUMENTS] = {false};
  bool each_alone = false;
  for (const struct json *argument = arguments; argument != NULL; argument = argument->next) {
    struct condition condition;
    if (!read_condition(reader, argument, &condition)) {
      return false;
    }
    each_alone = each_alone || seen[condition.argument];
    seen[condition.argument] = true;
    if (!each_alone) {
      together.conditions[together.condition_count++] = condition;
    }
  }
  if (!each_alone) {
    add_to_calls(reader, entry, &together);
    return true;
  }
  for (const struct json *argument = arguments; argument != NULL; argument = argument->next) {
    struct rule alone = {.action = action, .condition_count = 1};
    read_condition(reader, argument, &alone.conditions[0]);
    add_to_calls(reader, entry, &alone);
  }
  return true;
}

static bool read_entry(struct profile_reader *reader, const struct json *object) {
  struct syscall_entry entry;
  const struct json *arguments;
  uint32_t action;
  bool holds;
  if (object->kind != JSON_OBJECT) {
    return profile_wrong(reader, object, "", "syscalls", " must be a list of objects");
  }
  if (!profile_member(reader, object, "name", JSON_TEXT, &entry.name) ||
      !profile_texts(reader, object, "names", &entry.names)) {
    return false;
  }
  if (entry.name != NULL && entry.name->text[0] == '\0') {
    entry.name = NULL;
  }
  if (entry.name == NULL && entry.names == NULL) {
    return profile_wrong(reader, object, "", "names", " is missing: the system calls it is about");
  }
  if (entry.name != NULL && entry.names != NULL && entry.names->first != NULL) {
    return profile_wrong(reader, entry.name, "", "name", " and \"names\" can't both be there");
  }
  if (!read_action(reader, object, "action", "errnoRet", &action) ||
      !profile_member(reader, object, "args", JSON_LIST, &arguments) ||
      !profile_rule_holds(reader, object, &holds)) {
    return false;
  }
  /* One that does not hold here is read all the same: a mistake in it is one. */
  struct syscall_entry nothing = {0};
  reader->profile->rules += holds;
  reader->passed_over += !holds;
  return add_rules(reader, holds ? &entry : &nothing, action,
                   arguments == NULL ? NULL : arguments->first);
}

static void add_notes(struct profile_reader *reader) {
  struct words *notes = &reader->profile->notes;
  if (reader->passed_over > 0) {
    words_add(notes, print_text("Rules that do not hold here, for their capabilities, architecture "
                                "or kernel: %u.",
                                reader->passed_over));
  }
  if (reader->unknown_count > 0) {
    words_add(notes,
              print_text("Names that are no system calls here, and are passed over: %u (%s%s).",
                         reader->unknown_count, reader->unknown.bytes,
                         reader->unknown.truncated ? "..." : ""));
  }
}

bool profile_read(struct profile_reader *reader, const struct json *root) {
  struct profile_calls *calls = reader->calls;
  const struct json *entries;
  if (root->kind != JSON_OBJECT) {
    return profile_wrong(reader, root, "a profile is an object with a ", "defaultAction", "");
  }
  if (!read_action(reader, root, "defaultAction", "defaultErrnoRet", &calls->default_action) ||
      !profile_read_architectures(reader, root) || !profile_read_flags(reader, root) ||
      !profile_member(reader, root, "syscalls", JSON_LIST, &entries)) {
    return false;
  }
  for (const struct json *entry = entries == NULL ? NULL : entries->first; entry != NULL;
       entry = entry->next) {
    if (!read_entry(reader, entry)) {
      return false;
    }
  }
  /* As runc, for which a young call is one above all those that the profile has a rule for. */
  calls->young_are_unknown = calls->young_are_unknown && calls->youngest > 0 &&
                             calls->default_action != SECCOMP_RET_ALLOW &&
                             calls->default_action != SECCOMP_RET_LOG;
  add_notes(reader);
  return true;
}
