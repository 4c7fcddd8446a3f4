#include "cgroup_tree.h"

#include <dirent.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "syscalls.h"
#include "text.h"

#define DIRECTORY_FLAGS (O_RDONLY | O_DIRECTORY | O_NOFOLLOW)
/* One walk visits no more groups than this, so that nobody can make it long. */
#define GROUPS_MAX 65536

/* One entry as getdents64 writes it. */
struct entry {
  uint64_t inode;
  int64_t offset;
  unsigned short length;
  unsigned char type;
  char name[];
};

/*
 * The groups right below one group, as NUL-terminated names one after the other. They are read in
 * one go: a position in a cgroup directory is a hash, and a learner can make names that share one.
 */
struct level {
  char *names;
  size_t size;
  size_t next;
  /* Where the name of the group that is being visited begins. */
  size_t current;
};

struct walk {
  struct level *levels;
  size_t depth;
  size_t capacity;
  size_t groups;
};

static void free_walk(struct walk *walk) {
  while (walk->depth > 0) {
    free(walk->levels[--walk->depth].names);
  }
  free(walk->levels);
}

/* A directory that a learner removed while we look at it is not an error. */
static bool is_gone(long error) {
  return error == -ENOENT || error == -ENODEV;
}

static long add_name(struct level *level, const char *name) {
  size_t length = strlen(name) + 1;
  char *names = realloc(level->names, level->size + length);
  if (names == NULL) {
    return -ENOMEM;
  }
  memcpy(names + level->size, name, length);
  level->names = names;
  level->size += length;
  return 0;
}

/*
 * Lists the groups below `directory`, up to what the walk may still visit, but at least one: so a
 * walk always reaches a group that has none below it, and removing goes on however many there are.
 */
static long read_level(struct walk *walk, int directory, struct level *level) {
  while (level->size == 0 || walk->groups < GROUPS_MAX) {
    char buffer[2048] __attribute__((aligned(8)));
    long size = system_call(SYS_getdents64, directory, (long)buffer, (long)sizeof(buffer), 0, 0, 0);
    if (size <= 0) {
      return is_gone(size) ? 0 : size;
    }
    for (long at = 0; at < size && (level->size == 0 || walk->groups < GROUPS_MAX);) {
      const struct entry *entry = (const struct entry *)(const void *)(buffer + at);
      at += entry->length;
      if (entry->type != DT_DIR || strcmp(entry->name, ".") == 0 ||
          strcmp(entry->name, "..") == 0) {
        continue;
      }
      walk->groups++;
      long result = add_name(level, entry->name);
      if (result < 0) {
        return result;
      }
    }
  }
  return 0;
}

static long push_level(struct walk *walk, int directory) {
  if (walk->depth == walk->capacity) {
    size_t capacity = walk->capacity == 0 ? 8 : walk->capacity * 2;
    struct level *levels = realloc(walk->levels, capacity * sizeof(*levels));
    if (levels == NULL) {
      return -ENOMEM;
    }
    walk->levels = levels;
    walk->capacity = capacity;
  }
  struct level *level = &walk->levels[walk->depth++];
  *level = (struct level){0};
  return read_level(walk, directory, level);
}

static long enter_group(struct walk *walk, const struct cgroup_visitor *visitor, int directory) {
  long result = visitor->enter == NULL ? 0 : visitor->enter(visitor->context, directory);
  return result != 0 ? result : push_level(walk, directory);
}

/* Goes on to the next group below, into `directory`. 1 when there is none. */
static long descend(struct walk *walk, const struct cgroup_visitor *visitor, int *directory) {
  struct level *level = &walk->levels[walk->depth - 1];
  while (level->next < level->size) {
    level->current = level->next;
    level->next += strlen(level->names + level->current) + 1;
    int below = (int)sys_openat(*directory, level->names + level->current, DIRECTORY_FLAGS);
    if (below >= 0) {
      sys_close(*directory);
      *directory = below;
      return enter_group(walk, visitor, below);
    }
    if (!is_gone(below)) {
      return below;
    }
  }
  return 1;
}

/* Back to the group above. Groups can't move to another parent, so `..` is where we came from. */
static long ascend(struct walk *walk, const struct cgroup_visitor *visitor, int *directory) {
  int above = (int)sys_openat(*directory, "..", DIRECTORY_FLAGS);
  if (above < 0) {
    return above;
  }
  sys_close(*directory);
  *directory = above;
  free(walk->levels[--walk->depth].names);
  const struct level *level = &walk->levels[walk->depth - 1];
  return visitor->leave == NULL
             ? 0
             : visitor->leave(visitor->context, above, level->names + level->current);
}

long cgroup_walk(const char *path, const struct cgroup_visitor *visitor) {
  __attribute__((cleanup(free_walk))) struct walk walk = {0};
  OWNED_FD directory = (int)sys_openat(AT_FDCWD, path, DIRECTORY_FLAGS);
  if (directory < 0) {
    return directory;
  }
  long result = enter_group(&walk, visitor, directory);
  while (result == 0) {
    result = descend(&walk, visitor, &directory);
    if (result == 1 && walk.depth == 1) {
      return walk.groups >= GROUPS_MAX ? -E2BIG : 0;
    }
    if (result == 1) {
      result = ascend(&walk, visitor, &directory);
    }
  }
  return result;
}

long cgroup_names(const char *path, char **names) {
  struct walk walk = {0};
  struct level level = {0};
  OWNED_FD directory = (int)sys_openat(AT_FDCWD, path, DIRECTORY_FLAGS);
  if (directory < 0) {
    return directory;
  }
  long result = read_level(&walk, directory, &level);
  *names = level.names;
  return result < 0 ? result : (long)level.size;
}

void cgroup_free_names(char *names) {
  free(names);
}

struct removal {
  bool progress;
  bool busy;
};

static long remove_group(void *context, int parent, const char *name) {
  struct removal *removal = context;
  long result = sys_unlinkat(parent, name, AT_REMOVEDIR);
  removal->progress = removal->progress || result == 0;
  removal->busy = removal->busy || result == -EBUSY;
  return result == -EBUSY || is_gone(result) ? 0 : result;
}

long cgroup_remove(const char *path) {
  struct removal removal;
  const struct cgroup_visitor visitor = {.leave = remove_group, .context = &removal};
  long result;
  /* A group that is busy may only have had too many below it for one walk. */
  do {
    removal = (struct removal){0};
    result = cgroup_walk(path, &visitor);
  } while (removal.busy && removal.progress);
  if (result == 0 || result == -E2BIG) {
    result = removal.busy ? -EBUSY : sys_unlinkat(AT_FDCWD, path, AT_REMOVEDIR);
  }
  return is_gone(result) ? 0 : result;
}

long read_text(int directory, const char *path, char *text, uint64_t capacity) {
  OWNED_FD fd = (int)sys_openat(directory, path, O_RDONLY | O_NOFOLLOW);
  if (fd < 0) {
    return fd;
  }
  size_t length = 0;
  while (length + 1 < capacity) {
    long size = sys_read(fd, text + length, capacity - 1 - length);
    if (size < 0) {
      return size;
    }
    if (size == 0) {
      break;
    }
    length += (size_t)size;
  }
  text[length] = '\0';
  return (long)length;
}

long cgroup_each_pid(int directory, long (*found)(void *context, int pid), void *context) {
  OWNED_FD fd = (int)sys_openat(directory, "cgroup.procs", O_RDONLY);
  if (fd < 0) {
    return is_gone(fd) ? 0 : fd;
  }
  int pid = 0;
  for (;;) {
    char buffer[1024];
    long size = sys_read(fd, buffer, sizeof(buffer));
    if (size <= 0) {
      /* A threaded group of cgroup2 answers EOPNOTSUPP: its processes are listed further up. */
      return is_gone(size) || size == -EOPNOTSUPP ? 0 : size;
    }
    for (long i = 0; i < size; i++) {
      if (buffer[i] >= '0' && buffer[i] <= '9') {
        pid = pid * 10 + (buffer[i] - '0');
        continue;
      }
      /* 0 stands for a process outside our pid namespace. */
      long result = pid > 0 ? found(context, pid) : 0;
      if (result != 0) {
        return result;
      }
      pid = 0;
    }
  }
}
