/* TCP ports that something listens on in a network namespace: see proc_pid_net(5). */
#include <stdlib.h>
#include <string.h>

#include "../syscalls.h"
#include "lines.h"
#include "snapshot.h"

#define LISTENS "0A"

struct ports {
  uint16_t numbers[SNAPSHOT_PORTS_MAX];
  uint32_t count;
};

static char *next_word(char **at) {
  *at += strspn(*at, " ");
  return lines_field(at);
}

/* A program may listen on one port at several addresses. */
static void note_port(struct snapshot *snapshot, struct ports *ports, uint16_t port) {
  for (uint32_t i = 0; i < ports->count; i++) {
    if (ports->numbers[i] == port) {
      return;
    }
  }
  if (ports->count == SNAPSHOT_PORTS_MAX) {
    snapshot->cut |= CUT_LINKS;
    return;
  }
  ports->numbers[ports->count++] = port;
  json_integer(&snapshot->json, port);
}

/*
 * "0: 0100007F:1F90 00000000:0000 0A …". The kernel lists who listens first, so the first that does
 * not is the end: connections may be thousands.
 */
static void write_ports(struct snapshot *snapshot, struct lines *lines, struct ports *ports) {
  OWNED_FD fd = lines->fd;
  uint32_t read = 0;
  lines_next(lines);
  for (char *line = lines_next(lines); line != NULL && fd >= 0; line = lines_next(lines)) {
    next_word(&line);
    const char *local = next_word(&line);
    next_word(&line);
    const char *port = strrchr(local, ':');
    if (strcmp(next_word(&line), LISTENS) != 0 || port == NULL) {
      return;
    }
    if (++read > SNAPSHOT_PORTS_MAX * 4) {
      snapshot->cut |= CUT_LINKS;
      return;
    }
    note_port(snapshot, ports, (uint16_t)strtoul(port + 1, NULL, 16));
  }
}

/* The files are of the namespace in which they were opened; the thread need not stay there. */
void snapshot_ports(struct snapshot *snapshot, const struct snapshot_namespace *namespace) {
  static const char *const files[] = {"/proc/thread-self/net/tcp", "/proc/thread-self/net/tcp6"};
  struct lines *lines = malloc(2 * sizeof(*lines));
  struct ports ports = {.count = 0};
  if (lines == NULL || snapshot_enter(snapshot, namespace) < 0) {
    free(lines);
    return;
  }
  for (size_t i = 0; i < 2; i++) {
    lines_open(&lines[i], AT_FDCWD, files[i]);
  }
  snapshot_return(snapshot, IN_NET);
  size_t mark = snapshot->json.length;
  json_key(&snapshot->json, "tcpPorts");
  json_open(&snapshot->json, '[');
  for (size_t i = 0; i < 2; i++) {
    write_ports(snapshot, &lines[i], &ports);
  }
  json_close(&snapshot->json, ']');
  snapshot_finish(snapshot, mark, CUT_LINKS);
  free(lines);
}
