#include "netlink.h"

#include <errno.h>
#include <linux/netlink.h>
#include <net/if.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>

/* No request of ours is longer: one that were would be a bug, and is refused when it is sent. */
static void *take(struct netlink *netlink, size_t size) {
  const size_t aligned = NLMSG_ALIGN(size);
  if (netlink->length + aligned > sizeof(netlink->bytes)) {
    netlink->length = sizeof(netlink->bytes) + 1;
    return netlink->bytes;
  }
  char *start = netlink->bytes + netlink->length;
  memset(start, 0, aligned);
  netlink->length += aligned;
  return start;
}

static struct nlmsghdr *last_request(struct netlink *netlink) {
  return (struct nlmsghdr *)(void *)(netlink->bytes + netlink->last);
}

static void begin_batch(struct netlink *netlink) {
  netlink->length = 0;
  netlink->last = 0;
  netlink->reading = TEXT(netlink->words);
}

long netlink_open(struct netlink *netlink, struct tracer *tracer) {
  netlink->tracer = tracer;
  netlink->sequence = 0;
  begin_batch(netlink);
  long result = TRACED(tracer, socket, AS(AF_NETLINK, "AF_NETLINK"),
                       AS(SOCK_RAW | SOCK_CLOEXEC, "SOCK_RAW|SOCK_CLOEXEC"),
                       AS(NETLINK_ROUTE, "NETLINK_ROUTE"));
  netlink->socket = result < 0 ? -1 : (int)result;
  return result < 0 ? result : 0;
}

void netlink_close(const struct netlink *netlink) {
  close_owned(&netlink->socket);
}

/* The length of the request is known when the next one begins, or when all are sent. */
static void end_request(struct netlink *netlink) {
  if (netlink->length > netlink->last && netlink->length <= sizeof(netlink->bytes)) {
    last_request(netlink)->nlmsg_len = (uint32_t)(netlink->length - netlink->last);
  }
}

void *netlink_request(struct netlink *netlink, uint16_t type, uint16_t flags, size_t size,
                      const char *reading) {
  end_request(netlink);
  text_append(&netlink->reading, netlink->length == 0 ? "[" : ", ");
  text_append(&netlink->reading, reading);
  netlink->last = netlink->length;
  struct nlmsghdr *header = take(netlink, sizeof(*header));
  header->nlmsg_type = type;
  header->nlmsg_flags = (uint16_t)(NLM_F_REQUEST | flags);
  header->nlmsg_seq = ++netlink->sequence;
  return take(netlink, size);
}

void netlink_attribute(struct netlink *netlink, uint16_t type, const void *value, size_t size) {
  struct nlattr *attribute = take(netlink, sizeof(*attribute) + size);
  attribute->nla_type = type;
  attribute->nla_len = (uint16_t)(sizeof(*attribute) + size);
  memcpy(attribute + 1, value, size);
}

void netlink_string(struct netlink *netlink, uint16_t type, const char *value) {
  netlink_attribute(netlink, type, value, strlen(value) + 1);
}

size_t netlink_nest(struct netlink *netlink, uint16_t type, size_t header) {
  const size_t nest = netlink->length;
  struct nlattr *attribute = take(netlink, sizeof(*attribute) + header);
  attribute->nla_type = type;
  return nest;
}

void netlink_nest_end(struct netlink *netlink, size_t nest) {
  if (netlink->length <= sizeof(netlink->bytes)) {
    struct nlattr *attribute = (struct nlattr *)(void *)(netlink->bytes + nest);
    attribute->nla_len = (uint16_t)(netlink->length - nest);
  }
}

/*
 * The kernel reports each request that failed, and the last one in any case, for it asks for that.
 * All of it waits in the socket when sendto returns.
 */
static long read_answers(struct netlink *netlink) {
  _Alignas(8) char answer[2048];
  long first_error = 0;
  for (;;) {
    long size = system_call(SYS_recvfrom, netlink->socket, (long)answer, sizeof(answer), 0, 0, 0);
    if (size == -EINTR) {
      continue;
    }
    if (size < 0) {
      return size;
    }
    const struct nlmsghdr *header = (const struct nlmsghdr *)(const void *)answer;
    if ((size_t)size < sizeof(*header) + sizeof(struct nlmsgerr) ||
        header->nlmsg_type != NLMSG_ERROR) {
      return -EBADMSG;
    }
    const struct nlmsgerr *error = NLMSG_DATA(header);
    if (first_error == 0) {
      first_error = error->error;
    }
    if (header->nlmsg_seq == netlink->sequence) {
      return first_error;
    }
  }
}

long netlink_send(struct netlink *netlink) {
  end_request(netlink);
  if (netlink->length > sizeof(netlink->bytes)) {
    begin_batch(netlink);
    return -EMSGSIZE;
  }
  last_request(netlink)->nlmsg_flags |= NLM_F_ACK;
  text_append(&netlink->reading, "]");
  const struct argument arguments[] = {NUMBER(netlink->socket), AS(netlink->bytes, netlink->words),
                                       NUMBER(netlink->length), NUMBER(0),
                                       AS(0, "NULL"),           NUMBER(0)};
  /* The call is shown with the kernel's answer to the requests, which is what it is about. */
  struct glassbox_call *call = trace_begin(netlink->tracer, "sendto", arguments, 6);
  long result = system_call(SYS_sendto, netlink->socket, (long)netlink->bytes,
                            (long)netlink->length, 0, 0, 0);
  if (result >= 0) {
    result = read_answers(netlink);
  }
  trace_finish(netlink->tracer, call, result);
  begin_batch(netlink);
  return result;
}

long netlink_interface_index(const struct netlink *netlink, const char *name) {
  struct ifreq request = {0};
  if (!text_join(request.ifr_name, sizeof(request.ifr_name), name, "", "")) {
    return -EINVAL;
  }
  long result = system_call(SYS_ioctl, netlink->socket, SIOCGIFINDEX, (long)&request, 0, 0, 0);
  return result < 0 ? result : request.ifr_ifindex;
}
