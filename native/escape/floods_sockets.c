/* Memory of the kernel that sockets hold: as much as each may, in as many as there can be. */
#include <arpa/inet.h>
#include <errno.h>
#include <linux/if_packet.h>
#include <linux/netlink.h>
#include <net/ethernet.h>
#include <sys/socket.h>
#include <unistd.h>

#include "floods.h"

static int fill(int link) {
  while (send(link, chunk, 32768, MSG_DONTWAIT | MSG_NOSIGNAL) > 0) {
  }
  return 0;
}

int unix_socket(void) {
  int ends[2];
  return socketpair(AF_UNIX, SOCK_STREAM, 0, ends) < 0 ? -1 : fill(ends[0]);
}

/* As much as a socket may hold back, and more if it is let. */
static void enlarge(int link) {
  const int wanted = 1 << 30;
  setsockopt(link, SOL_SOCKET, SO_RCVBUF, &wanted, sizeof(wanted));
  setsockopt(link, SOL_SOCKET, SO_SNDBUF, &wanted, sizeof(wanted));
  setsockopt(link, SOL_SOCKET, SO_RCVBUFFORCE, &wanted, sizeof(wanted));
  setsockopt(link, SOL_SOCKET, SO_SNDBUFFORCE, &wanted, sizeof(wanted));
}

int udp_socket(void) {
  struct sockaddr_in address = {.sin_family = AF_INET, .sin_addr = {htonl(INADDR_LOOPBACK)}};
  socklen_t size = sizeof(address);
  int receiver = socket(AF_INET, SOCK_DGRAM, 0);
  int sender = socket(AF_INET, SOCK_DGRAM, 0);
  if (receiver < 0 || sender < 0) {
    return -1;
  }
  enlarge(receiver);
  if (bind(receiver, (struct sockaddr *)&address, size) < 0 ||
      getsockname(receiver, (struct sockaddr *)&address, &size) < 0 ||
      connect(sender, (struct sockaddr *)&address, size) < 0) {
    return -1;
  }
  /* Nobody says that a datagram was dropped: so many fill any buffer of the usual size. */
  for (int i = 0; i < 16; i++) {
    send(sender, chunk, 60000, MSG_DONTWAIT);
  }
  close(sender);
  return 0;
}

int tcp_socket(void) {
  struct sockaddr_in address = {.sin_family = AF_INET, .sin_addr = {htonl(INADDR_LOOPBACK)}};
  socklen_t size = sizeof(address);
  static int listener = -1;
  static struct sockaddr_in bound;
  if (listener < 0) {
    listener = socket(AF_INET, SOCK_STREAM, 0);
    if (bind(listener, (struct sockaddr *)&address, size) < 0 || listen(listener, 4096) < 0 ||
        getsockname(listener, (struct sockaddr *)&bound, &size) < 0) {
      return -1;
    }
  }
  int client = socket(AF_INET, SOCK_STREAM, 0);
  if (client < 0 || connect(client, (struct sockaddr *)&bound, sizeof(bound)) < 0) {
    return -1;
  }
  fill(client);
  return accept(listener, NULL, NULL) < 0 ? -1 : 0;
}

int netlink_socket(void) {
  struct sockaddr_nl address = {.nl_family = AF_NETLINK};
  socklen_t size = sizeof(address);
  int receiver = socket(AF_NETLINK, SOCK_RAW, NETLINK_ROUTE);
  static int sender = -1;
  if (receiver < 0) {
    return -1;
  }
  if (sender < 0) {
    sender = socket(AF_NETLINK, SOCK_RAW, NETLINK_ROUTE);
    enlarge(sender);
  }
  enlarge(receiver);
  if (bind(receiver, (struct sockaddr *)&address, size) < 0 ||
      getsockname(receiver, (struct sockaddr *)&address, &size) < 0) {
    return -1;
  }
  for (int i = 0; i < 16; i++) {
    sendto(sender, chunk, 100000, MSG_DONTWAIT, (struct sockaddr *)&address, size);
  }
  return 0;
}

/* 64 MiB of ring for one socket. */
int packet_ring(void) {
  struct tpacket_req ring = {
      .tp_block_size = 1 << 20, .tp_block_nr = 64, .tp_frame_size = 2048, .tp_frame_nr = 64 * 512};
  int link = socket(AF_PACKET, SOCK_RAW, htons(ETH_P_ALL));
  if (link < 0) {
    return -1;
  }
  if (setsockopt(link, SOL_PACKET, PACKET_RX_RING, &ring, sizeof(ring)) == 0) {
    return 0;
  }
  int error = errno;
  close(link);
  errno = error;
  return -1;
}
