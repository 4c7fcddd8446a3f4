#include <dirent.h>
#include <errno.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include "../cgroup_tree.h"
#include "../syscalls.h"
#include "../text.h"
#include "container.h"
#include "message.h"
#include "records.h"
#include "store.h"

enum field_kind { FIELD_TEXT, FIELD_WORDS, FIELD_NUMBER, FIELD_FLAG };

/* A line of the file, and where its value is. */
static const struct field {
  const char *key;
  enum field_kind kind;
  size_t offset;
} FIELDS[] = {
#define FIELD(key, kind, member)                                                                   \
  { key, kind, offsetof(struct container, member) }
    FIELD("id", FIELD_TEXT, id),
    FIELD("name", FIELD_TEXT, name),
    FIELD("image", FIELD_TEXT, image),
    FIELD("image_name", FIELD_TEXT, image_name),
    FIELD("status", FIELD_TEXT, status),
    FIELD("exit_code", FIELD_NUMBER, exit_code),
    FIELD("oom_killed", FIELD_FLAG, oom_killed),
    FIELD("error", FIELD_TEXT, error),
    FIELD("pid", FIELD_NUMBER, pid),
    FIELD("pid_start", FIELD_NUMBER, pid_start),
    FIELD("monitor", FIELD_NUMBER, monitor),
    FIELD("monitor_start", FIELD_NUMBER, monitor_start),
    FIELD("created_ns", FIELD_NUMBER, created_ns),
    FIELD("started_ns", FIELD_NUMBER, started_ns),
    FIELD("finished_ns", FIELD_NUMBER, finished_ns),
    FIELD("layer", FIELD_WORDS, layers),
    FIELD("argument", FIELD_WORDS, arguments),
    FIELD("entrypoint", FIELD_WORDS, entrypoint),
    FIELD("command", FIELD_WORDS, command),
    FIELD("env", FIELD_WORDS, environment),
    FIELD("workdir", FIELD_TEXT, directory),
    FIELD("user", FIELD_TEXT, user),
    FIELD("hostname", FIELD_TEXT, hostname),
    FIELD("stopsignal", FIELD_TEXT, stop_signal),
    FIELD("expose", FIELD_WORDS, exposed),
    FIELD("terminal", FIELD_FLAG, terminal),
    FIELD("interactive", FIELD_FLAG, interactive),
    FIELD("detached", FIELD_FLAG, detached),
    FIELD("remove", FIELD_FLAG, remove),
    FIELD("read_only", FIELD_FLAG, read_only),
    FIELD("privileged", FIELD_FLAG, privileged),
    FIELD("init", FIELD_FLAG, init),
    FIELD("no_new_privileges", FIELD_FLAG, no_new_privileges),
    FIELD("seccomp", FIELD_TEXT, seccomp),
    FIELD("userns", FIELD_TEXT, userns),
    FIELD("network", FIELD_TEXT, network),
    FIELD("without", FIELD_TEXT, without),
    FIELD("port", FIELD_WORDS, ports),
    FIELD("volume", FIELD_WORDS, volumes),
    FIELD("tmpfs", FIELD_WORDS, tmpfs),
    FIELD("capability_added", FIELD_WORDS, capabilities_added),
    FIELD("capability_dropped", FIELD_WORDS, capabilities_dropped),
    FIELD("nano_cpus", FIELD_NUMBER, nano_cpus),
    FIELD("memory", FIELD_NUMBER, memory),
    FIELD("pids", FIELD_NUMBER, pids),
    FIELD("cpu_shares", FIELD_NUMBER, cpu_shares),
    FIELD("cpuset_cpus", FIELD_TEXT, cpuset_cpus),
    FIELD("oom_score_adj", FIELD_NUMBER, oom_score_adj),
    FIELD("device_limit", FIELD_WORDS, device_limits),
};
#define FIELD_COUNT (sizeof(FIELDS) / sizeof(FIELDS[0]))

struct container container_new(void) {
  struct container container = {0};
  for (size_t i = 0; i < FIELD_COUNT; i++) {
    if (FIELDS[i].kind == FIELD_TEXT) {
      *(const char **)(void *)((char *)&container + FIELDS[i].offset) = "";
    }
  }
  return container;
}

long container_save(const struct container *container, int directory) {
  struct recording recording = {0};
  for (size_t i = 0; i < FIELD_COUNT; i++) {
    const void *member = (const char *)container + FIELDS[i].offset;
    const char *text = FIELDS[i].kind == FIELD_TEXT ? *(const char *const *)member : "";
    const struct words *words = member;
    switch (FIELDS[i].kind) {
    case FIELD_TEXT:
      if (*text != '\0') {
        record(&recording, FIELDS[i].key, text);
      }
      break;
    case FIELD_WORDS:
      for (size_t j = 0; j < words->count; j++) {
        record(&recording, FIELDS[i].key, words->items[j]);
      }
      break;
    case FIELD_NUMBER:
      if (*(const long long *)member != 0) {
        record_number(&recording, FIELDS[i].key, *(const long long *)member);
      }
      break;
    case FIELD_FLAG:
      if (*(const bool *)member) {
        record_number(&recording, FIELDS[i].key, 1);
      }
      break;
    }
  }
  long result = recording_save(&recording, directory, "state");
  free(recording.bytes);
  return result;
}

bool container_load(struct container *container, int directory) {
  struct records records;
  const char *key;
  const char *value;
  *container = container_new();
  if (!records_open(&records, directory, "state")) {
    return false;
  }
  while (records_next(&records, &key, &value)) {
    for (size_t i = 0; i < FIELD_COUNT; i++) {
      void *member = (char *)container + FIELDS[i].offset;
      if (strcmp(key, FIELDS[i].key) != 0) {
        continue;
      }
      switch (FIELDS[i].kind) {
      case FIELD_TEXT:
        *(const char **)member = value;
        break;
      case FIELD_WORDS:
        words_add(member, value);
        break;
      case FIELD_NUMBER:
        *(long long *)member = strtoll(value, NULL, 10);
        break;
      case FIELD_FLAG:
        *(bool *)member = *value == '1';
        break;
      }
    }
  }
  return strlen(container->id) == ID_DIGITS;
}

int container_open(const char *id) {
  char path[STORE_PATH_BYTES];
  store_path(path, "containers", id, NULL);
  return (int)sys_openat(AT_FDCWD, path, O_RDONLY | O_DIRECTORY);
}

static int newest_first(const void *first, const void *second) {
  const struct container *a = first;
  const struct container *b = second;
  return (a->created_ns < b->created_ns) - (a->created_ns > b->created_ns);
}

void container_each(void (*found)(void *context, struct container *container), void *context) {
  char path[STORE_PATH_BYTES];
  struct container *containers = NULL;
  size_t count = 0;
  store_path(path, "containers", NULL, NULL);
  DIR *directory = opendir(path);
  for (const struct dirent *entry = directory == NULL ? NULL : readdir(directory); entry != NULL;
       entry = readdir(directory)) {
    struct container container;
    OWNED_FD own = entry->d_name[0] == '.' ? -1 : container_open(entry->d_name);
    if (own < 0 || !container_load(&container, own)) {
      continue;
    }
    containers = realloc(containers, (count + 1) * sizeof(*containers));
    if (containers == NULL) {
      give_up(EXIT_BOX, "the machine has no memory left");
    }
    containers[count++] = container;
  }
  if (directory != NULL) {
    closedir(directory);
  }
  if (count > 0) {
    qsort(containers, count, sizeof(*containers), newest_first);
  }
  for (size_t i = 0; i < count; i++) {
    found(context, &containers[i]);
  }
  free(containers);
}

struct search {
  const char *word;
  struct container *result;
  int matches;
  bool exact;
};

static void consider(void *context, struct container *container) {
  struct search *search = context;
  if (search->exact) {
    return;
  }
  const char *word = search->word + (search->word[0] == '/');
  if (strcmp(container->name, word) == 0 || strcmp(container->id, word) == 0) {
    *search->result = *container;
    search->matches = 1;
    search->exact = true;
  } else if (*word != '\0' && strncmp(container->id, word, strlen(word)) == 0) {
    *search->result = *container;
    search->matches++;
  }
}

bool container_try_find(const char *word, struct container *container, bool *ambiguous) {
  struct search search = {.word = word, .result = container};
  container_each(consider, &search);
  *ambiguous = search.matches > 1;
  return search.matches == 1;
}

void container_find(const char *word, struct container *container) {
  bool ambiguous;
  if (container_try_find(word, container, &ambiguous)) {
    return;
  }
  if (ambiguous) {
    give_up(1, "Error response: multiple IDs found with provided prefix: %s", word);
  }
  give_up(1, "Error response: No such container: %s", word);
}

long long process_start(long long pid) {
  char path[48];
  char line[1024];
  uint64_t start = 0;
  struct text text = TEXT(path);
  text_append(&text, "/proc/");
  text_number(&text, pid);
  text_append(&text, "/stat");
  if (read_text(AT_FDCWD, path, line, sizeof(line)) < 0) {
    return 0;
  }
  /* The second field is a name in parentheses, and may have anything in it. */
  const char *at = strrchr(line, ')');
  for (int i = 2; i < 22 && at != NULL; i++) {
    at = strchr(at + 1, ' ');
  }
  if (at != NULL) {
    text_read_number(at + 1, &start);
  }
  return (long long)start;
}

/* Opened first, compared afterwards: then it is the same process even if pids are used again. */
int container_process(const struct container *container) {
  if (container->pid <= 0 || strcmp(container->status, "running") != 0) {
    return -1;
  }
  int pidfd = (int)sys_pidfd_open((int)container->pid);
  if (pidfd < 0) {
    return -1;
  }
  struct pollfd ended = {.fd = pidfd, .events = POLLIN};
  if (process_start(container->pid) != container->pid_start ||
      sys_poll_until(&ended, 1, 0, 0) > 0) {
    sys_close(pidfd);
    return -1;
  }
  return pidfd;
}

bool container_is_running(const struct container *container) {
  OWNED_FD pidfd = container_process(container);
  return pidfd >= 0;
}

bool container_has_profile(const struct container *container) {
  return *container->seccomp != '\0' && strcmp(container->seccomp, "unconfined") != 0;
}

bool container_has(const struct container *container, const char *type) {
  size_t length = strlen(type);
  for (const char *at = container->without; at != NULL; at = strchr(at, ',')) {
    at += *at == ',';
    if (strncmp(at, type, length) == 0 && (at[length] == ',' || at[length] == '\0')) {
      return false;
    }
  }
  return true;
}
