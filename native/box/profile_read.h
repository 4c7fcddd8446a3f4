/* What a profile's file says, as rules for the calls of this machine. */
#ifndef BOX_PROFILE_READ_H
#define BOX_PROFILE_READ_H

#include "../text.h"
#include "json.h"
#include "profile_calls.h"

struct profile_reader {
  struct profile *profile;
  const struct profile_host *host;
  struct profile_calls *calls;
  /* What is wrong and where; empty as long as nothing is. */
  struct text *mistake;
  unsigned line;
  /* Names that are no calls of this architecture, and how many of them there were. */
  struct text unknown;
  unsigned unknown_count;
  unsigned passed_over;
};

/* Takes a profile's JSON into the calls, and counts rules and notes in the profile. */
bool profile_read(struct profile_reader *reader, const struct json *root);

/* Notes that `value` is wrong: what comes before the word, the word in quotes, what follows. */
bool profile_wrong(struct profile_reader *reader, const struct json *value, const char *before,
                   const char *word, const char *after);

/*
 * The member of an object, if it is there and not null. False when it is of another kind, or the
 * object is none.
 */
bool profile_member(struct profile_reader *reader, const struct json *object, const char *name,
                    enum json_kind kind, const struct json **member);

/* The same, of a list of texts. */
bool profile_texts(struct profile_reader *reader, const struct json *object, const char *name,
                   const struct json **list);

/* A whole number of 64 bits; as it was when it is not there. */
bool profile_number(struct profile_reader *reader, const struct json *object, const char *name,
                    uint64_t largest, uint64_t *number);

/* Whether `includes` and `excludes` of a rule let it hold here. */
bool profile_rule_holds(struct profile_reader *reader, const struct json *rule, bool *holds);

/* Notes the architectures and the flags of a profile. */
bool profile_read_architectures(struct profile_reader *reader, const struct json *root);
bool profile_read_flags(struct profile_reader *reader, const struct json *root);

#endif
