/*
 * Which bytes of a terminal's output can still matter when they are forgotten: the escape sequences
 * that change a mode. Text, moves of the cursor and looks that a later one undoes do not, and they
 * are nearly all that a flood is made of. What the sequences mean is
 * server/warden/terminal-modes.ts's to know.
 */
#include <stdbool.h>
#include <string.h>
#ifdef __SSE2__
#include <emmintrin.h>
#endif

#include "glassbox.h"

enum { SO = 0x0e, SI = 0x0f, CAN = 0x18, ESC = 0x1b };

static bool is_special(uint8_t byte) {
  return byte == ESC || byte == SO || byte == SI;
}

static bool is_parameter(uint8_t byte) {
  return (byte >= '0' && byte <= '9') || byte == ';';
}

/* Where the next ESC, SO or SI is, or `length`. */
static size_t find_special(const uint8_t *bytes, size_t at, size_t length) {
  while (at < length && !is_special(bytes[at]))
    at++;
  return at;
}

/*
 * Where the final byte of a control sequence of numbers alone is, or 0 if there is another at `at`,
 * or one that does not end here.
 */
static size_t find_final(const uint8_t *bytes, size_t at, size_t length) {
  if (at + 2 >= length || bytes[at + 1] != '[')
    return 0;
  size_t end = at + 2;
  while (end < length && is_parameter(bytes[end]))
    end++;
  return end < length && bytes[end] >= '@' && bytes[end] <= '~' ? end : 0;
}

/* It sets or resets a mode, saves or restores the cursor, or sets the lines that scroll. */
static bool changes_a_mode(uint8_t final) {
  return final == 'h' || final == 'l' || final == 'r' || final == 's' || final == 'u';
}

/* SGR without a number, or with 0 alone: text looks plain from here on. */
static bool is_plain(const uint8_t *bytes, size_t at, size_t final) {
  return final == at + 2 || (final == at + 3 && bytes[at + 2] == '0');
}

#ifdef __SSE2__
enum { WINDOW = 64 };

struct window {
  __m128i parts[4];
};

/* A bit for each byte of the window that equals this one. */
static uint64_t where(const struct window *window, uint8_t byte) {
  uint64_t bits = 0;
  for (int part = 3; part >= 0; part--) {
    __m128i equal = _mm_cmpeq_epi8(window->parts[part], _mm_set1_epi8((char)byte));
    bits = bits << 16 | (unsigned)_mm_movemask_epi8(equal);
  }
  return bits;
}

/* A bit for each digit and each semicolon, which follow each other but for the colon between. */
static uint64_t where_parameters(const struct window *window) {
  uint64_t bits = 0;
  for (int part = 3; part >= 0; part--) {
    __m128i above = _mm_cmpgt_epi8(window->parts[part], _mm_set1_epi8('0' - 1));
    __m128i below = _mm_cmplt_epi8(window->parts[part], _mm_set1_epi8(';' + 1));
    bits = bits << 16 | (unsigned)_mm_movemask_epi8(_mm_and_si128(above, below));
  }
  return bits & ~where(window, ':');
}

/*
 * Goes on over text and looks, 64 bytes at once, and says where it has stopped: outside of any
 * sequence. `looks` becomes where the last plain look began.
 *
 * A number added to a run of ones that it is the lowest bit of carries to the bit behind the run:
 * so all sequences of a window are followed from their first parameter to their end by one
 * addition.
 */
static size_t skip_looks(const uint8_t *bytes, size_t at, size_t length, size_t *looks) {
  while (at + WINDOW <= length) {
    struct window window;
    memcpy(&window, bytes + at, WINDOW);
    uint64_t escapes = where(&window, ESC);
    uint64_t shifts = where(&window, SO) | where(&window, SI);
    size_t passed = WINDOW;
    if (escapes != 0) {
      uint64_t open = where(&window, '['), parameters = where_parameters(&window);
      uint64_t first = (escapes << 2) & (open << 1);
      uint64_t ends = (parameters + first) & ~parameters;
      uint64_t last = 1ULL << (63 - __builtin_clzll(escapes));
      /* The last one ends in the next window, which begins with it. */
      if (ends < last) {
        passed = (size_t)__builtin_ctzll(last);
        escapes &= last - 1;
        shifts &= last - 1;
        first = (escapes << 2) & (open << 1);
        ends = (parameters + first) & ~parameters;
      }
      if (((escapes << 1) & ~open) != 0 || (ends & ~where(&window, 'm')) != 0)
        return at;
      uint64_t plain = ends & (first | (first & where(&window, '0')) << 1);
      if (plain != 0) {
        size_t end = 63 - (size_t)__builtin_clzll(plain);
        *looks = at + end - ((first >> end & 1) != 0 ? 2 : 3);
      }
    }
    if (shifts != 0 || passed == 0)
      return at;
    at += passed;
  }
  return at;
}
#else
/* Other processors go byte by byte. */
static size_t skip_looks(const uint8_t *bytes, size_t at, size_t length, size_t *looks) {
  (void)bytes, (void)length, (void)looks;
  return at;
}
#endif

/* Copies the looks among simple sequences. Returns how many bytes they are. */
static size_t copy_looks(const uint8_t *bytes, size_t from, size_t to, uint8_t *gist) {
  size_t used = 0, end;
  for (size_t at = find_special(bytes, from, to); at < to; at = find_special(bytes, end, to)) {
    end = find_final(bytes, at, to) + 1;
    if (bytes[end - 1] != 'm')
      continue;
    memcpy(gist + used, bytes + at, end - at);
    used += end - at;
  }
  return used;
}

uint32_t glassbox_output_gist(const uint8_t *bytes, uint32_t length, uint8_t *gist) {
  size_t used = 0, end = 0;
  /* From here on there is nothing but text, looks and what passes; copied only when that ends, for
   * a plain look undoes all before it. */
  size_t looks = 0;
  for (;;) {
    size_t at = find_special(bytes, skip_looks(bytes, end, length, &looks), length);
    if (at == length)
      break;
    size_t final = bytes[at] == ESC ? find_final(bytes, at, length) : 0;
    if (final != 0 && !changes_a_mode(bytes[final])) {
      end = final + 1;
      if (bytes[final] == 'm' && is_plain(bytes, at, final))
        looks = at;
      continue;
    }
    used += copy_looks(bytes, looks, at, gist + used);
    end = (final != 0 ? final : at) + 1;
    bool is_other = bytes[at] == ESC && final == 0;
    if (is_other) {
      const uint8_t *next = memchr(bytes + end, ESC, length - end);
      end = next == NULL ? length : (size_t)(next - bytes);
    }
    memcpy(gist + used, bytes + at, end - at);
    used += end - at;
    if (is_other && end < length)
      gist[used++] = CAN;
    looks = end;
  }
  return (uint32_t)(used + copy_looks(bytes, looks, length, gist + used));
}
