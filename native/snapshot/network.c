/* What is in a network namespace: see rtnetlink(7). */
#include <arpa/inet.h>
#include <linux/if_link.h>
#include <linux/net_namespace.h>
#include <linux/rtnetlink.h>
#include <net/if.h>
#include <string.h>
#include <sys/socket.h>

#include "../syscalls.h"
#include "snapshot.h"

#define ANSWER_BYTES (16 << 10)
#define ATTRIBUTES_MAX 64

struct request {
  struct nlmsghdr header;
  union {
    struct ifinfomsg link;
    struct ifaddrmsg address;
    struct rtmsg route;
  };
};

/* Writes one message of an answer as a value; false for one that is not wanted. */
typedef bool write_message(struct json *json, const struct nlmsghdr *header);

/* The attributes of a message by their numbers; those that are not there are NULL. */
static void read_attributes(const struct rtattr *at, long length,
                            const struct rtattr **attributes) {
  memset(attributes, 0, ATTRIBUTES_MAX * sizeof(*attributes));
  for (; RTA_OK(at, length); at = RTA_NEXT(at, length)) {
    unsigned int type = at->rta_type & ~(unsigned int)NLA_F_NESTED;
    if (type < ATTRIBUTES_MAX) {
      attributes[type] = at;
    }
  }
}

static void write_number(struct json *json, const char *key, const struct rtattr *attribute) {
  if (attribute != NULL && RTA_PAYLOAD(attribute) >= sizeof(int32_t)) {
    int32_t number;
    memcpy(&number, RTA_DATA(attribute), sizeof(number));
    json_key_integer(json, key, number);
  }
}

static void write_name(struct json *json, const char *key, const struct rtattr *attribute) {
  if (attribute != NULL) {
    json_key(json, key);
    json_bytes(json, RTA_DATA(attribute), strnlen(RTA_DATA(attribute), RTA_PAYLOAD(attribute)));
  }
}

static void write_hardware_address(struct json *json, const struct rtattr *attribute) {
  static const char digits[] = "0123456789abcdef";
  char text[20];
  if (attribute == NULL || RTA_PAYLOAD(attribute) != 6) {
    return;
  }
  const unsigned char *bytes = RTA_DATA(attribute);
  for (int i = 0; i < 6; i++) {
    text[i * 3] = digits[bytes[i] >> 4];
    text[i * 3 + 1] = digits[bytes[i] & 15];
    text[i * 3 + 2] = i < 5 ? ':' : '\0';
  }
  json_key_string(json, "hardwareAddress", text);
}

static void write_counters(struct json *json, const struct rtattr *attribute) {
  struct rtnl_link_stats64 counters = {0};
  if (attribute == NULL) {
    return;
  }
  size_t size = RTA_PAYLOAD(attribute);
  memcpy(&counters, RTA_DATA(attribute), size < sizeof(counters) ? size : sizeof(counters));
  json_key_integer(json, "receivedPackets", (int64_t)counters.rx_packets);
  json_key_integer(json, "receivedBytes", (int64_t)counters.rx_bytes);
  json_key_integer(json, "sentPackets", (int64_t)counters.tx_packets);
  json_key_integer(json, "sentBytes", (int64_t)counters.tx_bytes);
}

static void write_kind(struct json *json, const struct rtattr *information) {
  const struct rtattr *attributes[ATTRIBUTES_MAX];
  if (information != NULL) {
    read_attributes(RTA_DATA(information), (long)RTA_PAYLOAD(information), attributes);
    write_name(json, "kind", attributes[IFLA_INFO_KIND]);
  }
}

static bool write_link(struct json *json, const struct nlmsghdr *header) {
  const struct rtattr *attributes[ATTRIBUTES_MAX];
  const struct ifinfomsg *link = NLMSG_DATA(header);
  read_attributes(IFLA_RTA(link), (long)IFLA_PAYLOAD(header), attributes);
  json_key_integer(json, "index", link->ifi_index);
  write_name(json, "name", attributes[IFLA_IFNAME]);
  json_key_boolean(json, "up", (link->ifi_flags & IFF_UP) != 0);
  json_key_boolean(json, "loopback", (link->ifi_flags & IFF_LOOPBACK) != 0);
  write_number(json, "mtu", attributes[IFLA_MTU]);
  write_number(json, "master", attributes[IFLA_MASTER]);
  write_number(json, "peerIndex", attributes[IFLA_LINK]);
  write_number(json, "peerNamespaceId", attributes[IFLA_LINK_NETNSID]);
  write_hardware_address(json, attributes[IFLA_ADDRESS]);
  write_kind(json, attributes[IFLA_LINKINFO]);
  write_counters(json, attributes[IFLA_STATS64]);
  return true;
}

static void write_address_text(struct json *json, const char *key, int family,
                               const struct rtattr *attribute) {
  char text[INET6_ADDRSTRLEN];
  size_t size = family == AF_INET ? sizeof(struct in_addr) : sizeof(struct in6_addr);
  if (attribute != NULL && RTA_PAYLOAD(attribute) == size &&
      inet_ntop(family, RTA_DATA(attribute), text, sizeof(text)) != NULL) {
    json_key_string(json, key, text);
  }
}

static bool write_interface_address(struct json *json, const struct nlmsghdr *header) {
  const struct rtattr *attributes[ATTRIBUTES_MAX];
  const struct ifaddrmsg *address = NLMSG_DATA(header);
  read_attributes(IFA_RTA(address), (long)IFA_PAYLOAD(header), attributes);
  /* On a point-to-point link IFA_ADDRESS is the other end's. */
  const struct rtattr *local = attributes[IFA_LOCAL];
  json_key_integer(json, "index", address->ifa_index);
  json_key_integer(json, "prefixLength", address->ifa_prefixlen);
  write_address_text(json, "address", address->ifa_family,
                     local == NULL ? attributes[IFA_ADDRESS] : local);
  return address->ifa_family == AF_INET || address->ifa_family == AF_INET6;
}

static bool write_route(struct json *json, const struct nlmsghdr *header) {
  const struct rtattr *attributes[ATTRIBUTES_MAX];
  const struct rtmsg *route = NLMSG_DATA(header);
  read_attributes(RTM_RTA(route), (long)RTM_PAYLOAD(header), attributes);
  json_key_string(json, "family", route->rtm_family == AF_INET6 ? "inet6" : "inet");
  json_key_integer(json, "prefixLength", route->rtm_dst_len);
  write_address_text(json, "to", route->rtm_family, attributes[RTA_DST]);
  write_address_text(json, "via", route->rtm_family, attributes[RTA_GATEWAY]);
  write_number(json, "index", attributes[RTA_OIF]);
  return route->rtm_table == RT_TABLE_MAIN && route->rtm_type == RTN_UNICAST &&
         (route->rtm_family == AF_INET || route->rtm_family == AF_INET6);
}

static void write_answer(struct snapshot *snapshot, const struct nlmsghdr *header,
                         write_message *write, uint32_t *count) {
  struct json *json = &snapshot->json;
  size_t mark = json->length;
  if (*count == SNAPSHOT_LINKS_MAX) {
    snapshot->cut |= CUT_LINKS;
    return;
  }
  json_open(json, '{');
  bool wanted = write(json, header);
  json_close(json, '}');
  if (!wanted) {
    json->full = false;
    json->length = mark;
  } else if (snapshot_finish(snapshot, mark, CUT_LINKS)) {
    *count += 1;
  }
}

/* Asks for all of one kind. The kernel answers before the call returns, so nothing waits. */
static void write_list(struct snapshot *snapshot, int socket, const char *key, unsigned short type,
                       write_message *write) {
  struct request request = {
      .header = {.nlmsg_len = NLMSG_LENGTH(sizeof(struct ifinfomsg)),
                 .nlmsg_type = type,
                 .nlmsg_flags = NLM_F_REQUEST | NLM_F_DUMP},
  };
  char answer[ANSWER_BYTES] __attribute__((aligned(8)));
  uint32_t count = 0;
  bool done =
      system_call(SYS_sendto, socket, (long)&request, request.header.nlmsg_len, 0, 0, 0) < 0;
  json_key(&snapshot->json, key);
  json_open(&snapshot->json, '[');
  while (!done) {
    long size = system_call(SYS_recvfrom, socket, (long)answer, sizeof(answer), MSG_DONTWAIT, 0, 0);
    if (size <= 0) {
      break;
    }
    for (const struct nlmsghdr *header = (const struct nlmsghdr *)(const void *)answer;
         NLMSG_OK(header, size); header = NLMSG_NEXT(header, size)) {
      if (header->nlmsg_type == NLMSG_DONE || header->nlmsg_type == NLMSG_ERROR) {
        done = true;
        break;
      }
      write_answer(snapshot, header, write, &count);
    }
  }
  json_close(&snapshot->json, ']');
}

/* The number by which this namespace calls another one, or -1 if it has none for it. */
static int32_t number_of(int socket, int namespace) {
  struct {
    struct nlmsghdr header;
    struct rtgenmsg general;
    struct rtattr attribute __attribute__((aligned(4)));
    int32_t fd;
  } request = {
      .header = {.nlmsg_len = sizeof(request),
                 .nlmsg_type = RTM_GETNSID,
                 .nlmsg_flags = NLM_F_REQUEST},
      .attribute = {.rta_len = RTA_LENGTH(sizeof(int32_t)), .rta_type = NETNSA_FD},
      .fd = namespace,
  };
  char answer[256] __attribute__((aligned(8)));
  const struct rtattr *attributes[ATTRIBUTES_MAX];
  int32_t number = -1;
  if (system_call(SYS_sendto, socket, (long)&request, sizeof(request), 0, 0, 0) < 0) {
    return -1;
  }
  long size = system_call(SYS_recvfrom, socket, (long)answer, sizeof(answer), MSG_DONTWAIT, 0, 0);
  const struct nlmsghdr *header = (const struct nlmsghdr *)(const void *)answer;
  if (size <= 0 || !NLMSG_OK(header, size) || header->nlmsg_type != RTM_NEWNSID) {
    return -1;
  }
  const size_t offset = NLMSG_ALIGN(sizeof(struct rtgenmsg));
  read_attributes((const struct rtattr *)(const void *)((const char *)NLMSG_DATA(header) + offset),
                  (long)(header->nlmsg_len - NLMSG_LENGTH(offset)), attributes);
  if (attributes[NETNSA_NSID] != NULL) {
    memcpy(&number, RTA_DATA(attributes[NETNSA_NSID]), sizeof(number));
  }
  return number;
}

/* Which of the sandbox's namespaces a link's peerNamespaceId means, in this one. */
static void write_numbers_of_others(struct snapshot *snapshot, int socket) {
  struct json *json = &snapshot->json;
  json_key(json, "namespaceIds");
  json_open(json, '[');
  for (uint32_t i = 0; i < snapshot->namespace_count; i++) {
    const struct snapshot_namespace *other = &snapshot->namespaces[i];
    int32_t number = other->type == IN_NET ? number_of(socket, other->fd) : -1;
    size_t mark = json->length;
    if (number < 0) {
      continue;
    }
    json_open(json, '{');
    json_key_integer(json, "id", number);
    json_key_identifier(json, "namespace", other->inode);
    json_close(json, '}');
    if (!snapshot_finish(snapshot, mark, CUT_LINKS)) {
      break;
    }
  }
  json_close(json, ']');
}

void snapshot_network(struct snapshot *snapshot, const struct snapshot_namespace *namespace) {
  if (snapshot_enter(snapshot, namespace) < 0) {
    return;
  }
  /* A socket stays in the namespace in which it was made; the thread need not. */
  OWNED_FD socket =
      (int)system_call(SYS_socket, AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, NETLINK_ROUTE, 0, 0, 0);
  snapshot_return(snapshot, IN_NET);
  if (socket < 0) {
    return;
  }
  write_list(snapshot, socket, "links", RTM_GETLINK, write_link);
  write_list(snapshot, socket, "addresses", RTM_GETADDR, write_interface_address);
  write_list(snapshot, socket, "routes", RTM_GETROUTE, write_route);
  write_numbers_of_others(snapshot, socket);
}
