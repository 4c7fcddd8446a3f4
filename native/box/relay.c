#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/signalfd.h>
#include <termios.h>
#include <unistd.h>

#include "keep.h"
#include "message.h"

#define BUFFER_BYTES 32768
#define FOREVER (INT64_MAX / 2)

#define INTERRUPTS_MAX 3

static struct termios before_raw;
static unsigned interrupts;
static bool is_raw;

bool terminal_size(int fd, unsigned short *rows, unsigned short *columns) {
  struct winsize size;
  if (ioctl(fd, TIOCGWINSZ, &size) < 0) {
    return false;
  }
  *rows = size.ws_row;
  *columns = size.ws_col;
  return true;
}

void terminal_make_raw(void) {
  struct termios raw;
  if (is_raw || tcgetattr(STDIN_FILENO, &before_raw) < 0) {
    return;
  }
  raw = before_raw;
  cfmakeraw(&raw);
  tcsetattr(STDIN_FILENO, TCSADRAIN, &raw);
  is_raw = true;
}

void terminal_restore(void) {
  if (is_raw) {
    tcsetattr(STDIN_FILENO, TCSADRAIN, &before_raw);
    is_raw = false;
  }
}

int forwarded_signals(void) {
  static const int signals[] = {SIGHUP,  SIGINT,  SIGQUIT,  SIGTERM,
                                SIGUSR1, SIGUSR2, SIGWINCH, SIGCONT};
  sigset_t set;
  sigemptyset(&set);
  for (size_t i = 0; i < sizeof(signals) / sizeof(signals[0]); i++) {
    sigaddset(&set, signals[i]);
  }
  sigprocmask(SIG_BLOCK, &set, NULL);
  signal(SIGPIPE, SIG_IGN);
  return signalfd(-1, &set, SFD_CLOEXEC | SFD_NONBLOCK);
}

static void write_all(int fd, const char *bytes, size_t size) {
  while (size > 0) {
    long written = sys_write(fd, bytes, size);
    if (written == -EAGAIN) {
      struct pollfd writable = {.fd = fd, .events = POLLOUT};
      sys_poll_until(&writable, 1, FOREVER, 0);
    } else if (written <= 0 && written != -EINTR) {
      return;
    }
    bytes += written > 0 ? written : 0;
    size -= written > 0 ? (size_t)written : 0;
  }
}

static void pass_signal(const struct relay *relay, int signals) {
  struct signalfd_siginfo received;
  while (sys_read(signals, &received, sizeof(received)) == sizeof(received)) {
    struct winsize size;
    /* PID 1 ignores what it has no handler for: who presses Ctrl-C three times means it. */
    if (received.ssi_signo == SIGINT && ++interrupts == INTERRUPTS_MAX) {
      received.ssi_signo = SIGKILL;
    }
    if (received.ssi_signo != SIGWINCH) {
      sys_pidfd_send_signal(relay->pidfd, (int)received.ssi_signo);
    } else if (relay->terminal >= 0 && ioctl(STDIN_FILENO, TIOCGWINSZ, &size) == 0) {
      ioctl(relay->terminal, TIOCSWINSZ, &size);
    }
  }
}

/* What is on its way in: the container may read more slowly than somebody types or sends. */
struct inbound {
  char bytes[BUFFER_BYTES];
  size_t length;
  bool ended;
};

static void read_input(struct inbound *inbound) {
  long size = sys_read(STDIN_FILENO, inbound->bytes, sizeof(inbound->bytes));
  if (size > 0) {
    inbound->length = (size_t)size;
  } else if (size != -EINTR && size != -EAGAIN) {
    inbound->ended = true;
  }
}

static void write_input(struct relay *relay, struct inbound *inbound) {
  int target = relay->terminal >= 0 ? relay->terminal : relay->input;
  long written = sys_write(target, inbound->bytes, inbound->length);
  if (written > 0) {
    inbound->length -= (size_t)written;
    memmove(inbound->bytes, inbound->bytes + written, inbound->length);
  } else if (written != -EAGAIN && written != -EINTR) {
    inbound->length = 0;
    inbound->ended = true;
  }
}

/* One piece of output; false at its end. */
static bool pass_output(const struct relay *relay, int from, int to) {
  char bytes[BUFFER_BYTES];
  long size = sys_read(from, bytes, sizeof(bytes));
  if (size <= 0) {
    return size == -EINTR || size == -EAGAIN;
  }
  write_all(to, bytes, (size_t)size);
  if (relay->log >= 0) {
    write_all(relay->log, bytes, (size_t)size);
  }
  return true;
}

static void close_end(int *fd) {
  close_owned(fd);
  *fd = -1;
}

/* What the process wrote before it ended is still on its way. */
static void drain(struct relay *relay) {
  int *const sources[] = {&relay->terminal, &relay->outputs[0], &relay->outputs[1]};
  static const int targets[] = {STDOUT_FILENO, STDOUT_FILENO, STDERR_FILENO};
  for (size_t i = 0; i < 3; i++) {
    struct pollfd readable = {.fd = *sources[i], .events = POLLIN};
    while (*sources[i] >= 0 && sys_poll_until(&readable, 1, 0, 0) > 0 &&
           pass_output(relay, *sources[i], targets[i])) {
    }
  }
}

void relay_run(struct relay *relay) {
  static struct inbound inbound;
  OWNED_FD signals = forwarded_signals();
  inbound = (struct inbound){.ended = !relay->interactive};
  int *target = relay->terminal >= 0 ? &relay->terminal : &relay->input;
  if (*target >= 0) {
    fcntl(*target, F_SETFL, O_NONBLOCK);
  }
  for (;;) {
    if (inbound.ended && inbound.length == 0 && relay->input >= 0) {
      close_end(&relay->input);
    }
    bool reads = !inbound.ended && inbound.length == 0 && *target >= 0;
    struct pollfd events[] = {
        {.fd = relay->pidfd, .events = POLLIN},
        {.fd = signals, .events = POLLIN},
        {.fd = reads ? STDIN_FILENO : -1, .events = POLLIN},
        {.fd = inbound.length > 0 ? *target : -1, .events = POLLOUT},
        {.fd = relay->terminal, .events = POLLIN},
        {.fd = relay->outputs[0], .events = POLLIN},
        {.fd = relay->outputs[1], .events = POLLIN},
    };
    if (sys_poll_until(events, 7, FOREVER, 0) < 0) {
      continue;
    }
    if (events[1].revents != 0) {
      pass_signal(relay, signals);
    }
    if (events[2].revents != 0) {
      read_input(&inbound);
    }
    if (events[3].revents != 0) {
      write_input(relay, &inbound);
    }
    if (events[4].revents != 0 && !pass_output(relay, relay->terminal, STDOUT_FILENO)) {
      /* EIO: nobody has the other side open now. Somebody may again, until the process ends. */
      close_end(&relay->terminal);
    }
    for (int i = 0; i < 2; i++) {
      if (events[5 + i].revents != 0 && !pass_output(relay, relay->outputs[i], STDOUT_FILENO + i)) {
        close_end(&relay->outputs[i]);
      }
    }
    if (events[0].revents != 0) {
      drain(relay);
      return;
    }
  }
}
