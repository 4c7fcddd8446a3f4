/*
 * JSON written into a fixed buffer. What does not fit is never half there: a value is begun with a
 * mark, and taken back to it when the buffer is full. Strings may hold any bytes.
 */
#ifndef JSON_H
#define JSON_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct json {
  char *bytes;
  size_t capacity;
  size_t length;
  /* Something did not fit since the last json_take_back. */
  bool full;
};

/* Opens and closes an object or array; a key or a comma is put before it where one belongs. */
void json_open(struct json *json, char bracket);
void json_close(struct json *json, char bracket);

/* Names the next value of an object. Keys are ours: ASCII that needs no escape. */
void json_key(struct json *json, const char *key);

/* Bytes as text: what is no UTF-8 becomes U+FFFD. */
void json_bytes(struct json *json, const char *bytes, size_t length);
void json_string(struct json *json, const char *string);
void json_integer(struct json *json, int64_t number);
/* A 64-bit number as a string, since JavaScript's numbers end at 53 bits. */
void json_identifier(struct json *json, uint64_t number);
void json_boolean(struct json *json, bool value);
void json_null(struct json *json);

/* A key and its value in one. */
void json_key_string(struct json *json, const char *key, const char *string);
void json_key_integer(struct json *json, const char *key, int64_t number);
void json_key_identifier(struct json *json, const char *key, uint64_t number);
void json_key_boolean(struct json *json, const char *key, bool value);

/* Forgets all that was written after the mark, which is a former `length`, if it did not fit. */
bool json_take_back(struct json *json, size_t mark);

#endif
