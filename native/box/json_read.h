/* Reading JSON that may be anything: every mistake is a sentence with its line. */
#ifndef BOX_JSON_READ_H
#define BOX_JSON_READ_H

#include "../text.h"
#include "json.h"

/* How deep lists and objects may lie in each other, and how many members an object may have. */
#define JSON_DEPTH_MAX 32
#define JSON_MEMBERS_MAX 128

/*
 * Reads bytes that are one value. A number stays as it is written, in `text`, so that none loses
 * digits; `true` and `false` are in `number`. NULL: `mistake` says what is wrong, and `line` where.
 */
struct json *json_read(const char *bytes, size_t length, struct text *mistake, unsigned *line);

/* The member of an object that is there and not null, or NULL. */
const struct json *json_member(const struct json *object, const char *name);

/* Gives back what json_read took. */
void json_free(struct json *value);

#endif
