/* Files on their way from the parent to the child: see SCM_RIGHTS in unix(7). */
#include <errno.h>
#include <string.h>
#include <sys/socket.h>

#include "sandbox.h"

#define FILES_MAX                                                                                  \
  (SANDBOX_MOUNTS_MAX > CGROUP_HIERARCHIES_MAX ? SANDBOX_MOUNTS_MAX : CGROUP_HIERARCHIES_MAX)

/* A control message that can carry them all. */
union rights {
  struct cmsghdr header;
  char bytes[CMSG_SPACE(sizeof(int) * FILES_MAX)];
};

long send_files(const struct making *making, const int *files, size_t count) {
  const size_t size = sizeof(int) * count;
  union rights rights = {0};
  char go = 'g';
  struct iovec vector = {.iov_base = &go, .iov_len = sizeof(go)};
  struct msghdr message = {.msg_iov = &vector,
                           .msg_iovlen = 1,
                           .msg_control = &rights,
                           .msg_controllen = CMSG_SPACE(size)};
  rights.header = (struct cmsghdr){
      .cmsg_level = SOL_SOCKET, .cmsg_type = SCM_RIGHTS, .cmsg_len = CMSG_LEN(size)};
  memcpy(CMSG_DATA(&rights.header), files, size);
  return system_call(SYS_sendmsg, making->parent_end, (long)&message, MSG_NOSIGNAL, 0, 0, 0);
}

long receive_files(const struct making *making, int *files, size_t capacity) {
  union rights rights = {0};
  char go;
  struct iovec vector = {.iov_base = &go, .iov_len = sizeof(go)};
  struct msghdr message = {.msg_iov = &vector,
                           .msg_iovlen = 1,
                           .msg_control = &rights,
                           .msg_controllen = sizeof(rights)};
  long result =
      system_call(SYS_recvmsg, making->child_link, (long)&message, MSG_CMSG_CLOEXEC, 0, 0, 0);
  if (result <= 0) {
    /* The end of the stream: the warden is no more, and a sandbox without it has no purpose. */
    return result == 0 ? -EPIPE : result;
  }
  if (rights.header.cmsg_type != SCM_RIGHTS || rights.header.cmsg_len < CMSG_LEN(0) ||
      rights.header.cmsg_len > CMSG_LEN(sizeof(int) * capacity)) {
    return -EBADMSG;
  }
  const size_t size = rights.header.cmsg_len - CMSG_LEN(0);
  memcpy(files, CMSG_DATA(&rights.header), size);
  return (long)(size / sizeof(int));
}
