/* Netfilter, which the system call filter opens: is it in this kernel at all? */
#include <linux/netlink.h>
#include <sys/socket.h>

#include "missing.h"
#include "sandbox.h"

/* By the host's root, for whom the kernel loads its module. */
int step_netfilter(struct making *making, struct tracer *tracer) {
  if ((making->spec->needs & GLASSBOX_NEED_NETFILTER) == 0) {
    return 0;
  }
  OWNED_FD socket = (int)TRACED(tracer, socket, AS(AF_NETLINK, "AF_NETLINK"),
                                AS(SOCK_RAW | SOCK_CLOEXEC, "SOCK_RAW|SOCK_CLOEXEC"),
                                AS(NETLINK_NETFILTER, "NETLINK_NETFILTER"));
  if (socket < 0) {
    missing(making->sandbox, GLASSBOX_NEED_NETFILTER, tracer->step, "NETLINK_NETFILTER", socket);
  }
  return 0;
}
