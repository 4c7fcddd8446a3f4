/* Prints the three clocks of time_namespaces(7). */
#include <stdio.h>
#include <time.h>

static void show(const char *name, clockid_t clock) {
  struct timespec now;

  clock_gettime(clock, &now);
  printf("%-9s %ld s\n", name, (long)now.tv_sec);
}

int main(void) {
  show("realtime", CLOCK_REALTIME);
  show("monotonic", CLOCK_MONOTONIC);
  show("boottime", CLOCK_BOOTTIME);
  return 0;
}
