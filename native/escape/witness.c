/*
 * Witnesses: they run on the host, or in the neighbour's sandbox, and count what reaches them. Each
 * says "ready", and at a line on its input "count: N".
 */
#include "witness.h"

#include <arpa/inet.h>
#include <fcntl.h>
#include <linux/if_packet.h>
#include <linux/netlink.h>
#include <mqueue.h>
#include <net/ethernet.h>
#include <net/if.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ipc.h>
#include <sys/shm.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <sys/xattr.h>
#include <unistd.h>

#include "attack.h"

/* Local experimental use, says IEEE 802. */
#define FRAME_TYPE 0x88b5
#define UEVENT "add@/devices/virtual/glassbox-escape"

int send_frames(void) {
  int sent = 0;
  int link = socket(AF_PACKET, SOCK_DGRAM | SOCK_CLOEXEC, htons(FRAME_TYPE));
  if (link < 0) {
    return -1;
  }
  struct if_nameindex *all = if_nameindex();
  for (struct if_nameindex *one = all; one != NULL && one->if_index != 0; one++) {
    struct sockaddr_ll address = {.sll_family = AF_PACKET,
                                  .sll_protocol = htons(FRAME_TYPE),
                                  .sll_ifindex = (int)one->if_index,
                                  .sll_halen = ETH_ALEN};
    memset(address.sll_addr, 0xff, ETH_ALEN);
    sent += sendto(link, "escape", 6, 0, (struct sockaddr *)&address, sizeof(address)) > 0;
  }
  if (all != NULL) {
    if_freenameindex(all);
  }
  close(link);
  return sent;
}

long send_uevent(void) {
  struct sockaddr_nl everybody = {.nl_family = AF_NETLINK, .nl_groups = 1};
  int link = socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, NETLINK_KOBJECT_UEVENT);
  long result = link < 0 ? -1
                         : sendto(link, UEVENT, sizeof(UEVENT), 0, (struct sockaddr *)&everybody,
                                  sizeof(everybody));
  close(link);
  return result;
}

static void say_count(int count) {
  printf("count: %d\n", count);
  fflush(stdout);
}

/* Counts what each socket receives that the predicate takes, until a line comes. */
static void count_messages(int socket_a, int socket_b) {
  int count = 0;
  struct pollfd events[] = {{.fd = STDIN_FILENO, .events = POLLIN},
                            {.fd = socket_a, .events = POLLIN},
                            {.fd = socket_b, .events = POLLIN}};
  printf("ready\n");
  while (poll(events, 3, -1) > 0) {
    char message[2048];
    for (int i = 1; i < 3; i++) {
      if ((events[i].revents & POLLIN) != 0) {
        long size = recv(events[i].fd, message, sizeof(message), MSG_DONTWAIT);
        count += i == 1
                     ? size > 0
                     : size >= (long)sizeof(UEVENT) && memcmp(message, UEVENT, sizeof(UEVENT)) == 0;
      }
    }
    if (events[0].revents != 0) {
      if (read(STDIN_FILENO, message, sizeof(message)) <= 0) {
        return;
      }
      say_count(count);
    }
  }
}

/* witness-frames: frames of our type on any interface, and uevents that nobody else sends. */
static void witness_frames(int count, char **arguments) {
  struct sockaddr_nl group = {.nl_family = AF_NETLINK, .nl_groups = 1};
  (void)count;
  (void)arguments;
  int packets = socket(AF_PACKET, SOCK_DGRAM | SOCK_CLOEXEC, htons(FRAME_TYPE));
  int uevents = socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, NETLINK_KOBJECT_UEVENT);
  if (packets < 0 || uevents < 0 || bind(uevents, (struct sockaddr *)&group, sizeof(group)) < 0) {
    printf("failed: %s\n", error_name(errno));
    return;
  }
  count_messages(packets, uevents);
}

/* send-frames: the control of the witness above. */
static void control_frames(int count, char **arguments) {
  (void)count;
  (void)arguments;
  int frames = send_frames();
  printf("sent %d frames and %ld bytes of uevent\n", frames, send_uevent());
}

static volatile sig_atomic_t signals_heard;

static void hear(int signal) {
  (void)signal;
  signals_heard++;
}

/* witness-signals: every signal that a process can catch. */
static void witness_signals(int count, char **arguments) {
  (void)count;
  (void)arguments;
  for (int signal = 1; signal < 32; signal++) {
    struct sigaction action = {.sa_handler = hear, .sa_flags = SA_RESTART};
    sigaction(signal, &action, NULL);
  }
  printf("ready\n");
  char line[64];
  while (read(STDIN_FILENO, line, sizeof(line)) > 0) {
    say_count(signals_heard);
  }
}

/* witness-neighbour KEY NAME PORT: shares all that IPC knows, and listens where it can. */
static void witness_neighbour(int count, char **arguments) {
  if (count < 3) {
    return;
  }
  char path[128];
  struct sockaddr_un abstract = {.sun_family = AF_UNIX};
  struct sockaddr_in6 any = {.sin6_family = AF_INET6,
                             .sin6_port = htons((uint16_t)atoi(arguments[2]))};
  int heard = 0;
  bool made = shmget(atoi(arguments[0]), 4096, IPC_CREAT | 0666) >= 0;
  made = mq_open(arguments[1], O_CREAT | O_RDWR, 0666, NULL) >= 0 && made;
  snprintf(path, sizeof(path), "/dev/shm%s", arguments[1]);
  made = open(path, O_CREAT | O_RDWR, 0666) >= 0 && made;
  snprintf(path, sizeof(path), "/tmp%s", arguments[1]);
  made = open(path, O_CREAT | O_RDWR, 0666) >= 0 && made;
  int tcp = socket(AF_INET6, SOCK_STREAM | SOCK_NONBLOCK, 0);
  int again = 1;
  setsockopt(tcp, SOL_SOCKET, SO_REUSEADDR, &again, sizeof(again));
  int local = socket(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0);
  size_t length = strlen(arguments[1]);
  memcpy(abstract.sun_path + 1, arguments[1], length);
  if (!made || bind(tcp, (struct sockaddr *)&any, sizeof(any)) < 0 || listen(tcp, 8) < 0 ||
      bind(local, (struct sockaddr *)&abstract,
           (socklen_t)(offsetof(struct sockaddr_un, sun_path) + 1 + length)) < 0 ||
      listen(local, 8) < 0) {
    printf("failed: %s\n", error_name(errno));
    return;
  }
  struct pollfd events[] = {{.fd = STDIN_FILENO, .events = POLLIN},
                            {.fd = tcp, .events = POLLIN},
                            {.fd = local, .events = POLLIN}};
  printf("ready\n");
  while (poll(events, 3, -1) > 0) {
    for (int i = 1; i < 3; i++) {
      /* All that have come so far: somebody may ask how many in this same moment. */
      for (int link; (link = accept(events[i].fd, NULL, NULL)) >= 0; heard++) {
        close(link);
      }
    }
    if (events[0].revents != 0) {
      char line[64];
      if (read(STDIN_FILENO, line, sizeof(line)) <= 0) {
        return;
      }
      say_count(heard);
    }
  }
}

/* capability PATH: revision and root of a file's capability, as this namespace sees them. */
static void capability(int count, char **arguments) {
  unsigned char bytes[64] = {0};
  long size = count > 0 ? getxattr(arguments[0], "security.capability", bytes, sizeof(bytes)) : -1;
  if (size < 20) {
    printf("none\n");
    return;
  }
  unsigned root = 0;
  if (size >= 24) {
    memcpy(&root, bytes + 20, sizeof(root));
  }
  printf("revision %d root %u\n", bytes[3], root);
}

/* identity: the effective user it runs as, for a program whose owner would like to be another. */
static void identity(int count, char **arguments) {
  (void)count;
  (void)arguments;
  printf("uid %u euid %u\n", getuid(), geteuid());
}

const struct attack WITNESSES[] = {
    {"witness-frames", witness_frames},
    {"send-frames", control_frames},
    {"witness-signals", witness_signals},
    {"witness-neighbour", witness_neighbour},
    {"capability", capability},
    {"identity", identity},
    {NULL, NULL},
};
