/*
 * The network of containers, used inside a test sandbox as `box` uses it: this program attaches
 * processes with a network namespace of their own, sends real bytes between them, and says what it
 * saw, one fact a line. Started with the relay's command it is the relay.
 */
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <net/if.h>
#include <poll.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "../box/network.h"

#define STATE "/tmp/network"
#define PATIENCE_MS 10000
#define CROWD 10

/* A process that stands for a container: alive, in a network namespace of its own. */
struct container {
  char id[65];
  char name[16];
  pid_t pid;
  int pidfd;
  int net;
  struct network_endpoint endpoint;
};

static struct glassbox_failure failure;
static struct tracer silent;
static bool explaining;

static void say_words(void *context, const char *words) {
  (void)context;
  if (explaining) {
    printf("explained: %s\n", words);
  }
}

static const struct network_report REPORT = {
    .tracer = &silent, .failure = &failure, .explain = say_words};

static int say_failure(const char *what) {
  printf("%s: %s: %s: %s\n", what, failure.step, failure.object, failure.error);
  return -1;
}

static void make_container(struct container *container, unsigned number, const char *name) {
  char path[64];
  char ready;
  int ends[2];
  snprintf(container->id, sizeof(container->id), "%07x%057u", 0xabc0000 + number, 0U);
  snprintf(container->name, sizeof(container->name), "%s", name);
  fflush(stdout);
  if (pipe2(ends, O_CLOEXEC) < 0) {
    exit(1);
  }
  container->pid = fork();
  if (container->pid == 0) {
    if (unshare(CLONE_NEWNET) < 0 || write(ends[1], "r", 1) != 1) {
      _exit(1);
    }
    close(ends[0]);
    close(ends[1]);
    for (;;) {
      pause();
    }
  }
  close(ends[1]);
  if (read(ends[0], &ready, 1) != 1) {
    exit(1);
  }
  close(ends[0]);
  snprintf(path, sizeof(path), "/proc/%d/ns/net", container->pid);
  container->pidfd = (int)sys_pidfd_open(container->pid);
  container->net = open(path, O_RDONLY | O_CLOEXEC);
}

static int attach(struct container *container, struct network_port *ports, uint32_t port_count) {
  struct network_container what = {.id = container->id,
                                   .name = container->name,
                                   .pidfd = container->pidfd,
                                   .net = container->net,
                                   .ports = ports,
                                   .port_count = port_count};
  return network_attach(STATE, &what, &container->endpoint, &REPORT);
}

/* Ends the process and leaves its network to the kernel, as kill -9 does. */
static void kill_container(struct container *container) {
  kill(container->pid, SIGKILL);
  waitpid(container->pid, NULL, 0);
  close(container->pidfd);
  close(container->net);
}

static void end_container(struct container *container) {
  kill_container(container);
  if (network_detach(STATE, container->id, &REPORT) < 0) {
    say_failure("detach");
  }
}

static void say_endpoint(const struct container *container) {
  char address[INET_ADDRSTRLEN];
  inet_ntop(AF_INET, &container->endpoint.address, address, sizeof(address));
  printf("%s: %s %s %s\n", container->name, address, container->endpoint.mac,
         container->endpoint.interface);
}

static void say_file(const char *path) {
  char line[256];
  FILE *file = fopen(path, "r");
  while (file != NULL && fgets(line, sizeof(line), file) != NULL) {
    line[strcspn(line, "\n")] = '\0';
    for (size_t end = strlen(line); end > 0 && line[end - 1] == ' '; end--) {
      line[end - 1] = '\0';
    }
    printf("%s: \"%s\"\n", path, line);
  }
  if (file != NULL) {
    fclose(file);
  }
}

/* A socket whose calls end in time whatever happens. */
static int open_socket(int type) {
  const struct timeval patience = {.tv_sec = PATIENCE_MS / 1000};
  const int fd = socket(AF_INET, type | SOCK_CLOEXEC, 0);
  setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof(patience));
  setsockopt(fd, SOL_SOCKET, SO_SNDTIMEO, &patience, sizeof(patience));
  return fd;
}

static struct sockaddr_in socket_name(const char *address, unsigned port) {
  struct sockaddr_in name = {.sin_family = AF_INET, .sin_port = htons((uint16_t)port)};
  inet_pton(AF_INET, address, &name.sin_addr);
  return name;
}

/*
 * In a process in the container's network namespace: a server on TCP and UDP port 80 that answers
 * every datagram, and every connection once its client has said all it wants, with the container's
 * name and the number of bytes it got.
 */
__attribute__((noreturn)) static void serve(const struct container *container, int ready) {
  static char bytes[65536];
  char line[64];
  const struct sockaddr_in name = socket_name("0.0.0.0", 80);
  struct sockaddr_in client;
  socklen_t size = sizeof(client);
  if (setns(container->net, CLONE_NEWNET) < 0) {
    _exit(1);
  }
  const int tcp = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  const int udp = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
  if (bind(tcp, (const struct sockaddr *)&name, sizeof(name)) < 0 || listen(tcp, 64) < 0 ||
      bind(udp, (const struct sockaddr *)&name, sizeof(name)) < 0 || write(ready, "r", 1) != 1) {
    _exit(1);
  }
  for (;;) {
    struct pollfd events[] = {{.fd = tcp, .events = POLLIN}, {.fd = udp, .events = POLLIN}};
    poll(events, 2, -1);
    if (events[1].revents != 0) {
      ssize_t length = recvfrom(udp, bytes, sizeof(bytes), 0, (struct sockaddr *)&client, &size);
      const int answer = snprintf(line, sizeof(line), "%s %zd", container->name, length);
      sendto(udp, line, (size_t)answer, 0, (const struct sockaddr *)&client, size);
    }
    if (events[0].revents != 0) {
      const int connection = accept(tcp, NULL, NULL);
      long total = 0;
      ssize_t length;
      while ((length = read(connection, bytes, sizeof(bytes))) > 0) {
        total += length;
      }
      const int answer = snprintf(line, sizeof(line), "%s %ld", container->name, total);
      if (write(connection, line, (size_t)answer) != answer) {
        _exit(1);
      }
      close(connection);
    }
  }
}

static pid_t start_server(const struct container *container) {
  char ready;
  int ends[2];
  fflush(stdout);
  if (pipe2(ends, O_CLOEXEC) < 0) {
    exit(1);
  }
  const pid_t server = fork();
  if (server == 0) {
    serve(container, ends[1]);
  }
  close(ends[1]);
  if (read(ends[0], &ready, 1) != 1) {
    printf("no server\n");
  }
  close(ends[0]);
  return server;
}

static void stop_server(pid_t server) {
  kill(server, SIGKILL);
  waitpid(server, NULL, 0);
}

/* Sends bytes, ends its half, and says what comes back. */
static void ask(const char *what, const char *address, unsigned port, size_t bytes) {
  static char block[65536];
  char answer[64] = "";
  size_t length = 0;
  const struct sockaddr_in name = socket_name(address, port);
  const int fd = open_socket(SOCK_STREAM);
  if (connect(fd, (const struct sockaddr *)&name, sizeof(name)) < 0) {
    printf("%s: %s\n", what, strerrorname_np(errno));
    close(fd);
    return;
  }
  while (bytes > 0) {
    ssize_t sent = send(fd, block, bytes < sizeof(block) ? bytes : sizeof(block), MSG_NOSIGNAL);
    if (sent <= 0) {
      break;
    }
    bytes -= (size_t)sent;
  }
  shutdown(fd, SHUT_WR);
  ssize_t size;
  while ((size = read(fd, answer + length, sizeof(answer) - 1 - length)) > 0) {
    length += (size_t)size;
  }
  printf("%s: %s\n", what, length > 0 ? answer : "nothing");
  close(fd);
}

static void ask_by_datagram(const char *what, const char *address, unsigned port) {
  char answer[64] = "";
  const struct sockaddr_in name = socket_name(address, port);
  const int fd = open_socket(SOCK_DGRAM);
  if (connect(fd, (const struct sockaddr *)&name, sizeof(name)) < 0 ||
      send(fd, "hello", 5, 0) < 0 || recv(fd, answer, sizeof(answer) - 1, 0) < 0) {
    printf("%s: %s\n", what, strerrorname_np(errno));
  } else {
    printf("%s: %s\n", what, answer);
  }
  close(fd);
}

static void ask_from(const struct container *container, const char *what, const char *address) {
  fflush(stdout);
  const pid_t child = fork();
  if (child == 0) {
    if (setns(container->net, CLONE_NEWNET) == 0) {
      ask(what, address, 80, 5);
      fflush(stdout);
    }
    _exit(0);
  }
  waitpid(child, NULL, 0);
}

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
