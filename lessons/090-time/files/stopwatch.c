/* Counts seconds from now, or from a second of the monotonic clock that it is told. */
#include <stdio.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

static long seconds(void) {
  struct timespec now;

  clock_gettime(CLOCK_MONOTONIC, &now);
  return (long)now.tv_sec;
}

int main(int count, char **words) {
  long start = count > 1 ? atol(words[1]) : seconds();

  for (;;) {
    printf("\r%ld s ", seconds() - start);
    fflush(stdout);
    sleep(1);
  }
}
