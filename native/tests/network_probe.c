/*
 * The network of containers, used inside a test sandbox as `box` uses it: this program attaches
 * processes with a network namespace of their own, sends real bytes between them, and says what it
 * saw, one fact a line. Started with the relay's command it is the relay.
 */
#include "network_probe.h"

#include <arpa/inet.h>
#include <net/if.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#define CROWD 10

/* Two containers see each other and the machine, by addresses of their own. */
static int pair(void) {
  struct container web;
  struct container db;
  explaining = true;
  make_container(&web, 1, "web");
  make_container(&db, 2, "db");
  if (attach(&web, NULL, 0) < 0 || attach(&db, NULL, 0) < 0) {
    return say_failure("attach");
  }
  say_endpoint(&web);
  say_endpoint(&db);
  const pid_t servers[] = {start_server(&web), start_server(&db)};
  ask_from(&web, "web asks db", "172.30.0.3");
  ask_from(&db, "db asks web", "172.30.0.2");
  ask_from(&web, "web asks lo", "127.0.0.1");
  ask("machine asks web", "172.30.0.2", 80, 5);
  say_file(STATE "/hosts");
  stop_server(servers[0]);
  stop_server(servers[1]);
  end_container(&web);
  say_file(STATE "/hosts");
  end_container(&db);
  bool left = true;
  for (int i = 0; i < PATIENCE_MS && left; i++) {
    left = if_nametoindex("vethabc0001") != 0 || if_nametoindex("vethabc0002") != 0;
    poll(NULL, 0, 1);
  }
  printf("veth left: %d\n", left);
  return 0;
}

static int publish(void) {
  struct container web;
  struct container other;
  struct network_port ports[3];
  char text[64];
  make_container(&web, 1, "web");
  make_container(&other, 2, "other");
  if (network_read_port("8080:80", &ports[0], &failure) < 0 ||
      network_read_port("127.0.0.1:5353:80/udp", &ports[1], &failure) < 0 ||
      network_read_port("80", &ports[2], &failure) < 0 || attach(&web, ports, 3) < 0) {
    return say_failure("attach");
  }
  for (size_t i = 0; i < 2; i++) {
    network_write_port(&ports[i], text, sizeof(text));
    printf("port: %s\n", text);
  }
  ask("nobody there", "127.0.0.1", 8080, 5);
  const pid_t server = start_server(&web);
  ask("relayed", "127.0.0.1", 8080, 5);
  ask("at the bridge", "172.30.0.1", 8080, 5);
  ask("at the kernel's choice", "127.0.0.1", ports[2].machine_port, 5);
  ask("much", "127.0.0.1", 8080, 10 << 20);
  ask_by_datagram("datagram", "127.0.0.1", 5353);
  ask_by_datagram("another client's", "127.0.0.1", 5353);
  if (attach(&other, ports, 1) < 0) {
    say_failure("taken");
  }
  printf("not attached: %d\n", if_nametoindex("vethabc0002") == 0);
  stop_server(server);
  end_container(&other);
  end_container(&web);
  struct container next;
  make_container(&next, 3, "next");
  if (attach(&next, ports, 1) < 0) {
    return say_failure("not free");
  }
  printf("free again\n");
  end_container(&next);
  return 0;
}

/* Ten at the same time: each in a process of its own, as ten `box run` are. */
static int crowd(void) {
  struct container containers[CROWD];
  struct network_endpoint endpoints[CROWD + 1];
  char address[INET_ADDRSTRLEN];
  uint32_t count = 0;
  pid_t attachers[CROWD];
  for (unsigned i = 0; i < CROWD; i++) {
    char name[16];
    snprintf(name, sizeof(name), "c%u", i);
    make_container(&containers[i], i, name);
  }
  for (unsigned i = 0; i < CROWD; i++) {
    attachers[i] = fork();
    if (attachers[i] == 0) {
      _exit(attach(&containers[i], NULL, 0) < 0 ? 1 : 0);
    }
  }
  for (unsigned i = 0; i < CROWD; i++) {
    int status = -1;
    waitpid(attachers[i], &status, 0);
    printf("attached: %d\n", status);
  }
  network_list(STATE, endpoints, CROWD + 1, &count, &failure);
  for (uint32_t i = 0; i < count; i++) {
    inet_ntop(AF_INET, &endpoints[i].address, address, sizeof(address));
    printf("listed %u: %s\n", i, address);
  }
  for (unsigned i = 0; i < CROWD; i++) {
    end_container(&containers[i]);
  }
  say_file(STATE "/hosts");
  return 0;
}

/* A container that ends without a word: its address and its names are free once its veth is gone.
 */
static int crash(void) {
  struct container lost;
  struct container next;
  struct network_port port;
  bool found = true;
  make_container(&lost, 1, "lost");
  if (network_read_port("8080:80", &port, &failure) < 0 || attach(&lost, &port, 1) < 0) {
    return say_failure("attach");
  }
  kill_container(&lost);
  for (int i = 0; i < PATIENCE_MS && found; i++) {
    struct network_endpoint endpoint;
    network_find(STATE, lost.id, &endpoint, &found, &failure);
    poll(NULL, 0, 1);
  }
  printf("found: %d\n", found);
  make_container(&next, 2, "next");
  if (attach(&next, NULL, 0) < 0) {
    return say_failure("attach");
  }
  say_endpoint(&next);
  say_file(STATE "/hosts");
  end_container(&next);
  return 0;
}

static int wrong_ports(void) {
  static const char *const arguments[] = {"abc",         "0",           "80/sctp", "70000:80",
                                          "1.2.3:80:80", "8080:",       "",        "80:80:80:80",
                                          "1.2.3.4::80", "8080:80/udp", "53/udp"};
  for (size_t i = 0; i < sizeof(arguments) / sizeof(arguments[0]); i++) {
    struct network_port port;
    char text[64];
    if (network_read_port(arguments[i], &port, &failure) < 0) {
      printf("-p %s: %s\n", arguments[i], failure.object);
    } else {
      network_write_port(&port, text, sizeof(text));
      printf("-p %s: %s\n", arguments[i], text);
    }
  }
  return 0;
}

/* How long it takes to attach and to detach, the bridge being there. */
static int measure(void) {
  struct container first;
  make_container(&first, 1, "first");
  if (attach(&first, NULL, 0) < 0) {
    return say_failure("attach");
  }
  for (unsigned i = 2; i < 22; i++) {
    struct container container;
    make_container(&container, i, "again");
    const int64_t start_ns = monotonic_ns();
    attach(&container, NULL, 0);
    const int64_t attached_ns = monotonic_ns();
    network_detach(STATE, container.id, &REPORT);
    printf("microseconds: attach %lld detach %lld\n", (long long)(attached_ns - start_ns) / 1000,
           (long long)(monotonic_ns() - attached_ns) / 1000);
    kill_container(&container);
  }
  end_container(&first);
  return 0;
}

int main(int count, char **arguments) {
  static const struct {
    const char *name;
    int (*run)(void);
  } scenes[] = {{"pair", pair},   {"publish", publish},         {"crowd", crowd},
                {"crash", crash}, {"wrong-ports", wrong_ports}, {"measure", measure}};
  const char *what = count > 1 ? arguments[1] : "";
  setvbuf(stdout, NULL, _IOLBF, 0);
  if (strcmp(what, NETWORK_RELAY_COMMAND) == 0) {
    return network_relay(count, arguments);
  }
  for (size_t i = 0; i < sizeof(scenes) / sizeof(scenes[0]); i++) {
    if (strcmp(what, scenes[i].name) == 0) {
      return scenes[i].run() < 0;
    }
  }
  return 1;
}
