/* Runs only if no other one does: the lock is a semaphore with a fixed key. */
#include <errno.h>
#include <stdio.h>
#include <sys/ipc.h>
#include <sys/sem.h>
#include <unistd.h>

int main(void) {
  struct sembuf take[] = {
      {.sem_num = 0, .sem_op = 0, .sem_flg = IPC_NOWAIT}, /* only if it is 0 … */
      {.sem_num = 0, .sem_op = 1, .sem_flg = SEM_UNDO},   /* … make it 1 until I end */
  };
  int id = semget(0xcafe, 1, IPC_CREAT | 0600);
  if (id == -1) {
    perror("semget");
    return 1;
  }
  if (semop(id, take, 2) == -1) {
    if (errno == EAGAIN) {
      puts("Another one is at work. I stop.");
    } else {
      perror("semop");
    }
    return 1;
  }
  puts("I am alone. I may write to the file.");
  fflush(stdout);
  pause();
  return 0;
}
