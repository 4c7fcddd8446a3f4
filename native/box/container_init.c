/*
 * --init: box itself, bound into the container as /dev/box-init, is PID 1 there. It starts the
 * command, passes signals on to it, reaps whatever is left behind, and ends as the command does.
 */
#include "container_init.h"

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "message.h"

__attribute__((noreturn)) static void run_command(char **arguments, const sigset_t *before) {
  sigprocmask(SIG_SETMASK, before, NULL);
  /* A group of its own, in the foreground of the terminal if there is one. */
  setpgid(0, 0);
  signal(SIGTTOU, SIG_IGN);
  tcsetpgrp(STDIN_FILENO, getpid());
  signal(SIGTTOU, SIG_DFL);
  execvp(arguments[0], arguments);
  int code = errno == ENOENT ? EXIT_NOT_FOUND : EXIT_CANNOT_EXECUTE;
  fprintf(stderr, "box-init: exec: \"%s\": %s\n", arguments[0], strerror(errno));
  _exit(code);
}

/* Reaps all that has ended; the command's wait status, or -1 while it goes on. */
static int reap(pid_t command) {
  int status;
  for (pid_t ended = waitpid(-1, &status, WNOHANG); ended > 0;
       ended = waitpid(-1, &status, WNOHANG)) {
    if (ended == command) {
      return status;
    }
  }
  return -1;
}

int container_init(int count, char **arguments) {
  sigset_t every;
  sigset_t before;
  if (count < 2) {
    return EXIT_BOX;
  }
  sigfillset(&every);
  sigprocmask(SIG_BLOCK, &every, &before);
  pid_t command = fork();
  if (command == 0) {
    run_command(arguments + 1, &before);
  }
  for (;;) {
    int received = sigwaitinfo(&every, NULL);
    if (received == SIGCHLD) {
      int status = reap(command);
      if (status >= 0) {
        return WIFSIGNALED(status) ? 128 + WTERMSIG(status) : WEXITSTATUS(status);
      }
    } else if (received > 0) {
      kill(command, received);
    }
  }
}
