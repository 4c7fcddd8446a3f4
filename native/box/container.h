/*
 * A container: what was asked for, and what became of it. All of it is in one file of text, `state`
 * in the container's directory, which only the box that looks after the container writes.
 */
#ifndef BOX_CONTAINER_H
#define BOX_CONTAINER_H

#include <stdbool.h>
#include <stdint.h>

#include "words.h"

struct container {
  const char *id;
  const char *name;
  const char *image;
  const char *image_name;
  struct words layers;
  /* What is executed: the entrypoint, then the command. */
  struct words arguments;
  struct words entrypoint;
  struct words command;
  struct words environment;
  const char *directory;
  const char *user;
  const char *hostname;
  const char *stop_signal;
  struct words exposed;

  bool terminal;
  bool interactive;
  bool detached;
  bool remove;
  bool read_only;
  bool privileged;
  bool init;
  bool no_new_privileges;
  /* "", "unconfined", or the path of a profile. */
  const char *seccomp;
  /* "", or "remap". */
  const char *userns;
  const char *network;
  /* Names of namespaces, with commas. */
  const char *without;
  struct words ports;
  struct words volumes;
  struct words tmpfs;
  struct words capabilities_added;
  struct words capabilities_dropped;

  long long nano_cpus;
  long long memory;
  long long pids;
  long long cpu_shares;
  const char *cpuset_cpus;
  long long oom_score_adj;
  /* "<kind> <major>:<minor> <value> <path>", kind one of rbps, wbps, riops, wiops. */
  struct words device_limits;

  long long created_ns;
  long long started_ns;
  long long finished_ns;
  /* created, running or exited, as the one who wrote it knew. */
  const char *status;
  long long exit_code;
  bool oom_killed;
  const char *error;
  /* PID 1 and its start time, in clock ticks since boot: together no other process has them. */
  long long pid;
  long long pid_start;
  long long monitor;
  long long monitor_start;
};

/* A container without anything asked for. */
struct container container_new(void);

/* Writes or reads `state` in an open container directory. */
long container_save(const struct container *container, int directory);
bool container_load(struct container *container, int directory);

/* Calls back with every container, newest first. */
void container_each(void (*found)(void *context, struct container *container), void *context);

/* Finds by name, id, or an id's beginning; ends box with Docker's words if there is none. */
void container_find(const char *word, struct container *container);
bool container_try_find(const char *word, struct container *container, bool *ambiguous);

/* Opens <store>/containers/<id>, or -1. */
int container_open(const char *id);

/* A pidfd of PID 1 if it is alive, else -1. */
int container_process(const struct container *container);
bool container_is_running(const struct container *container);

/* The 22nd field of /proc/<pid>/stat, or 0. */
long long process_start(long long pid);

bool container_has_profile(const struct container *container);

/* Whether this namespace is the container's own. */
bool container_has(const struct container *container, const char *type);

/* Takes a name for a container, or says who has it. */
bool name_take(const char *name, const char *id, char owner[65]);
void name_release(const char *name, const char *id);
char *name_random(void);

#endif
