/*
 * How a program of the host becomes one of a sandbox: what `enter` and `probe` have in common.
 *
 *   PROGRAM PID PID-NAMESPACE LAB ID [EXTRA…] NEEDS COMMAND [ARGUMENT…]
 *
 * NEEDS is the sandbox's mask of enum glassbox_need, for the system call filter.
 *
 * Two processes. The outer one stays outside and gives up all privilege. The inner one becomes the
 * sandbox's root. Until its exec it is a process of the host among hostile ones: it can't be traced
 * or looked into (PR_SET_DUMPABLE), its command line says nothing, it holds no fd that leads out,
 * and what it does after setns by name can only harm its own machine.
 */
#ifndef ENTRY_H
#define ENTRY_H

#include <stdint.h>

#include "cgroup.h"

#define EXIT_CANNOT_ENTER 126
#define ENTRY_EXTRA_MAX 2

struct entry {
  int pid;
  uint64_t pid_namespace;
  const char *lab;
  const char *id;
  const char *extra[ENTRY_EXTRA_MAX];
  uint32_t needs;
  char **command;
  int pidfd;
  /* The cgroup2 group that the inner process is born in, or -1: there is none. */
  int group;
  struct cgroup_layout cgroups;
};

/* Tells on standard error, and ends. */
__attribute__((noreturn)) void give_up(const char *what, long error);
/* The result, if it is no error. */
long check(long result, const char *what);

/* Reads and wipes the arguments, of which so many are EXTRA, and opens PID 1 and its groups. */
void entry_begin(struct entry *entry, int count, char **arguments, int extra);

/* First host id of the sandbox: the second number of its uid_map. */
uint32_t entry_id_base(const struct entry *entry);

/* 0 in the inner process. In the outer one its pid, and a pidfd if one is wanted. */
long entry_clone(struct entry *entry, int *pidfd);

/* The inner process: into the groups and namespaces. The signal comes should the outer one end. */
void entry_become_root(struct entry *entry, int on_end);
/* Then, with nothing but the standard files: the command. */
__attribute__((noreturn)) void entry_execute(struct entry *entry, const char *terminal_name);

/* The outer process: nobody's ids, no capability. */
void entry_give_up_privilege(void);

/* Node ignores some signals and blocks others, and both would last through exec. */
void entry_reset_signals(void);

/* As a shell says it: 128 and the signal, for who was killed. */
int entry_exit_code(int status);

#endif
