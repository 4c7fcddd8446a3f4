#include "network_nat.h"

#include <errno.h>
#include <linux/netlink.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "network_link.h"
#include "network_port.h"

static const char *const NFT[] = {"/usr/sbin/nft", "/sbin/nft"};

/* Which packets come to this port: those to an address of the machine, or to the one given. */
static void write_destination(FILE *rules, const struct network_port *port) {
  char address[INET_ADDRSTRLEN];
  network_write_address(address, port->address);
  if (port->address.s_addr == htonl(INADDR_ANY)) {
    fprintf(rules, "fib daddr type local");
  } else {
    fprintf(rules, "ip daddr %s", address);
  }
}

static void write_port_rules(FILE *rules, const struct network_records *records) {
  for (uint32_t i = 0; i < records->count; i++) {
    const struct network_endpoint *endpoint = &records->endpoints[i];
    char address[INET_ADDRSTRLEN];
    network_write_address(address, endpoint->address);
    for (uint32_t j = 0; j < endpoint->port_count; j++) {
      const struct network_port *port = &endpoint->ports[j];
      fprintf(rules, "    ");
      write_destination(rules, port);
      fprintf(rules, " %s dport %u counter dnat to %s:%u comment \"%s\"\n",
              network_protocol_name(port), port->machine_port, address, port->container_port,
              endpoint->name);
    }
  }
}

/*
 * What containers and the machine itself send to 127.0.0.1 and to the bridge is left to the relay,
 * as it is with Docker: an address of `lo` must not leave the machine.
 */
static char *write_rules(const struct network_records *records) {
  char *text = NULL;
  size_t size;
  FILE *rules = open_memstream(&text, &size);
  if (rules == NULL) {
    return NULL;
  }
  fprintf(rules, "table ip box\n"
                 "delete table ip box\n"
                 "table ip box {\n"
                 "  chain published {\n");
  write_port_rules(rules, records);
  fprintf(rules, "  }\n"
                 "  chain prerouting {\n"
                 "    type nat hook prerouting priority dstnat\n"
                 "    iifname != \"" NETWORK_BRIDGE "\" jump published\n"
                 "  }\n"
                 "  chain output {\n"
                 "    type nat hook output priority -100\n"
                 "    ip daddr != 127.0.0.0/8 jump published\n"
                 "  }\n"
                 "  chain postrouting {\n"
                 "    type nat hook postrouting priority srcnat\n"
                 "    ip saddr " NETWORK_SUBNET_TEXT " oifname != \"" NETWORK_BRIDGE
                 "\" counter masquerade\n"
                 "  }\n"
                 "}\n");
  if (fclose(rules) != 0) {
    free(text);
    return NULL;
  }
  return text;
}

/* The socket that nft would open: seccomp or the kernel says no to it where there is no netfilter.
 */
static long probe_netfilter(struct tracer *tracer) {
  OWNED_FD socket = (int)TRACED(tracer, socket, AS(AF_NETLINK, "AF_NETLINK"),
                                AS(SOCK_RAW | SOCK_CLOEXEC, "SOCK_RAW|SOCK_CLOEXEC"),
                                AS(NETLINK_NETFILTER, "NETLINK_NETFILTER"));
  return socket < 0 ? socket : 0;
}

/* A file in memory, read from its beginning. */
static int memory_file(const char *text) {
  int fd = memfd_create("nft", MFD_CLOEXEC);
  const size_t size = strlen(text);
  if (fd >= 0 && (write(fd, text, size) != (ssize_t)size || lseek(fd, 0, SEEK_SET) < 0)) {
    close(fd);
    return -1;
  }
  return fd;
}

__attribute__((noreturn)) static void become_nft(const char *program, int rules, int errors) {
  char *const arguments[] = {"nft", "-f", "-", NULL};
  char *const environment[] = {"PATH=/usr/sbin:/usr/bin:/sbin:/bin", NULL};
  const int null = open("/dev/null", O_WRONLY | O_CLOEXEC);
  dup2(rules, STDIN_FILENO);
  dup2(null, STDOUT_FILENO);
  dup2(errors, STDERR_FILENO);
  system_call(SYS_close_range, STDERR_FILENO + 1, ~0U, 0, 0, 0, 0);
  execve(program, arguments, environment);
  _exit(127);
}

/* Runs `nft -f -`; what it says of an error is in `errors`. */
static int run_nft(const char *program, const char *text, char *errors, size_t capacity) {
  OWNED_FD rules = memory_file(text);
  OWNED_FD said = memory_file("");
  int status = -1;
  errors[0] = '\0';
  if (rules < 0 || said < 0) {
    return -1;
  }
  const pid_t child = fork();
  if (child == 0) {
    become_nft(program, rules, said);
  }
  if (child < 0) {
    return -1;
  }
  while (waitpid(child, &status, 0) < 0 && errno == EINTR) {
  }
  ssize_t size = pread(said, errors, capacity - 1, 0);
  errors[size < 0 ? 0 : size] = '\0';
  return status;
}

static const char *find_nft(void) {
  for (size_t i = 0; i < sizeof(NFT) / sizeof(NFT[0]); i++) {
    if (access(NFT[i], X_OK) == 0) {
      return NFT[i];
    }
  }
  return NULL;
}

static void explain_rules(const struct network_report *report, const char *rules) {
  network_explain(report, "Address translation by the kernel: what leaves the machine gets the "
                          "machine's address, what comes to a published port gets the container's. "
                          "nft -f - reads:");
  char *lines = report->explain == NULL ? NULL : strdup(rules);
  char *rest = lines;
  for (char *line = strsep(&rest, "\n"); line != NULL && rest != NULL; line = strsep(&rest, "\n")) {
    network_explain(report, line);
  }
  free(lines);
}

static void explain_errors(const struct network_report *report, const char *errors) {
  char words[512];
  snprintf(words, sizeof(words),
           "nft could not set the rules; it goes on without them. It says: %s", errors);
  network_explain(report, words);
}

void network_translate(const struct network_records *records, const struct network_report *report) {
  char errors[400];
  if (probe_netfilter(report->tracer) < 0) {
    network_explain(report, "This machine has no netfilter, so there is no address translation: "
                            "published ports work through the relay, and containers reach the "
                            "machine and each other, but nothing beyond.");
    return;
  }
  const char *program = find_nft();
  char *rules = write_rules(records);
  if (program == NULL || rules == NULL) {
    network_explain(report, "There is no nft program in this machine, so there is no address "
                            "translation: published ports work through the relay.");
    free(rules);
    return;
  }
  explain_rules(report, rules);
  if (run_nft(program, rules, errors, sizeof(errors)) != 0) {
    explain_errors(report, errors);
  }
  free(rules);
}

void network_forward(const struct network_report *report) {
  network_explain(report, "Let the machine pass packets on from one network card to another, as a "
                          "router does.");
  long result = trace_write_file(report->tracer, "/proc/sys/net/ipv4/ip_forward", "1");
  if (result < 0) {
    network_explain(report, "The machine may not: containers reach the machine and each other, but "
                            "nothing beyond.");
  }
}
