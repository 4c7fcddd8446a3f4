/* Counts its own runs, in shared memory that stays when it ends. */
#include <stdio.h>
#include <sys/ipc.h>
#include <sys/shm.h>

int main(void) {
  int id = shmget(0xcafe, 4096, IPC_CREAT | 0600);
  if (id == -1) {
    perror("shmget");
    return 1;
  }
  int *visitors = shmat(id, NULL, 0);
  if (visitors == (void *)-1) {
    perror("shmat");
    return 1;
  }
  *visitors += 1;
  printf("You are visitor number %d.\n", *visitors);
  return 0;
}
