/* Processes that stand for containers: attached, serving, asking. */
#include "network_probe.h"

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
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

struct glassbox_failure failure;
static struct tracer silent;
bool explaining;

static void say_words(void *context, const char *words) {
  (void)context;
  if (explaining) {
    printf("explained: %s\n", words);
  }
}

const struct network_report REPORT = {.tracer = &silent, .failure = &failure, .explain = say_words};

int say_failure(const char *what) {
  printf("%s: %s: %s: %s\n", what, failure.step, failure.object, failure.error);
  return -1;
}

void make_container(struct container *container, unsigned number, const char *name) {
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

int attach(struct container *container, struct network_port *ports, uint32_t port_count) {
  struct network_container what = {.id = container->id,
                                   .name = container->name,
                                   .pidfd = container->pidfd,
                                   .net = container->net,
                                   .ports = ports,
                                   .port_count = port_count};
  return network_attach(STATE, &what, &container->endpoint, &REPORT);
}

/* Ends the process and leaves its network to the kernel, as kill -9 does. */
void kill_container(struct container *container) {
  kill(container->pid, SIGKILL);
  waitpid(container->pid, NULL, 0);
  close(container->pidfd);
  close(container->net);
}

void end_container(struct container *container) {
  kill_container(container);
  if (network_detach(STATE, container->id, &REPORT) < 0) {
    say_failure("detach");
  }
}

void say_endpoint(const struct container *container) {
  char address[INET_ADDRSTRLEN];
  inet_ntop(AF_INET, &container->endpoint.address, address, sizeof(address));
  printf("%s: %s %s %s\n", container->name, address, container->endpoint.mac,
         container->endpoint.interface);
}

void say_file(const char *path) {
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

pid_t start_server(const struct container *container) {
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

void stop_server(pid_t server) {
  kill(server, SIGKILL);
  waitpid(server, NULL, 0);
}

/* Sends bytes, ends its half, and says what comes back. */
void ask(const char *what, const char *address, unsigned port, size_t bytes) {
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

void ask_by_datagram(const char *what, const char *address, unsigned port) {
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

void ask_from(const struct container *container, const char *what, const char *address) {
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
