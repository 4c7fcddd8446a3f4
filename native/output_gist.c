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
#ifdef __SSE2__
  const __m128i esc = _mm_set1_epi8(ESC), so = _mm_set1_epi8(SO), si = _mm_set1_epi8(SI);
  for (; at + 16 <= length; at += 16) {
    __m128i block = _mm_loadu_si128((const __m128i *)(bytes + at));
    __m128i shifts = _mm_or_si128(_mm_cmpeq_epi8(block, so), _mm_cmpeq_epi8(block, si));
    int found = _mm_movemask_epi8(_mm_or_si128(_mm_cmpeq_epi8(block, esc), shifts));
    if (found != 0)
      return at + (size_t)__builtin_ctz((unsigned)found);
  }
#endif
  while (at < length && !is_special(bytes[at]))
    at++;
  return at;
}

/* Where the digits and semicolons from `at` on end. */
static size_t skip_parameters(const uint8_t *bytes, size_t at, size_t length) {
#ifdef __SSE2__
  /* '0' to '9', ':' and ';' follow each other; a colon is taken out again. */
  const __m128i before = _mm_set1_epi8('0' - 1), after = _mm_set1_epi8(';' + 1);
  const __m128i colon = _mm_set1_epi8(':');
  for (; at + 16 <= length; at += 16) {
    __m128i block = _mm_loadu_si128((const __m128i *)(bytes + at));
    __m128i range = _mm_and_si128(_mm_cmpgt_epi8(block, before), _mm_cmplt_epi8(block, after));
    range = _mm_andnot_si128(_mm_cmpeq_epi8(block, colon), range);
    unsigned others = ~(unsigned)_mm_movemask_epi8(range) & 0xffffU;
    if (others != 0)
      return at + (size_t)__builtin_ctz(others);
  }
#endif
  while (at < length && is_parameter(bytes[at]))
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
  size_t end = skip_parameters(bytes, at + 2, length);
  return end < length && bytes[end] >= '@' && bytes[end] <= '~' ? end : 0;
}

/* It sets or resets a mode, saves or restores the cursor, or sets the lines that scroll. */
static bool changes_a_mode(uint8_t final) {
  return strchr("hlrsu", final) != NULL;
}

/* SGR without a number, or with 0 alone: text looks plain from here on. */
static bool is_plain(const uint8_t *bytes, size_t at, size_t final) {
  return final == at + 2 || (final == at + 3 && bytes[at + 2] == '0');
}

uint32_t glassbox_output_gist(const uint8_t *bytes, uint32_t length, uint8_t *gist) {
  size_t used = 0;
  /* From here to its end, the gist has only looks, which a plain one undoes. */
  size_t looks = 0;
  size_t end;
  for (size_t at = find_special(bytes, 0, length); at < length;
       at = find_special(bytes, end, length)) {
    size_t final = bytes[at] == ESC ? find_final(bytes, at, length) : 0;
    bool is_look = final != 0 && bytes[final] == 'm';
    end = (final != 0 ? final : at) + 1;
    if (final != 0 && !is_look && !changes_a_mode(bytes[final]))
      continue;
    if (bytes[at] == ESC && final == 0) {
      const uint8_t *next = memchr(bytes + end, ESC, length - end);
      end = next == NULL ? length : (size_t)(next - bytes);
    }
    if (is_look && is_plain(bytes, at, final))
      used = looks;
    memcpy(gist + used, bytes + at, end - at);
    used += end - at;
    if (is_look)
      continue;
    if (bytes[at] == ESC && final == 0 && end < length)
      gist[used++] = CAN;
    looks = used;
  }
  return (uint32_t)used;
}
