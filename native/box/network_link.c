#include "network_link.h"

#include <arpa/inet.h>
#include <errno.h>
#include <linux/if_link.h>
#include <linux/rtnetlink.h>
#include <linux/veth.h>
#include <net/if.h>
#include <sched.h>
#include <string.h>

#define LOOPBACK_INDEX 1 /* in every network namespace */
#define CONTAINER_INTERFACE "eth0"

void network_write_address(char text[INET_ADDRSTRLEN], struct in_addr address) {
  inet_ntop(AF_INET, &address, text, INET_ADDRSTRLEN);
}

void network_mac_of(struct in_addr address, uint8_t mac[6]) {
  mac[0] = 0x02;
  mac[1] = 0x42;
  memcpy(mac + 2, &address, sizeof(address));
}

static void request_up(struct ifinfomsg *link) {
  link->ifi_family = AF_UNSPEC;
  link->ifi_flags = IFF_UP;
  link->ifi_change = IFF_UP;
}

static void request_address(struct netlink *netlink, long index, struct in_addr address,
                            const char *reading) {
  struct ifaddrmsg *message =
      netlink_request(netlink, RTM_NEWADDR, NLM_F_CREATE | NLM_F_EXCL, sizeof(*message), reading);
  message->ifa_family = AF_INET;
  message->ifa_prefixlen = NETWORK_PREFIX_LENGTH;
  message->ifa_index = (uint32_t)index;
  const struct in_addr broadcast = {htonl(NETWORK_GATEWAY | ((1U << NETWORK_PREFIX_LENGTH) - 1))};
  netlink_attribute(netlink, IFA_LOCAL, &address, sizeof(address));
  netlink_attribute(netlink, IFA_ADDRESS, &address, sizeof(address));
  netlink_attribute(netlink, IFA_BROADCAST, &broadcast, sizeof(broadcast));
}

static long make_bridge(struct netlink *netlink, struct in_addr gateway) {
  uint8_t mac[6];
  struct ifinfomsg *link =
      netlink_request(netlink, RTM_NEWLINK, NLM_F_CREATE | NLM_F_EXCL, sizeof(*link),
                      "RTM_NEWLINK " NETWORK_BRIDGE " type bridge up");
  request_up(link);
  /* One of its own: else it would be that of a container, and would change with the containers. */
  network_mac_of(gateway, mac);
  netlink_string(netlink, IFLA_IFNAME, NETWORK_BRIDGE);
  netlink_attribute(netlink, IFLA_ADDRESS, mac, sizeof(mac));
  const size_t information = netlink_nest(netlink, IFLA_LINKINFO, 0);
  netlink_string(netlink, IFLA_INFO_KIND, "bridge");
  netlink_nest_end(netlink, information);
  return netlink_send(netlink);
}

long network_bridge(struct netlink *netlink, bool *made, const struct network_report *report) {
  const struct in_addr gateway = {htonl(NETWORK_GATEWAY)};
  long index = netlink_interface_index(netlink, NETWORK_BRIDGE);
  *made = index == -ENODEV;
  if (!*made) {
    return index;
  }
  network_explain(report,
                  "The first container: make a bridge, a switch of software, and give the machine "
                  "an address on it. Containers reach the machine and the world beyond through "
                  "that address.");
  long result = make_bridge(netlink, gateway);
  if (result < 0) {
    return result;
  }
  index = netlink_interface_index(netlink, NETWORK_BRIDGE);
  if (index < 0) {
    return index;
  }
  request_address(netlink, index, gateway, "RTM_NEWADDR 172.30.0.1/16 dev " NETWORK_BRIDGE);
  result = netlink_send(netlink);
  return result < 0 ? result : index;
}

/* One queue each way, as much as a container needs; else there is one for each processor. */
static void add_queues(struct netlink *netlink) {
  const uint32_t one = 1;
  netlink_attribute(netlink, IFLA_NUM_TX_QUEUES, &one, sizeof(one));
  netlink_attribute(netlink, IFLA_NUM_RX_QUEUES, &one, sizeof(one));
}

static void name_veth(struct text *reading, const char *interface, int net) {
  text_append(reading, "RTM_NEWLINK ");
  text_append(reading, interface);
  text_append(reading,
              " type veth up master " NETWORK_BRIDGE ", peer " CONTAINER_INTERFACE " in netns fd ");
  text_number(reading, net);
}

long network_make_veth(struct netlink *netlink, const char *interface, long bridge, int net,
                       struct in_addr address) {
  char words[128];
  uint8_t mac[6];
  const uint32_t master = (uint32_t)bridge;
  const uint32_t namespace = (uint32_t)net;
  struct text reading = TEXT(words);
  name_veth(&reading, interface, net);
  network_mac_of(address, mac);
  struct ifinfomsg *link =
      netlink_request(netlink, RTM_NEWLINK, NLM_F_CREATE | NLM_F_EXCL, sizeof(*link), words);
  request_up(link);
  netlink_string(netlink, IFLA_IFNAME, interface);
  netlink_attribute(netlink, IFLA_MASTER, &master, sizeof(master));
  add_queues(netlink);
  const size_t information = netlink_nest(netlink, IFLA_LINKINFO, 0);
  netlink_string(netlink, IFLA_INFO_KIND, "veth");
  const size_t details = netlink_nest(netlink, IFLA_INFO_DATA, 0);
  const size_t peer = netlink_nest(netlink, VETH_INFO_PEER, sizeof(struct ifinfomsg));
  netlink_string(netlink, IFLA_IFNAME, CONTAINER_INTERFACE);
  add_queues(netlink);
  netlink_attribute(netlink, IFLA_ADDRESS, mac, sizeof(mac));
  netlink_attribute(netlink, IFLA_NET_NS_FD, &namespace, sizeof(namespace));
  netlink_nest_end(netlink, peer);
  netlink_nest_end(netlink, details);
  netlink_nest_end(netlink, information);
  return netlink_send(netlink);
}

long network_open_inside(struct netlink *netlink, int net, struct tracer *tracer) {
  OWNED_FD own = (int)sys_openat(AT_FDCWD, "/proc/self/ns/net", O_RDONLY);
  netlink->socket = -1;
  if (own < 0) {
    return own;
  }
  long result = TRACED(tracer, setns, NUMBER(net), FLAGS(CLONE_NEWNET, CLONE_FLAGS));
  if (result < 0) {
    return result;
  }
  result = netlink_open(netlink, tracer);
  long back = TRACED(tracer, setns, NUMBER(own), FLAGS(CLONE_NEWNET, CLONE_FLAGS));
  return result < 0 ? result : back;
}

static void request_interface_up(struct netlink *inside, long index, const char *reading) {
  struct ifinfomsg *link = netlink_request(inside, RTM_NEWLINK, 0, sizeof(*link), reading);
  request_up(link);
  link->ifi_index = (int)index;
}

static void request_loopback_up(struct netlink *inside) {
  request_interface_up(inside, LOOPBACK_INDEX, "RTM_NEWLINK lo up");
}

long network_loopback_up(struct netlink *inside) {
  request_loopback_up(inside);
  return netlink_send(inside);
}

static void request_default_route(struct netlink *inside, long index) {
  const struct in_addr gateway = {htonl(NETWORK_GATEWAY)};
  const uint32_t output = (uint32_t)index;
  struct rtmsg *route = netlink_request(inside, RTM_NEWROUTE, NLM_F_CREATE | NLM_F_EXCL,
                                        sizeof(*route), "RTM_NEWROUTE default via 172.30.0.1");
  route->rtm_family = AF_INET;
  route->rtm_table = RT_TABLE_MAIN;
  route->rtm_protocol = RTPROT_BOOT;
  route->rtm_scope = RT_SCOPE_UNIVERSE;
  route->rtm_type = RTN_UNICAST;
  netlink_attribute(inside, RTA_GATEWAY, &gateway, sizeof(gateway));
  netlink_attribute(inside, RTA_OIF, &output, sizeof(output));
}

long network_configure(struct netlink *inside, struct in_addr address) {
  char words[64];
  char dotted[INET_ADDRSTRLEN];
  const long index = netlink_interface_index(inside, CONTAINER_INTERFACE);
  if (index < 0) {
    return index;
  }
  network_write_address(dotted, address);
  text_join(words, sizeof(words), "RTM_NEWADDR ", dotted, "/16 dev " CONTAINER_INTERFACE);
  request_loopback_up(inside);
  request_address(inside, index, address, words);
  request_interface_up(inside, index, "RTM_NEWLINK " CONTAINER_INTERFACE " up");
  request_default_route(inside, index);
  return netlink_send(inside);
}
