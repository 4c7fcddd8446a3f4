#include "id.h"

#include <errno.h>
#include <string.h>

#include "../syscalls.h"

long new_id(char id[ID_DIGITS + 1]) {
  unsigned char bytes[ID_DIGITS / 2];
  do {
    long size = system_call(SYS_getrandom, (long)bytes, sizeof(bytes), 0, 0, 0, 0);
    if (size != sizeof(bytes)) {
      return size < 0 ? size : -EIO;
    }
    for (size_t i = 0; i < sizeof(bytes); i++) {
      id[2 * i] = "0123456789abcdef"[bytes[i] >> 4];
      id[2 * i + 1] = "0123456789abcdef"[bytes[i] & 15];
    }
    id[ID_DIGITS] = '\0';
  } while (strspn(id, "0123456789") >= SHORT_ID_DIGITS);
  return 0;
}
