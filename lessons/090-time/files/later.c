/* Makes a time namespace, and waits before it starts a shell in it. */
#define _GNU_SOURCE
#include <sched.h>
#include <stdio.h>
#include <sys/wait.h>
#include <unistd.h>

int main(void) {
  if (unshare(CLONE_NEWTIME) == -1) {
    perror("unshare");
    return 1;
  }
  printf("made, and nobody is in it yet: press Enter");
  getchar();
  if (fork() == 0) {
    execlp("bash", "bash", (char *)NULL);
    perror("bash");
    _exit(1);
  }
  wait(NULL);
  return 0;
}
