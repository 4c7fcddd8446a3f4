/* The network: the host, the warden, web and other sandboxes, over whatever can be spoken. */
#include <arpa/inet.h>
#include <fcntl.h>
#include <linux/cn_proc.h>
#include <linux/connector.h>
#include <linux/if_packet.h>
#include <linux/netlink.h>
#include <net/ethernet.h>
#include <net/if.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "attack.h"
#include "witness.h"

struct destination {
  struct sockaddr_storage address;
  socklen_t size;
};

/* An address of either family, in numbers. */
static bool parse(const char *host, const char *port, struct destination *destination) {
  struct sockaddr_in *four = (struct sockaddr_in *)&destination->address;
  struct sockaddr_in6 *six = (struct sockaddr_in6 *)&destination->address;
  *destination = (struct destination){0};
  if (inet_pton(AF_INET, host, &four->sin_addr) == 1) {
    four->sin_family = AF_INET;
    four->sin_port = htons((uint16_t)atoi(port));
    destination->size = sizeof(*four);
    return true;
  }
  six->sin6_family = AF_INET6;
  six->sin6_port = htons((uint16_t)atoi(port));
  destination->size = sizeof(*six);
  return inet_pton(AF_INET6, host, &six->sin6_addr) == 1;
}

/* What goes nowhere is refused at once; on a busy host even what is next door may take its time. */
#define ANSWER_MS 3000

static long connect_to(const struct destination *to) {
  int link = socket(to->address.ss_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
  if (link < 0) {
    return -1;
  }
  int error = 0;
  socklen_t size = sizeof(error);
  if (connect(link, (const struct sockaddr *)&to->address, to->size) < 0) {
    struct pollfd event = {.fd = link, .events = POLLOUT};
    if (errno != EINPROGRESS || poll(&event, 1, ANSWER_MS) <= 0) {
      error = errno == EINPROGRESS ? ETIMEDOUT : errno;
    } else {
      getsockopt(link, SOL_SOCKET, SO_ERROR, &error, &size);
    }
  }
  close(link);
  errno = error;
  return error == 0 ? 0 : -1;
}

/* What leaves by UDP says nothing of where it arrives: the host counts that. */
static void send_to(const struct destination *to, const char *what) {
  int link = socket(to->address.ss_family, SOCK_DGRAM | SOCK_CLOEXEC, 0);
  long result = sendto(link, "escape", 6, 0, (const struct sockaddr *)&to->address, to->size);
  refused("udp %s: %s", what, result < 0 ? error_name(errno) : "stays in its own loopback");
  close(link);
}

/* connect PORT ADDRESS...: the host's own addresses, and those that mean "here". */
static void connects(int count, char **arguments) {
  for (int i = 1; i < count; i++) {
    struct destination destination;
    char what[96];
    snprintf(what, sizeof(what), "%s port %s", arguments[i], arguments[0]);
    if (parse(arguments[i], arguments[0], &destination)) {
      attempt(what, connect_to(&destination));
      send_to(&destination, what);
    }
  }
  ask_host();
}

/* abstract NAME...: sockets without a file, which only a network namespace keeps apart. */
static void abstract(int count, char **arguments) {
  for (int i = 0; i < count; i++) {
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    int link = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    size_t length = strlen(arguments[i]);
    memcpy(address.sun_path + 1, arguments[i], length);
    attempt(arguments[i],
            connect(link, (struct sockaddr *)&address,
                    (socklen_t)(offsetof(struct sockaddr_un, sun_path) + 1 + length)));
    close(link);
  }
}

/* Every family of sockets but the five that lessons use, vsock and the host's crypto among them. */
static void families(int count, char **arguments) {
  static const int types[] = {SOCK_STREAM, SOCK_DGRAM, SOCK_RAW, SOCK_SEQPACKET};
  int closed = 0;
  int error = 0;
  (void)count;
  (void)arguments;
  for (int family = 0; family < 64; family++) {
    if (family == AF_UNIX || family == AF_INET || family == AF_INET6 || family == AF_NETLINK ||
        family == AF_PACKET) {
      continue;
    }
    for (size_t i = 0; i < sizeof(types) / sizeof(types[0]); i++) {
      int link = socket(family, types[i], 0);
      if (link >= 0) {
        open_way("family %d type %d", family, types[i]);
        close(link);
      } else {
        closed++;
        error = errno;
      }
    }
  }
  refused("%d kinds of sockets: %s", closed, error_name(error));
}

/* frames: raw Ethernet out of every interface; the host listens on all of its own. */
static void frames(int count, char **arguments) {
  (void)count;
  (void)arguments;
  int sent = send_frames();
  if (sent < 0) {
    refused("AF_PACKET: %s", error_name(errno));
  } else {
    refused("%d frames were sent, none of them out of its own namespace", sent);
  }
  ask_host();
}

/* uevents: a message as the kernel sends it to the host's udev when a device appears. */
static void uevents(int count, char **arguments) {
  (void)count;
  (void)arguments;
  long sent = send_uevent();
  refused("a uevent to all: %s", sent < 0 ? error_name(errno) : "stays in its own namespace");
  ask_host();
}

/* What other protocols of netlink tell of the host: processes that start, audit, devices. */
static void events(int count, char **arguments) {
  static const int protocols[] = {NETLINK_CONNECTOR, NETLINK_AUDIT, NETLINK_KOBJECT_UEVENT};
  (void)count;
  (void)arguments;
  for (size_t i = 0; i < sizeof(protocols) / sizeof(protocols[0]); i++) {
    char what[64];
    char message[4096];
    struct sockaddr_nl address = {.nl_family = AF_NETLINK, .nl_groups = 1};
    int link = socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, protocols[i]);
    snprintf(what, sizeof(what), "netlink %d", protocols[i]);
    if (link < 0 || bind(link, (struct sockaddr *)&address, sizeof(address)) < 0) {
      refused("%s: %s", what, error_name(errno));
      close(link);
      continue;
    }
    if (protocols[i] == NETLINK_CONNECTOR) {
      struct {
        struct nlmsghdr header;
        struct cn_msg message;
        enum proc_cn_mcast_op operation;
      } __attribute__((packed))
      listen = {.header = {.nlmsg_len = sizeof(listen), .nlmsg_type = NLMSG_DONE},
                .message = {.id = {CN_IDX_PROC, CN_VAL_PROC}, .len = sizeof(enum proc_cn_mcast_op)},
                .operation = PROC_CN_MCAST_LISTEN};
      if (send(link, &listen, sizeof(listen), 0) < 0) {
        refused("%s: %s", what, error_name(errno));
      }
    }
    ask_host();
    if (recv(link, message, sizeof(message), MSG_DONTWAIT) > 0) {
      open_way("%s tells of the host", what);
    } else {
      refused("%s says nothing: %s", what, error_name(errno));
    }
    close(link);
  }
}

/* interfaces: one end of a veth pair into the namespace of what is PID 1 here. */
static void interfaces(int count, char **arguments) {
  static const char *const commands[] = {
      "ip link add escape0 type veth peer name escape1 netns 1",
      "ip link add escape2 type dummy; ip link set escape2 netns 1",
      "ip link add link eth0 name escape3 type macvlan",
      "ip link set eth0 down",
  };
  (void)count;
  (void)arguments;
  for (size_t i = 0; i < sizeof(commands) / sizeof(commands[0]); i++) {
    char command[160];
    snprintf(command, sizeof(command), "(%s) >/dev/null 2>&1", commands[i]);
    int status = system(command);
    refused("%s: status %d", commands[i], status >> 8);
  }
  ask_host();
}

const struct attack NETWORK_ATTACKS[] = {
    {"connect", connects}, {"abstract", abstract}, {"families", families},     {"frames", frames},
    {"uevents", uevents},  {"events", events},     {"interfaces", interfaces}, {NULL, NULL},
};
