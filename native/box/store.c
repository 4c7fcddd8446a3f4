#include "store.h"

#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "../syscalls.h"
#include "../text.h"
#include "message.h"

static const char *root(void) {
  const char *chosen = getenv("BOX_STORE");
  return chosen == NULL || chosen[0] != '/' ? "/var/lib/box" : chosen;
}

void store_path(char path[STORE_PATH_BYTES], const char *first, const char *second,
                const char *third) {
  struct text text = text_begin(path, STORE_PATH_BYTES);
  const char *const parts[] = {first, second, third};
  text_append(&text, root());
  for (size_t i = 0; i < 3 && parts[i] != NULL; i++) {
    text_character(&text, '/');
    text_append(&text, parts[i]);
  }
  if (text.truncated) {
    give_up(EXIT_BOX, "this path is too long: %s", path);
  }
}

void store_make(const char *name) {
  char path[STORE_PATH_BYTES];
  store_path(path, name, NULL, NULL);
  long result = sys_mkdirat(AT_FDCWD, path, 0711);
  if (result == -ENOENT) {
    sys_mkdirat(AT_FDCWD, root(), 0711);
    result = sys_mkdirat(AT_FDCWD, path, 0711);
  }
  if (result < 0 && result != -EEXIST) {
    give_up(EXIT_BOX, "can't make %s: %s", path, strerrorname_np((int)-result));
  }
}

bool store_is_hexadecimal(const char *text) {
  size_t length = strspn(text, "0123456789abcdef");
  return length > 0 && length <= ID_DIGITS && text[length] == '\0';
}

long long store_now(void) {
  struct timespec now = {0};
  system_call(SYS_clock_gettime, CLOCK_REALTIME, (long)&now, 0, 0, 0, 0);
  return now.tv_sec * NANOSECONDS + now.tv_nsec;
}

char *store_time(long long nanoseconds) {
  struct tm parts;
  char text[32];
  time_t seconds = (time_t)(nanoseconds / NANOSECONDS);
  if (nanoseconds == 0) {
    return copy_text("0001-01-01T00:00:00Z");
  }
  strftime(text, sizeof(text), "%Y-%m-%dT%H:%M:%S", gmtime_r(&seconds, &parts));
  return print_text("%s.%09lldZ", text, nanoseconds % NANOSECONDS);
}

/* Empties an open directory. Recursion is as deep as the tree, which paths limit to 2,048. */
static long empty(int directory) {
  DIR *entries = fdopendir(directory);
  if (entries == NULL) {
    int error = errno;
    sys_close(directory);
    return -error;
  }
  long result = 0;
  for (const struct dirent *entry = readdir(entries); entry != NULL; entry = readdir(entries)) {
    if (strcmp(entry->d_name, ".") == 0 || strcmp(entry->d_name, "..") == 0) {
      continue;
    }
    long removed = store_remove_tree(dirfd(entries), entry->d_name);
    result = result == 0 ? removed : result;
  }
  closedir(entries);
  return result;
}

long store_remove_tree(int directory, const char *name) {
  long result = sys_unlinkat(directory, name, 0);
  if (result != -EISDIR && result != -EPERM) {
    return result == -ENOENT ? 0 : result;
  }
  result = sys_unlinkat(directory, name, AT_REMOVEDIR);
  if (result != -ENOTEMPTY) {
    return result == -ENOENT ? 0 : result;
  }
  int below = (int)sys_openat(directory, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW);
  result = below < 0 ? below : empty(below);
  return result < 0 ? result : sys_unlinkat(directory, name, AT_REMOVEDIR);
}
