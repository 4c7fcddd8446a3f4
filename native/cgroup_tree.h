/*
 * Walking a tree of groups whose shape a learner chose: any width, any depth. One fd in all, the
 * names on the heap, no recursion.
 */
#ifndef CGROUP_TREE_H
#define CGROUP_TREE_H

#include <stdbool.h>
#include <stdint.h>

struct cgroup_visitor {
  /* Called for each group before those below it. Non-zero ends the walk and is returned. */
  long (*enter)(void *context, int directory);
  /* Called for each group but the first after those below it. May remove it. */
  long (*leave)(void *context, int parent, const char *name);
  void *context;
};

/*
 * 0, what a visitor returned (not 1), or a negative errno. No such group: -ENOENT. More groups than
 * one walk visits: -E2BIG, after visiting that many.
 */
long cgroup_walk(const char *path, const struct cgroup_visitor *visitor);

/* Removes a group and all below it. -EBUSY: a process is in one of them. None: 0. */
long cgroup_remove(const char *path);

/*
 * The names of the groups right below one, each NUL-terminated; the bytes of all, or a negative
 * errno. To be freed in any case.
 */
long cgroup_names(const char *path, char **names);
void cgroup_free_names(char *names);

/* Calls back with each pid in one group. Non-zero ends it and is returned. */
long cgroup_each_pid(int directory, long (*found)(void *context, int pid), void *context);

/* Reads a small file below a directory as text; the length, or a negative errno. */
long read_text(int directory, const char *path, char *text, uint64_t capacity);

#endif
