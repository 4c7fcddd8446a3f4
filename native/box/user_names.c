#include "user_names.h"

#include <linux/openat2.h>
#include <stdio.h>
#include <string.h>

#include "../syscalls.h"
#include "launch.h"
#include "message.h"
#include "options.h"

#define FILE_BYTES 65536

/* A file of the container, whose links must not lead out of it. */
static char *read_file(const char *root, const char *path) {
  const struct open_how how = {.flags = O_RDONLY | O_CLOEXEC,
                               .resolve = RESOLVE_IN_ROOT | RESOLVE_NO_MAGICLINKS};
  OWNED_FD directory = (int)sys_openat(AT_FDCWD, root, O_PATH | O_DIRECTORY);
  OWNED_FD file =
      (int)system_call(SYS_openat2, directory, (long)path, (long)&how, sizeof(how), 0, 0);
  char *text = allocate(FILE_BYTES);
  if (file >= 0 && sys_read(file, text, FILE_BYTES - 1) < 0) {
    text[0] = '\0';
  }
  return text;
}

/* Cuts a line "a:b:c" into fields; the missing ones are "". */
static void cut(char *line, const char *fields[8]) {
  for (int i = 0; i < 8; i++) {
    const char *field = strsep(&line, ":");
    fields[i] = field == NULL ? "" : field;
  }
}

static bool is_id(const char *text, uint32_t *id) {
  long long number;
  if (!read_integer(text, &number) || number < 0 || number >= UINT32_MAX) {
    return false;
  }
  *id = (uint32_t)number;
  return true;
}

static bool find_user(char *passwd, const char *word, uint32_t *user, uint32_t *group,
                      const char **name, const char **home) {
  bool is_number = is_id(word, user);
  for (char *line = strsep(&passwd, "\n"); line != NULL; line = strsep(&passwd, "\n")) {
    const char *fields[8];
    uint32_t id;
    cut(line, fields);
    if (is_id(fields[2], &id) && (is_number ? id == *user : strcmp(fields[0], word) == 0)) {
      *user = id;
      is_id(fields[3], group);
      *name = fields[0];
      *home = fields[5][0] == '\0' ? "/" : fields[5];
      return true;
    }
  }
  if (is_number && *user != 0) {
    *home = "/";
  }
  return is_number;
}

static bool has_member(char *members, const char *name) {
  for (const char *member = strsep(&members, ","); member != NULL; member = strsep(&members, ",")) {
    if (strcmp(member, name) == 0) {
      return true;
    }
  }
  return false;
}

/* The group of a name, and every group that has the user as a member. */
static bool find_groups(char *file, const char *word, const char *name, uint32_t *group,
                        uint32_t *groups, uint32_t *count) {
  bool found = *word == '\0' || is_id(word, group);
  for (char *line = strsep(&file, "\n"); line != NULL; line = strsep(&file, "\n")) {
    const char *fields[8];
    uint32_t id;
    cut(line, fields);
    if (!is_id(fields[2], &id)) {
      continue;
    }
    if (!found && strcmp(fields[0], word) == 0) {
      *group = id;
      found = true;
    }
    if (*name != '\0' && *count < GROUPS_MAX && has_member(copy_text(fields[3]), name)) {
      groups[(*count)++] = id;
    }
  }
  return found;
}

static int not_found(struct glassbox_failure *failure, const char *kind, const char *word) {
  snprintf(failure->step, sizeof(failure->step), "user");
  snprintf(failure->object, sizeof(failure->object),
           "unable to find %s %.64s: no matching entries in %s file", kind, word,
           strcmp(kind, "user") == 0 ? "passwd" : "group");
  failure->error[0] = '\0';
  return -1;
}

int user_find(const char *root, const char *words, uint32_t *user, uint32_t *group,
              uint32_t *groups, uint32_t *group_count, const char **home,
              struct glassbox_failure *failure) {
  char *user_word = copy_text(*words == '\0' ? "0" : words);
  char *group_word = strchr(user_word, ':');
  const char *name = "";
  if (group_word != NULL) {
    *group_word++ = '\0';
  }
  *user = 0;
  *group = 0;
  *group_count = 0;
  if (!find_user(read_file(root, "etc/passwd"), user_word, user, group, &name, home)) {
    return not_found(failure, "user", user_word);
  }
  /* A group that was asked for stands alone. */
  if (group_word != NULL) {
    name = "";
  }
  if (!find_groups(read_file(root, "etc/group"), group_word == NULL ? "" : group_word, name, group,
                   groups, group_count)) {
    return not_found(failure, "group", group_word);
  }
  return 0;
}
