/* A terminal of the container's own: see pty(7). */
#include <linux/mount.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>

#include "../failure.h"
#include "../mount.h"
#include "../text.h"
#include "launch.h"

/* A control message with room for one fd. */
union right {
  struct cmsghdr header;
  char bytes[CMSG_SPACE(sizeof(int))];
};

/* Gives the side that box reads and writes to box, which has an fd table of its own. */
static long send_terminal(const struct launch *launch, int terminal) {
  union right right = {0};
  char byte = 't';
  struct iovec vector = {.iov_base = &byte, .iov_len = sizeof(byte)};
  struct msghdr message = {
      .msg_iov = &vector, .msg_iovlen = 1, .msg_control = &right, .msg_controllen = sizeof(right)};
  right.header = (struct cmsghdr){
      .cmsg_level = SOL_SOCKET, .cmsg_type = SCM_RIGHTS, .cmsg_len = CMSG_LEN(sizeof(int))};
  memcpy(CMSG_DATA(&right.header), &terminal, sizeof(int));
  return system_call(SYS_sendmsg, launch->child_link, (long)&message, MSG_NOSIGNAL, 0, 0, 0);
}

/*
 * Opened in the container's own devpts, so that it has a name in there, and bound over
 * /dev/console, where programs look for the terminal that they were started on; but not for `exec`.
 */
int launch_terminal(struct launch *launch, struct tracer *tracer) {
  int unlocked = 0;
  int number = 0;
  char path[24];
  struct winsize size = {.ws_row = launch->rows, .ws_col = launch->columns};
  long terminal = TRACED(tracer, openat, DIRECTORY(AT_FDCWD), STRING("/dev/ptmx"),
                         AS(O_RDWR | O_NOCTTY | O_CLOEXEC, "O_RDWR|O_NOCTTY|O_CLOEXEC"));
  if (terminal < 0) {
    return fail(&launch->failure, tracer->step, "/dev/ptmx", terminal);
  }
  long result =
      TRACED(tracer, ioctl, NUMBER(terminal), AS(TIOCSPTLCK, "TIOCSPTLCK"), AS(&unlocked, "[0]"));
  if (result == 0) {
    result =
        TRACED(tracer, ioctl, NUMBER(terminal), AS(TIOCGPTN, "TIOCGPTN"), AS(&number, "[number]"));
  }
  struct text text = TEXT(path);
  text_append(&text, "/dev/pts/");
  text_number(&text, number);
  if (result == 0) {
    result = TRACED(tracer, openat, DIRECTORY(AT_FDCWD), STRING(path),
                    AS(O_RDWR | O_NOCTTY | O_CLOEXEC, "O_RDWR|O_NOCTTY|O_CLOEXEC"));
  }
  if (result < 0) {
    return fail(&launch->failure, tracer->step, path, result);
  }
  int inside = (int)result;
  if (launch->rows > 0) {
    system_call(SYS_ioctl, inside, TIOCSWINSZ, (long)&size, 0, 0, 0);
  }
  system_call(SYS_fchown, inside, launch->user, (long)-1, 0, 0, 0);
  result = TRACED(tracer, ioctl, NUMBER(inside), AS(TIOCSCTTY, "TIOCSCTTY"), NUMBER(0));
  if (result == 0 && launch->joined_process < 0) {
    system_call(SYS_mknodat, AT_FDCWD, (long)"/dev/console", S_IFREG | 0620, 0, 0, 0);
    result = mount_traced(tracer, path, "/dev/console", NULL, MS_BIND, NULL);
  }
  if (result == 0) {
    result = send_terminal(launch, (int)terminal);
  }
  for (int fd = 0; fd < 3; fd++) {
    launch->standard[fd] = inside;
  }
  return result < 0 ? fail(&launch->failure, tracer->step, path, result) : 0;
}
