/*
 * The program that tries to get out: it runs in a sandbox, as its root, and really does what each
 * way out needs. It says of each attempt what became of it, one line each:
 *
 *   refused: WHAT: ERRNO     the kernel said no
 *   open: WHAT               it worked, or something of the outside was seen
 *   skipped: WHY             this machine lacks what the attempt needs
 *   look                     the host may look now; the program goes on when it reads a line
 *
 * What it says of itself is half of the verdict. The other half is the host's, which looks at what
 * was attacked (server/escape).
 */
#ifndef ATTACK_H
#define ATTACK_H

#include <errno.h>
#include <stdbool.h>
#include <stddef.h>

struct attack {
  const char *name;
  void (*run)(int count, char **arguments);
};

/* The attacks of each file, ended by one without a name. */
extern const struct attack LIMIT_ATTACKS[];
extern const struct attack KERNEL_ATTACKS[];
extern const struct attack CALL_ATTACKS[];
extern const struct attack FILE_ATTACKS[];
extern const struct attack MOUNT_ATTACKS[];
extern const struct attack IDENTITY_ATTACKS[];
extern const struct attack PROCESS_ATTACKS[];
extern const struct attack ENTERING_ATTACKS[];
extern const struct attack NETWORK_ATTACKS[];
extern const struct attack TERMINAL_ATTACKS[];
extern const struct attack FLOOD_ATTACKS[];
extern const struct attack WITNESSES[];

__attribute__((format(printf, 1, 2))) void refused(const char *format, ...);
__attribute__((format(printf, 1, 2))) void open_way(const char *format, ...);
__attribute__((format(printf, 1, 2))) void skipped(const char *format, ...);

/* The result of a call as libc gives it: anything but -1 means that the way is open. */
void attempt(const char *what, long result);

/* Lets the host look while things are as they are. */
void ask_host(void);

/* errno's name. */
const char *error_name(int error);

/* Writes a whole file at once; -1 and errno as write(2) says, or open(2). */
long write_file(const char *path, const char *text);

/* Reads the beginning of a file as text; its length or -1. */
long read_file(const char *path, char *text, size_t size);

/* Calls `visit` with the pid of each process that /proc shows. */
void each_process(void (*visit)(int pid, void *context), void *context);

/* A child in new namespaces that ends with its parent; 0 in the child, its pid in the parent. */
int fork_into(int flags);

/* As fork_into with a user namespace, in which this user and group are root. */
int fork_as_root_of_new(int flags);

/* Waits for a child; its exit status, or 128 and its signal. */
int wait_for(int pid);

#endif
