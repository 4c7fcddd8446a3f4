#define _GNU_SOURCE
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <sys/wait.h>
#include <unistd.h>

static char stack[64 * 1024] __attribute__((aligned(16)));

static int child(void *argument) {
  (void)argument;
  usleep(100 * 1000); /* let the parent speak first */
  printf("child:  I am process %d\n", getpid());
  sleep(3600);
  return 0;
}

int main(void) {
  int flags = SIGCHLD;

  printf("parent: I am process %d\n", getpid());
  pid_t pid = clone(child, stack + sizeof stack, flags, NULL);
  if (pid == -1) {
    perror("clone");
    return 1;
  }
  printf("parent: my child is process %d\n", pid);
  waitpid(pid, NULL, 0);
  return 0;
}
