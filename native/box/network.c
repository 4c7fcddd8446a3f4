/*
 * A container comes to the network and goes from it: this file is the table of contents, and each
 * function that it calls is in the file of its noun.
 */
#include "network.h"

#include <ctype.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "../failure.h"
#include "network_hosts.h"
#include "network_link.h"
#include "network_nat.h"
#include "network_port.h"
#include "network_records.h"
#include "network_relay.h"

#define ID_DIGITS 64
#define SHORT_ID_DIGITS 12
#define INTERFACE_DIGITS 7 /* as Docker has behind "veth" */
#define NAME_BYTES_MAX 64
#define STEP "net"

/* The step of a tracer is set for a function, and is as it was when that is left. */
struct step {
  struct tracer *tracer;
  const char *before;
};

static struct step begin_step(const struct network_report *report) {
  const struct step step = {report->tracer, report->tracer->step};
  report->tracer->step = STEP;
  return step;
}

static void end_step(const struct step *step) {
  step->tracer->step = step->before;
}

#define IN_STEP(report)                                                                            \
  __attribute__((cleanup(end_step), unused)) struct step step = begin_step(report)

/* A record, once read, whose veth is no more: its container ended and nobody was there to say so.
 */
static bool is_stale(const struct netlink *netlink, const struct network_endpoint *endpoint) {
  return netlink_interface_index(netlink, endpoint->interface) == -ENODEV;
}

static void short_id(char digits[SHORT_ID_DIGITS + 1], const char *id) {
  snprintf(digits, SHORT_ID_DIGITS + 1, "%.*s", SHORT_ID_DIGITS, id);
}

/* Takes a container's names from the hosts file, and notes whether rules for its ports remain. */
static long forget(const struct network_endpoint *endpoint, int hosts, bool *had_ports) {
  char digits[SHORT_ID_DIGITS + 1];
  short_id(digits, endpoint->id);
  *had_ports = *had_ports || endpoint->port_count > 0;
  return digits[0] == '\0' ? 0 : network_hosts_remove(hosts, digits);
}

static long forget_stale(struct network_records *records, int hosts, const struct netlink *netlink,
                         bool *had_ports) {
  long result = 0;
  for (uint32_t i = records->count; i > 0 && result == 0; i--) {
    const struct network_endpoint *endpoint = &records->endpoints[i - 1];
    if (is_stale(netlink, endpoint)) {
      result = forget(endpoint, hosts, had_ports);
      result = result < 0 ? result : network_records_remove(records, endpoint);
    }
  }
  return result;
}

/* What attach and detach work with, while no other `box` does. */
struct network {
  const struct network_report *report;
  struct network_records records;
  struct netlink netlink;
  int hosts;
  /* The rules of address translation are no longer those of the records. */
  bool rules_changed;
};

static void close_network(const struct network *network) {
  close_owned(&network->hosts);
  netlink_close(&network->netlink);
  network_records_close(&network->records);
}

#define OWNED_NETWORK __attribute__((cleanup(close_network))) struct network

static int open_network(struct network *network, const char *directory,
                        const struct network_report *report) {
  *network = (struct network){.report = report, .hosts = -1, .netlink = {.socket = -1}};
  long result = network_records_open(&network->records, directory);
  if (result == 0) {
    result = network_records_lock(&network->records);
  }
  if (result == 0) {
    result = network_records_read(&network->records);
  }
  if (result == 0) {
    result = network->hosts = (int)network_hosts_open(network->records.directory);
  }
  if (result < 0) {
    return fail(report->failure, STEP, directory, result);
  }
  result = netlink_open(&network->netlink, report->tracer);
  if (result < 0) {
    return fail(report->failure, STEP, "NETLINK_ROUTE", result);
  }
  result =
      forget_stale(&network->records, network->hosts, &network->netlink, &network->rules_changed);
  return result < 0 ? fail(report->failure, STEP, directory, result) : 0;
}

static bool is_name(const char *text) {
  const size_t length = strlen(text);
  for (size_t i = 0; i < length; i++) {
    if (!isalnum((unsigned char)text[i]) && strchr("_.-", text[i]) == NULL) {
      return false;
    }
  }
  return length > 0 && length <= NAME_BYTES_MAX;
}

/* Names become lines of a file that other containers read. */
static int check_container(const struct network_container *container,
                           struct glassbox_failure *failure) {
  if (strlen(container->id) != ID_DIGITS ||
      strspn(container->id, "0123456789abcdef") != ID_DIGITS) {
    return fail(failure, STEP, "container id", -EINVAL);
  }
  if (!is_name(container->name)) {
    return fail(failure, STEP, "container name", -EINVAL);
  }
  if (container->hostname != NULL && !is_name(container->hostname)) {
    return fail(failure, STEP, "hostname", -EINVAL);
  }
  return container->port_count > NETWORK_PORTS_MAX ? fail(failure, "publish", "-p", -E2BIG) : 0;
}

static long add_host(const struct network *network, const struct network_container *container,
                     const struct network_endpoint *endpoint) {
  char address[INET_ADDRSTRLEN];
  char digits[SHORT_ID_DIGITS + 1];
  char line[256];
  network_write_address(address, endpoint->address);
  short_id(digits, container->id);
  const char *hostname = container->hostname == NULL ? digits : container->hostname;
  const bool other = strcmp(hostname, digits) != 0 && strcmp(hostname, container->name) != 0;
  snprintf(line, sizeof(line), "%s %s %s%s%s", address, container->name, digits, other ? " " : "",
           other ? hostname : "");
  network_explain(network->report, "Write its address and its names into the hosts file that all "
                                   "containers have as /etc/hosts.");
  return network_hosts_add(network->hosts, line, network->report->tracer);
}

/* The record comes first: what it says of a container without a veth counts for nothing. */
static int make_endpoint(struct network *network, const struct network_container *container,
                         struct network_endpoint *endpoint, long bridge) {
  const struct network_report *report = network->report;
  endpoint->address = network_records_free_address(&network->records);
  if (endpoint->address.s_addr == 0) {
    return fail(report->failure, STEP, NETWORK_SUBNET_TEXT, -EADDRNOTAVAIL);
  }
  network_complete_endpoint(endpoint);
  long result = network_records_add(&network->records, endpoint);
  if (result < 0) {
    return fail(report->failure, STEP, "record", result);
  }
  network_explain(report, "Make two network cards joined by a cable, a veth pair: one stays in the "
                          "machine, plugged into the bridge; the other one is eth0 in the "
                          "container's network namespace.");
  result = network_make_veth(&network->netlink, endpoint->interface, bridge, container->net,
                             endpoint->address);
  if (result < 0) {
    return fail(report->failure, STEP, endpoint->interface, result);
  }
  result = add_host(network, container, endpoint);
  return result < 0 ? fail(report->failure, STEP, NETWORK_HOSTS_FILE, result) : 0;
}

static int configure_inside(const struct network_container *container,
                            const struct network_endpoint *endpoint,
                            const struct network_report *report) {
  OWNED_NETLINK inside = {.socket = -1};
  char words[192];
  char address[INET_ADDRSTRLEN];
  network_write_address(address, endpoint->address);
  snprintf(words, sizeof(words),
           "In the container's network namespace: bring up lo, give eth0 the address %s/%u, and "
           "send all that is not for this network to the bridge.",
           address, endpoint->prefix_length);
  network_explain(report, words);
  long result = network_open_inside(&inside, container->net, report->tracer);
  if (result == 0) {
    result = network_configure(&inside, endpoint->address);
  }
  return result < 0 ? fail(report->failure, STEP, "eth0", result) : 0;
}

static void translate_if_changed(struct network *network) {
  if (network->rules_changed) {
    network_translate(&network->records, network->report);
    network->rules_changed = false;
  }
}

static int start_relay(struct network *network, const struct network_container *container,
                       const int *listeners) {
  struct network_endpoint *record = network_records_find(&network->records, container->id);
  long result = network_start_relay(record, listeners, container->pidfd, network->report);
  if (result > 0) {
    result = network_records_note_relay(&network->records, record, (int)result);
  }
  return result < 0 ? fail(network->report->failure, STEP, "relay", result) : 0;
}

/* All of it, with the ports' sockets at hand; the caller undoes it if it fails. */
static int attach(struct network *network, const struct network_container *container,
                  struct network_endpoint *endpoint, const int *listeners) {
  const struct network_report *report = network->report;
  bool made = false;
  const long bridge = network_bridge(&network->netlink, &made, report);
  if (bridge < 0) {
    return fail(report->failure, STEP, NETWORK_BRIDGE, bridge);
  }
  if (make_endpoint(network, container, endpoint, bridge) < 0) {
    return -1;
  }
  if (made) {
    network_forward(report);
  }
  network->rules_changed = network->rules_changed || made || endpoint->port_count > 0;
  translate_if_changed(network);
  if (configure_inside(container, endpoint, report) < 0) {
    return -1;
  }
  return endpoint->port_count == 0 ? 0 : start_relay(network, container, listeners);
}

/*
 * The veth pair is left to the kernel, which takes it apart with the namespace that no process is
 * in any more. To remove it here would mean to wait for that: some 30 ms, for each container.
 */
static long detach(struct network *network, struct network_endpoint *endpoint) {
  network_explain(network->report,
                  "Take the container's names and ports from the network. Its veth pair goes with "
                  "its network namespace.");
  network_stop_relay(endpoint);
  long result = forget(endpoint, network->hosts, &network->rules_changed);
  return result < 0 ? result : network_records_release(&network->records, endpoint);
}

static int attach_or_undo(struct network *network, const struct network_container *container,
                          struct network_endpoint *endpoint, const int *listeners) {
  if (attach(network, container, endpoint, listeners) == 0) {
    return 0;
  }
  struct network_endpoint *record = network_records_find(&network->records, container->id);
  if (record != NULL) {
    detach(network, record);
  }
  translate_if_changed(network);
  return -1;
}

/* Before anything is made, for a port that is taken is the usual failure. */
static int bind_ports(const struct network_container *container, int *listeners,
                      const struct network_report *report) {
  if (container->port_count > 0) {
    network_explain(report, "Take the published ports in the machine, so that nobody else has "
                            "them.");
  }
  for (uint32_t i = 0; i < container->port_count; i++) {
    listeners[i] = network_bind_port(&container->ports[i], report);
    if (listeners[i] < 0) {
      return -1;
    }
  }
  return 0;
}

static void begin_endpoint(struct network_endpoint *endpoint,
                           const struct network_container *container) {
  *endpoint = (struct network_endpoint){.port_count = container->port_count};
  snprintf(endpoint->id, sizeof(endpoint->id), "%s", container->id);
  snprintf(endpoint->name, sizeof(endpoint->name), "%s", container->name);
  snprintf(endpoint->interface, sizeof(endpoint->interface), "veth%.*s", INTERFACE_DIGITS,
           container->id);
  for (uint32_t i = 0; i < container->port_count; i++) {
    endpoint->ports[i] = container->ports[i];
  }
}

int network_attach(const char *directory, struct network_container *container,
                   struct network_endpoint *endpoint, const struct network_report *report) {
  IN_STEP(report);
  int listeners[NETWORK_PORTS_MAX];
  memset(listeners, -1, sizeof(listeners));
  if (check_container(container, report->failure) < 0) {
    return -1;
  }
  int result = bind_ports(container, listeners, report);
  if (result == 0) {
    OWNED_NETWORK network;
    begin_endpoint(endpoint, container);
    result = open_network(&network, directory, report);
    if (result == 0) {
      result = attach_or_undo(&network, container, endpoint, listeners);
    }
  }
  for (uint32_t i = 0; i < container->port_count; i++) {
    close_owned(&listeners[i]);
  }
  return result;
}

int network_detach(const char *directory, const char *id, const struct network_report *report) {
  IN_STEP(report);
  OWNED_NETWORK network;
  if (open_network(&network, directory, report) < 0) {
    return -1;
  }
  struct network_endpoint *endpoint = network_records_find(&network.records, id);
  long result = endpoint == NULL ? 0 : detach(&network, endpoint);
  translate_if_changed(&network);
  return result < 0 ? fail(report->failure, STEP, directory, result) : 0;
}

int network_raise_loopback(int net, const struct network_report *report) {
  IN_STEP(report);
  OWNED_NETLINK inside = {.socket = -1};
  network_explain(report, "A network namespace of its own, with lo and nothing else: bring lo up.");
  long result = network_open_inside(&inside, net, report->tracer);
  if (result == 0) {
    result = network_loopback_up(&inside);
  }
  return result < 0 ? fail(report->failure, STEP, "lo", result) : 0;
}

int network_prepare(const char *directory, const struct network_report *report) {
  OWNED_RECORDS records = {0};
  OWNED_FD hosts = -1;
  long result = network_records_open(&records, directory);
  if (result == 0) {
    result = network_records_lock(&records);
  }
  if (result == 0) {
    result = hosts = (int)network_hosts_open(records.directory);
  }
  return result < 0 ? fail(report->failure, STEP, directory, result) : 0;
}
