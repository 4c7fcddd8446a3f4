#include <string.h>

#include "../box/id.h"
#include "harness.h"

/* By chance one of 281 would be all decimal there. */
#define IDS 20000

static void no_hostname_is_a_number(void) {
  static char before[ID_DIGITS + 1];
  int other = 0;
  for (int i = 0; i < IDS; i++) {
    char id[ID_DIGITS + 1];
    CHECK(new_id(id) == 0);
    CHECK(strlen(id) == ID_DIGITS && strspn(id, "0123456789abcdef") == ID_DIGITS);
    CHECK(strspn(id, "0123456789") < SHORT_ID_DIGITS);
    other += strcmp(before, id) != 0;
    strcpy(before, id);
  }
  CHECK(other == IDS);
}

static const struct test tests[] = {
    {"an id can be a hostname: it is not a number", no_hostname_is_a_number},
};

int main(void) {
  return RUN(tests);
}
