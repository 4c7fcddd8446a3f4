/* Names of containers: a link each, <store>/names/<name>, so that two can't take the same. */
#include <errno.h>
#include <string.h>
#include <unistd.h>

#include "../syscalls.h"
#include "container.h"
#include "message.h"
#include "store.h"

static const char *const ADJECTIVES[] = {
    "able",   "amber",  "brave",  "bright",  "calm",  "clever", "cosy",  "curious", "eager",
    "early",  "fair",   "fond",   "gentle",  "glad",  "golden", "happy", "honest",  "humble",
    "jolly",  "keen",   "kind",   "lively",  "lucky", "merry",  "mild",  "modest",  "neat",
    "nimble", "noble",  "open",   "patient", "plain", "proud",  "quick", "quiet",   "ready",
    "sharp",  "silver", "simple", "smooth",  "snowy", "solid",  "spry",  "steady",  "sunny",
    "swift",  "tender", "tidy",   "trusty",  "vivid", "warm",   "wise",  "witty",   "young",
};

/* People to whom computing owes something. */
static const char *const NAMES[] = {
    "allen",    "babbage",   "backus",  "bartik",   "bell",      "boole",    "church",   "clarke",
    "codd",     "conway",    "cray",    "dijkstra", "engelbart", "feinler",  "floyd",    "godel",
    "goldberg", "hamilton",  "hamming", "hoare",    "hopper",    "iverson",  "johnson",  "kay",
    "keller",   "kernighan", "knuth",   "lamport",  "liskov",    "lovelace", "mccarthy", "mcilroy",
    "meitner",  "milner",    "minsky",  "naur",     "neumann",   "noether",  "perlis",   "perlman",
    "postel",   "ritchie",   "sammet",  "shannon",  "stallman",  "tarjan",   "thompson", "torvalds",
    "turing",   "wilkes",    "wing",    "wirth",    "yao",       "zuse",
};

char *name_random(void) {
  unsigned short numbers[2] = {0};
  system_call(SYS_getrandom, (long)numbers, sizeof(numbers), 0, 0, 0, 0);
  return print_text("%s_%s", ADJECTIVES[numbers[0] % (sizeof(ADJECTIVES) / sizeof(ADJECTIVES[0]))],
                    NAMES[numbers[1] % (sizeof(NAMES) / sizeof(NAMES[0]))]);
}

/* Whose name it is: the last part of the link. */
static bool read_owner(const char *path, char owner[ID_DIGITS + 1]) {
  char target[STORE_PATH_BYTES];
  ssize_t length = readlink(path, target, sizeof(target) - 1);
  if (length < ID_DIGITS) {
    return false;
  }
  target[length] = '\0';
  memcpy(owner, target + length - ID_DIGITS, ID_DIGITS + 1);
  return true;
}

bool name_take(const char *name, const char *id, char owner[ID_DIGITS + 1]) {
  char path[STORE_PATH_BYTES];
  char target[ID_DIGITS + 32] = "../containers/";
  struct stat status;
  strcat(target, id);
  store_path(path, "names", name, NULL);
  for (int attempt = 0; attempt < 8; attempt++) {
    long result = system_call(SYS_symlinkat, (long)target, AT_FDCWD, (long)path, 0, 0, 0);
    if (result == -ENOENT) {
      store_make("names");
    } else if (result == -EEXIST && sys_fstatat(AT_FDCWD, path, &status, 0) == -ENOENT) {
      /* Of a container that is gone. */
      sys_unlinkat(AT_FDCWD, path, 0);
    } else if (result == -EEXIST) {
      return strcmp(read_owner(path, owner) ? owner : "", id) == 0;
    } else {
      return result == 0;
    }
  }
  owner[0] = '\0';
  return false;
}

void name_release(const char *name, const char *id) {
  char path[STORE_PATH_BYTES];
  char owner[ID_DIGITS + 1];
  store_path(path, "names", name, NULL);
  if (read_owner(path, owner) && strcmp(owner, id) == 0) {
    sys_unlinkat(AT_FDCWD, path, 0);
  }
}
