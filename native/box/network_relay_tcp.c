/* The relay's connections: two sockets, and for each direction the bytes that are on their way. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "network_relay.h"

#define BUFFER_BYTES (16 << 10)
#define CONNECTIONS_MAX 512

/* One of the two sockets. `bytes` were read from it and wait to be written to the other one. */
struct relay_end {
  struct relay_watch watch;
  struct relay_connection *connection;
  int fd;
  bool watched;
  size_t start;
  size_t length;
  /* Nothing more comes from it; and the other one was told so. */
  bool finished;
  bool passed_on;
  char bytes[BUFFER_BYTES];
};

struct relay_connection {
  struct relay_end client;
  struct relay_end container;
  bool connected;
  bool closed;
  struct relay_connection *next_closed;
};

static struct relay_end *other_end(struct relay_end *end) {
  struct relay_connection *connection = end->connection;
  return end == &connection->client ? &connection->container : &connection->client;
}

static void close_connection(struct relay *relay, struct relay_connection *connection) {
  if (!connection->closed) {
    connection->closed = true;
    close(connection->client.fd);
    close(connection->container.fd);
    connection->next_closed = relay->closed;
    relay->closed = connection;
    relay->open_count--;
  }
}

void relay_free_closed(struct relay *relay) {
  while (relay->closed != NULL) {
    struct relay_connection *connection = relay->closed;
    relay->closed = connection->next_closed;
    free(connection);
  }
}

static bool can_wait(int error) {
  return error == EAGAIN || error == EWOULDBLOCK || error == EINTR;
}

/* Both directions: false when the connection is broken. */
static bool fill(struct relay_end *end) {
  if (end->finished || end->length > 0) {
    return true;
  }
  ssize_t size = read(end->fd, end->bytes, sizeof(end->bytes));
  if (size < 0) {
    return can_wait(errno);
  }
  end->start = 0;
  end->length = (size_t)size;
  end->finished = size == 0;
  return true;
}

static bool drain(struct relay_end *from, const struct relay_end *to) {
  while (from->length > 0) {
    ssize_t size = send(to->fd, from->bytes + from->start, from->length, MSG_NOSIGNAL);
    if (size < 0) {
      return can_wait(errno);
    }
    from->start += (size_t)size;
    from->length -= (size_t)size;
  }
  /* Half of a connection can end: a client that has asked all it wants still listens. */
  if (from->finished && !from->passed_on) {
    from->passed_on = true;
    shutdown(to->fd, SHUT_WR);
  }
  return true;
}

/*
 * An end is waited for when it can give and there is room, and when it must take. At other times it
 * is not watched at all, for epoll would tell of its hanging up again and again.
 */
static bool wait_for(const struct relay *relay, struct relay_end *end) {
  const uint32_t events = (end->length == 0 && !end->finished ? EPOLLIN : 0) |
                          (other_end(end)->length > 0 ? EPOLLOUT : 0);
  const bool watched = end->watched;
  end->watched = events != 0;
  if (!watched) {
    return events == 0 || relay_watch(relay, EPOLL_CTL_ADD, end->fd, &end->watch, events) == 0;
  }
  return relay_watch(relay, events == 0 ? EPOLL_CTL_DEL : EPOLL_CTL_MOD, end->fd, &end->watch,
                     events) == 0;
}

static bool is_connected(const struct relay_end *end) {
  int error = 0;
  socklen_t size = sizeof(error);
  return getsockopt(end->fd, SOL_SOCKET, SO_ERROR, &error, &size) == 0 && error == 0;
}

static void move_bytes(struct relay *relay, struct relay_watch *watch, uint32_t events) {
  struct relay_end *end = (struct relay_end *)(void *)watch;
  struct relay_end *other = other_end(end);
  struct relay_connection *connection = end->connection;
  if (connection->closed) {
    return;
  }
  /* Until it is connected, the container's end alone is watched. */
  const bool alive = (connection->connected ? (events & EPOLLERR) == 0 : is_connected(end)) &&
                     fill(end) && drain(end, other) && fill(other) && drain(other, end);
  connection->connected = true;
  if (!alive || (end->passed_on && other->passed_on) || !wait_for(relay, end) ||
      !wait_for(relay, other)) {
    close_connection(relay, connection);
  }
}

static void begin_end(struct relay_end *end, struct relay_connection *connection, int fd) {
  end->watch.ready = move_bytes;
  end->connection = connection;
  end->fd = fd;
}

static bool connect_container(struct relay_connection *connection, const struct relay_port *port) {
  const int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
  begin_end(&connection->container, connection, fd);
  return fd >= 0 &&
         (connect(fd, (const struct sockaddr *)&port->target, sizeof(port->target)) == 0 ||
          errno == EINPROGRESS);
}

static void begin_connection(struct relay *relay, const struct relay_port *port, int client) {
  struct relay_connection *connection = calloc(1, sizeof(*connection));
  if (connection == NULL) {
    close(client);
    return;
  }
  begin_end(&connection->client, connection, client);
  relay->open_count++;
  struct relay_end *container = &connection->container;
  container->watched =
      connect_container(connection, port) &&
      relay_watch(relay, EPOLL_CTL_ADD, container->fd, &container->watch, EPOLLOUT) == 0;
  if (!container->watched) {
    close_connection(relay, connection);
  }
}

void relay_accept(struct relay *relay, struct relay_watch *watch, uint32_t events) {
  const struct relay_port *port = (const struct relay_port *)(const void *)watch;
  (void)events;
  if (relay->open_count >= CONNECTIONS_MAX) {
    relay->full = true;
    return;
  }
  const int client = accept4(port->listener, NULL, NULL, SOCK_CLOEXEC | SOCK_NONBLOCK);
  if (client >= 0) {
    begin_connection(relay, port, client);
  } else if (errno == EMFILE || errno == ENFILE || errno == ENOBUFS || errno == ENOMEM) {
    relay->full = true;
  }
}
