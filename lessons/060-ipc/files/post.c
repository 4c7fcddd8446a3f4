/* post /NAME TEXT puts a message into a POSIX queue; post /NAME takes one out. */
#include <fcntl.h>
#include <mqueue.h>
#include <stdio.h>
#include <string.h>

int main(int argc, char **argv) {
  char text[8192];
  if (argc == 3) {
    mqd_t queue = mq_open(argv[1], O_CREAT | O_WRONLY, 0600, NULL);
    if (queue == -1 || mq_send(queue, argv[2], strlen(argv[2]), 0) == -1) {
      perror(argv[1]);
      return 1;
    }
  } else if (argc == 2) {
    mqd_t queue = mq_open(argv[1], O_RDONLY | O_NONBLOCK);
    ssize_t length = queue == -1 ? -1 : mq_receive(queue, text, sizeof text, NULL);
    if (length == -1) {
      perror(argv[1]);
      return 1;
    }
    printf("%.*s\n", (int)length, text);
  } else {
    fprintf(stderr, "usage: post /NAME [TEXT]\n");
    return 2;
  }
  return 0;
}
