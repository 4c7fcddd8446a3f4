#include "network_port.h"

#include <arpa/inet.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>

#include "../failure.h"
#include "network_link.h"

static int refuse(struct glassbox_failure *failure, const char *what, const char *text) {
  char sentence[160];
  snprintf(sentence, sizeof(sentence), "%s: %s", what, text);
  return fail(failure, "publish", sentence, -EINVAL);
}

/* 0 only where it may be left out. */
static bool read_port_number(const char *text, uint16_t *port) {
  uint64_t number;
  if (*text == '\0' || strlen(text) > 5 || *text_read_number(text, &number) != '\0' ||
      number > UINT16_MAX) {
    return false;
  }
  *port = (uint16_t)number;
  return true;
}

static char *cut_at_last(char *text, char separator) {
  char *at = strrchr(text, separator);
  if (at == NULL) {
    return NULL;
  }
  *at = '\0';
  return at + 1;
}

/* What is before the container's port: `[ADDRESS:]PORT`, or `ADDRESS:` for a port of any number. */
static int read_machine_side(char *text, struct network_port *port,
                             struct glassbox_failure *failure) {
  char *number = cut_at_last(text, ':');
  const char *address = number == NULL ? "" : text;
  number = number == NULL ? text : number;
  if (*number != '\0' && !read_port_number(number, &port->machine_port)) {
    return refuse(failure, "invalid hostPort", number);
  }
  if (*address != '\0' && inet_pton(AF_INET, address, &port->address) != 1) {
    return refuse(failure, "invalid IP address", address);
  }
  return 0;
}

int network_read_port(const char *argument, struct network_port *port,
                      struct glassbox_failure *failure) {
  char text[64];
  *port = (struct network_port){.protocol = IPPROTO_TCP, .address = {htonl(INADDR_ANY)}};
  if (!text_join(text, sizeof(text), argument, "", "")) {
    return refuse(failure, "invalid containerPort", argument);
  }
  const char *protocol = cut_at_last(text, '/');
  if (protocol != NULL && strcmp(protocol, "udp") == 0) {
    port->protocol = IPPROTO_UDP;
  } else if (protocol != NULL && strcmp(protocol, "tcp") != 0) {
    return refuse(failure, "invalid proto", protocol);
  }
  char *container_port = cut_at_last(text, ':');
  if (container_port != NULL && read_machine_side(text, port, failure) < 0) {
    return -1;
  }
  container_port = container_port == NULL ? text : container_port;
  if (*container_port == '\0') {
    return refuse(failure, "no port specified", argument);
  }
  if (!read_port_number(container_port, &port->container_port) || port->container_port == 0) {
    return refuse(failure, "invalid containerPort", container_port);
  }
  return 0;
}

const char *network_protocol_name(const struct network_port *port) {
  return port->protocol == IPPROTO_UDP ? "udp" : "tcp";
}

void network_write_port(const struct network_port *port, char *text, size_t capacity) {
  char address[INET_ADDRSTRLEN];
  network_write_address(address, port->address);
  snprintf(text, capacity, "%s:%u->%u/%s", address, port->machine_port, port->container_port,
           network_protocol_name(port));
}

/* As Docker says it; a learner who looks for the sentence finds what it means. */
static int fail_to_bind(const struct network_port *port, long error,
                        struct glassbox_failure *failure) {
  char address[INET_ADDRSTRLEN];
  char sentence[160];
  network_write_address(address, port->address);
  if (error == -EADDRINUSE) {
    snprintf(sentence, sizeof(sentence), "Bind for %s:%u failed: port is already allocated",
             address, port->machine_port);
  } else {
    snprintf(sentence, sizeof(sentence), "listen %s4 %s:%u: bind failed",
             network_protocol_name(port), address, port->machine_port);
  }
  return fail(failure, "publish", sentence, error);
}

static long open_listener(struct tracer *tracer, const struct network_port *port) {
  const bool tcp = port->protocol == IPPROTO_TCP;
  long result = TRACED(
      tracer, socket, AS(AF_INET, "AF_INET"),
      AS((tcp ? SOCK_STREAM : SOCK_DGRAM) | SOCK_CLOEXEC | SOCK_NONBLOCK,
         tcp ? "SOCK_STREAM|SOCK_CLOEXEC|SOCK_NONBLOCK" : "SOCK_DGRAM|SOCK_CLOEXEC|SOCK_NONBLOCK"),
      AS(0, "IPPROTO_IP"));
  /* Connections of a container that has ended may still be winding up on this port. */
  const int yes = 1;
  if (result >= 0 && tcp) {
    system_call(SYS_setsockopt, result, SOL_SOCKET, SO_REUSEADDR, (long)&yes, sizeof(yes), 0);
  }
  return result;
}

static long bind_listener(struct tracer *tracer, int listener, struct network_port *port) {
  char reading[64];
  char address[INET_ADDRSTRLEN];
  struct sockaddr_in name = {
      .sin_family = AF_INET, .sin_port = htons(port->machine_port), .sin_addr = port->address};
  socklen_t size = sizeof(name);
  network_write_address(address, port->address);
  snprintf(reading, sizeof(reading), "{AF_INET, %s:%u}", address, port->machine_port);
  long result = TRACED(tracer, bind, NUMBER(listener), AS(&name, reading), NUMBER(sizeof(name)));
  if (result == 0 && port->protocol == IPPROTO_TCP) {
    result = TRACED(tracer, listen, NUMBER(listener), NUMBER(SOMAXCONN));
  }
  if (result == 0) {
    result = system_call(SYS_getsockname, listener, (long)&name, (long)&size, 0, 0, 0);
    port->machine_port = ntohs(name.sin_port);
  }
  return result;
}

int network_bind_port(struct network_port *port, const struct network_report *report) {
  long listener = open_listener(report->tracer, port);
  if (listener < 0) {
    return fail_to_bind(port, listener, report->failure);
  }
  long result = bind_listener(report->tracer, (int)listener, port);
  if (result < 0) {
    sys_close((int)listener);
    return fail_to_bind(port, result, report->failure);
  }
  return (int)listener;
}
