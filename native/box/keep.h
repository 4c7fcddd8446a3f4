/* Looking after a running container until it ends, and putting things in order then. */
#ifndef BOX_KEEP_H
#define BOX_KEEP_H

#include "launch.h"

/* Bytes on their way into the container or out of it, and signals. */
struct relay {
  /* Readable when the process has ended. */
  int pidfd;
  /* The other side of the container's terminal, or -1. */
  int terminal;
  /* Without one: ends of pipes, or -1 for what the process has directly. */
  int input;
  int outputs[2];
  /* What was written, for `box logs`; or -1. */
  int log;
  /* Whether what is typed here goes there. */
  bool interactive;
};

/* Passes bytes between this process's standard files and the container, until it ends. */
void relay_run(struct relay *relay);

/* The same for clients, which come and go: `first` is one of them, or -1. */
void monitor_run(struct relay *relay, int first, int directory, int *exit_code,
                 int (*ended)(void *context), void *context);

/* Shows a container's terminal or output here; its exit code, or -1 when the user left. */
int client_run(int socket, bool terminal, bool interactive);

/* Asks for a terminal's size; false when `fd` is none. */
bool terminal_size(int fd, unsigned short *rows, unsigned short *columns);

/* Makes standard input give every key as it is typed, and undoes that. */
void terminal_make_raw(void);
void terminal_restore(void);

/* The signals that are passed on, blocked from now on and readable from an fd. */
int forwarded_signals(void);

/* Reaps the container's first process; the exit code of the container. */
int keep_reap(int pidfd);

/* After its end: notes what became of it, or removes it, and all of it that is outside. */
void keep_finish(struct launch *launch, int exit_code);

/* Removes a container that does not run: what is left of it outside, its directory, its name. */
long keep_remove(struct container *container, int directory);

#endif
