/*
 * For each line read, runs the command of its arguments, and prints the nanoseconds from before its
 * start to after its end. It is small, so that starting a program costs no more than it must: the
 * others are not to pay for the size of the bench.
 */
#include <spawn.h>
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>

#include "../syscalls.h"

extern char **environ;

int main(int argument_count, char **arguments) {
  char line[8];
  if (argument_count < 2) {
    return 2;
  }
  while (fgets(line, sizeof(line), stdin) != NULL) {
    const int64_t begin = monotonic_ns();
    pid_t pid;
    int status;
    int error = posix_spawnp(&pid, arguments[1], NULL, NULL, arguments + 1, environ);
    if (error != 0 || waitpid(pid, &status, 0) < 0 || status != 0) {
      fprintf(stderr, "%s: %s\n", arguments[1], error != 0 ? strerror(error) : "it failed");
      return 1;
    }
    printf("%lld\n", (long long)(monotonic_ns() - begin));
    fflush(stdout);
  }
  return 0;
}
