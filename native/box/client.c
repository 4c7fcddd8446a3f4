/* Watching a container that a monitor looks after: see monitor.c for what is said between them. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/signalfd.h>
#include <sys/socket.h>
#include <unistd.h>

#include "keep.h"
#include "message.h"

#define PACKET_BYTES 16384
#define FOREVER (INT64_MAX / 2)
/* Ctrl-P Ctrl-Q: leave the container running. */
#define KEY_P 16
#define KEY_Q 17

struct client {
  int socket;
  bool terminal;
  bool interactive;
  /* Ctrl-P was typed, and is held back until it is clear what it begins. */
  bool held;
  bool left;
};

static void say(const struct client *client, char kind, const char *bytes, size_t size) {
  char packet[PACKET_BYTES + 2];
  packet[0] = kind;
  memcpy(packet + 1, bytes, size);
  system_call(SYS_sendto, client->socket, (long)packet, (long)size + 1, MSG_NOSIGNAL, 0, 0);
}

static void say_size(const struct client *client) {
  unsigned short size[2];
  if (client->terminal && terminal_size(STDIN_FILENO, &size[0], &size[1])) {
    say(client, 'w', (const char *)size, sizeof(size));
  }
}

/* Takes the two keys out of what was typed; the number of bytes that are left. */
static size_t take_keys(struct client *client, const char *typed, size_t size, char *passed) {
  size_t length = 0;
  for (size_t i = 0; i < size && !client->left; i++) {
    if (client->held) {
      client->held = false;
      if (typed[i] == KEY_Q) {
        client->left = true;
        break;
      }
      passed[length++] = KEY_P;
    }
    if (typed[i] == KEY_P) {
      client->held = true;
    } else {
      passed[length++] = typed[i];
    }
  }
  return length;
}

static void read_input(struct client *client) {
  char typed[PACKET_BYTES / 2];
  char passed[PACKET_BYTES];
  long size = sys_read(STDIN_FILENO, typed, sizeof(typed));
  if (size <= 0) {
    if (size != -EINTR && size != -EAGAIN) {
      say(client, 'z', "", 0);
      client->interactive = false;
    }
    return;
  }
  if (!client->terminal) {
    say(client, 'i', typed, (size_t)size);
    return;
  }
  size_t length = take_keys(client, typed, (size_t)size, passed);
  if (length > 0) {
    say(client, 'i', passed, length);
  }
}

static void pass_signals(const struct client *client, int signals) {
  struct signalfd_siginfo received;
  while (sys_read(signals, &received, sizeof(received)) == sizeof(received)) {
    if (received.ssi_signo == SIGWINCH) {
      say_size(client);
    } else {
      const char number = (char)received.ssi_signo;
      say(client, 's', &number, 1);
    }
  }
}

/* One packet; false at the end, with the exit code. */
static bool hear(const struct client *client, int *exit_code) {
  char packet[PACKET_BYTES + 2];
  long size = sys_read(client->socket, packet, sizeof(packet) - 1);
  if (size <= 0) {
    return size == -EINTR || size == -EAGAIN;
  }
  packet[size] = '\0';
  if (packet[0] == 'x') {
    *exit_code = atoi(packet + 1);
    return false;
  }
  const char *at = packet + 1;
  for (long left = size - 1; left > 0;) {
    long written = sys_write(packet[0] == 'e' ? STDERR_FILENO : STDOUT_FILENO, at, (size_t)left);
    if (written <= 0 && written != -EINTR) {
      break;
    }
    at += written > 0 ? written : 0;
    left -= written > 0 ? written : 0;
  }
  return true;
}

int client_run(int socket, bool terminal, bool interactive) {
  struct client client = {.socket = socket, .terminal = terminal, .interactive = interactive};
  OWNED_FD signals = forwarded_signals();
  int exit_code = 255;
  if (terminal && interactive) {
    terminal_make_raw();
  }
  say_size(&client);
  bool goes_on = true;
  while (goes_on && !client.left) {
    struct pollfd events[] = {
        {.fd = socket, .events = POLLIN},
        {.fd = signals, .events = POLLIN},
        {.fd = client.interactive ? STDIN_FILENO : -1, .events = POLLIN},
    };
    if (sys_poll_until(events, 3, FOREVER, 0) < 0) {
      continue;
    }
    if (events[1].revents != 0) {
      pass_signals(&client, signals);
    }
    if (events[2].revents != 0) {
      read_input(&client);
    }
    if (events[0].revents != 0) {
      goes_on = hear(&client, &exit_code);
    }
  }
  terminal_restore();
  if (client.left) {
    static const char words[] = "read escape sequence\n";
    sys_write(STDERR_FILENO, words, sizeof(words) - 1);
    return -1;
  }
  return exit_code;
}
