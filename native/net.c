/* The network namespace: see network_namespaces(7). */
#include <net/if.h>
#include <netinet/in.h>
#include <sys/ioctl.h>
#include <sys/socket.h>

#include "failure.h"
#include "sandbox.h"
#include "steps.h"

/* A new network namespace has `lo` alone, and it is down. Nothing else is added: no way out. */
int net_raise_loopback(struct glassbox_failure *failure, struct tracer *tracer) {
  OWNED_FD socket =
      (int)TRACED(tracer, socket, AS(AF_INET, "AF_INET"),
                  AS(SOCK_DGRAM | SOCK_CLOEXEC, "SOCK_DGRAM|SOCK_CLOEXEC"), AS(0, "IPPROTO_IP"));
  if (socket < 0) {
    return fail(failure, tracer->step, "socket", socket);
  }
  struct ifreq request = {.ifr_name = "lo", .ifr_flags = IFF_UP | IFF_RUNNING};
  long result = TRACED(tracer, ioctl, NUMBER(socket), AS(SIOCSIFFLAGS, "SIOCSIFFLAGS"),
                       AS(&request, "{ifr_name=\"lo\", ifr_flags=IFF_UP|IFF_RUNNING}"));
  return result < 0 ? fail(failure, tracer->step, "lo", result) : 0;
}

int step_net(struct making *making, struct tracer *tracer) {
  return net_raise_loopback(making->failure, tracer);
}
