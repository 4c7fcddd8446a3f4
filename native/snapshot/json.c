#include "json.h"

#include <string.h>

static void put(struct json *json, const char *bytes, size_t length) {
  /* What was written before may have had more room. */
  if (json->full || json->length > json->capacity || length > json->capacity - json->length) {
    json->full = true;
    return;
  }
  memcpy(json->bytes + json->length, bytes, length);
  json->length += length;
}

/* A value follows another one unless it is the first of its object or array, or has a key. */
static void separate(struct json *json) {
  char last = json->length == 0 ? '[' : json->bytes[json->length - 1];
  if (last != '[' && last != '{' && last != ':') {
    put(json, ",", 1);
  }
}

void json_open(struct json *json, char bracket) {
  separate(json);
  put(json, &bracket, 1);
}

void json_close(struct json *json, char bracket) {
  put(json, &bracket, 1);
}

void json_key(struct json *json, const char *key) {
  separate(json);
  put(json, "\"", 1);
  put(json, key, strlen(key));
  put(json, "\":", 2);
}

/* Length of the UTF-8 character that begins here, or 0 if none does. See RFC 3629, section 4. */
static size_t character_length(const unsigned char *bytes, size_t length) {
  unsigned char first = bytes[0];
  size_t count = first < 0x80 ? 1 : first < 0xc2 ? 0 : first < 0xe0 ? 2 : first < 0xf0 ? 3 : 4;
  if (count == 0 || count > length || first > 0xf4) {
    return 0;
  }
  for (size_t i = 1; i < count; i++) {
    if ((bytes[i] & 0xc0) != 0x80) {
      return 0;
    }
  }
  bool is_overlong = (first == 0xe0 && bytes[1] < 0xa0) || (first == 0xf0 && bytes[1] < 0x90);
  bool is_surrogate = first == 0xed && bytes[1] >= 0xa0;
  bool is_beyond = first == 0xf4 && bytes[1] >= 0x90;
  return is_overlong || is_surrogate || is_beyond ? 0 : count;
}

static void put_escaped(struct json *json, unsigned char byte) {
  char escaped[] = "\\u0000";
  escaped[4] = "0123456789abcdef"[byte >> 4];
  escaped[5] = "0123456789abcdef"[byte & 15];
  put(json, escaped, sizeof(escaped) - 1);
}

void json_bytes(struct json *json, const char *bytes, size_t length) {
  const unsigned char *at = (const unsigned char *)bytes;
  separate(json);
  put(json, "\"", 1);
  while (length > 0) {
    size_t count = character_length(at, length);
    if (count == 0) {
      put(json, "\xef\xbf\xbd", 3);
      count = 1;
    } else if (at[0] < ' ' || at[0] == 0x7f) {
      put_escaped(json, at[0]);
    } else {
      if (at[0] == '"' || at[0] == '\\') {
        put(json, "\\", 1);
      }
      put(json, (const char *)at, count);
    }
    at += count;
    length -= count;
  }
  put(json, "\"", 1);
}

void json_string(struct json *json, const char *string) {
  json_bytes(json, string, strlen(string));
}

static void put_number(struct json *json, uint64_t number, bool negative) {
  char digits[24];
  size_t at = sizeof(digits);
  do {
    digits[--at] = (char)('0' + number % 10);
    number /= 10;
  } while (number > 0);
  if (negative) {
    digits[--at] = '-';
  }
  put(json, digits + at, sizeof(digits) - at);
}

void json_integer(struct json *json, int64_t number) {
  separate(json);
  put_number(json, number < 0 ? -(uint64_t)number : (uint64_t)number, number < 0);
}

void json_identifier(struct json *json, uint64_t number) {
  separate(json);
  put(json, "\"", 1);
  put_number(json, number, false);
  put(json, "\"", 1);
}

void json_boolean(struct json *json, bool value) {
  separate(json);
  put(json, value ? "true" : "false", value ? 4 : 5);
}

void json_null(struct json *json) {
  separate(json);
  put(json, "null", 4);
}

void json_key_string(struct json *json, const char *key, const char *string) {
  json_key(json, key);
  json_string(json, string);
}

void json_key_integer(struct json *json, const char *key, int64_t number) {
  json_key(json, key);
  json_integer(json, number);
}

void json_key_identifier(struct json *json, const char *key, uint64_t number) {
  json_key(json, key);
  json_identifier(json, number);
}

void json_key_boolean(struct json *json, const char *key, bool value) {
  json_key(json, key);
  json_boolean(json, value);
}

bool json_take_back(struct json *json, size_t mark) {
  if (!json->full) {
    return false;
  }
  json->full = false;
  json->length = mark;
  return true;
}
