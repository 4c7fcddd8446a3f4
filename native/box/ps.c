/* box ps: the containers, in Docker's columns. What runs is asked from the kernel. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "../syscalls.h"
#include "commands.h"
#include "freezer.h"
#include "message.h"
#include "network.h"
#include "options.h"
#include "status.h"
#include "store.h"

#define COLUMNS 7
/* As Docker's: three blanks after the longest cell, and no column narrower than ten. */
#define GAP 3
#define NARROWEST 7

struct ps_request {
  bool all;
  bool quiet;
  bool whole;
  bool latest;
  long long last;
  struct words filters;
  const char *format;
};

static bool read_last(void *target, const char *value) {
  struct ps_request *request = target;
  return read_integer(value, &request->last) && request->last > 0;
}

static const struct option_row OPTIONS[] = {
    {"all", 'a', OPTION_FLAG, offsetof(struct ps_request, all), NULL, "",
     "Show those that don't run, too"},
    {"filter", 'f', OPTION_WORDS, offsetof(struct ps_request, filters), NULL, "KEY=VALUE",
     "Only some: name=, id=, status=, ancestor="},
    {"format", 0, OPTION_TEXT, offsetof(struct ps_request, format), NULL, "TEMPLATE",
     "Such as '{{.ID}} {{.Names}}'"},
    {"last", 'n', OPTION_READ, 0, read_last, "N", "Show the N newest, running or not"},
    {"latest", 'l', OPTION_FLAG, offsetof(struct ps_request, latest), NULL, "",
     "Show the newest, running or not"},
    {"no-trunc", 0, OPTION_FLAG, offsetof(struct ps_request, whole), NULL, "",
     "Don't shorten anything"},
    {"quiet", 'q', OPTION_FLAG, offsetof(struct ps_request, quiet), NULL, "", "Only print ids"},
    {0},
};

static const struct command_line LINE = {
    .command = "ps",
    .usage = "[OPTIONS]",
    .summary = "List containers",
    .options = OPTIONS,
    .anywhere = true,
    .words_max = 0,
};

static const char *const TITLES[COLUMNS] = {"CONTAINER ID", "IMAGE", "COMMAND", "CREATED",
                                            "STATUS",       "PORTS", "NAMES"};
static const char *const FIELDS[COLUMNS] = {"ID",     "Image", "Command", "RunningFor",
                                            "Status", "Ports", "Names"};

struct list {
  const struct ps_request *request;
  struct words cells;
  long long shown;
};

static const char *quoted_command(const struct container *container, bool whole) {
  const char *command = words_join(&container->arguments);
  return !whole && strlen(command) > 20 ? print_text("\"%.19s…\"", command)
                                        : print_text("\"%s\"", command);
}

/* The kernel's ports of an attached container, then those the image only names. */
static const char *ports_of(const struct container *container, bool running) {
  struct network_endpoint endpoint;
  struct glassbox_failure failure;
  bool found = false;
  char directory[STORE_PATH_BYTES];
  struct words ports = {0};
  store_path(directory, "network", NULL, NULL);
  if (!running || strcmp(container->network, "bridge") != 0 ||
      network_find(directory, container->id, &endpoint, &found, &failure) < 0 || !found) {
    return "";
  }
  for (size_t i = 0; i < container->exposed.count; i++) {
    bool published = false;
    for (uint32_t j = 0; j < endpoint.port_count; j++) {
      published =
          published || atoi(container->exposed.items[i]) == endpoint.ports[j].container_port;
    }
    if (!published) {
      words_add(&ports, container->exposed.items[i]);
    }
  }
  for (uint32_t i = 0; i < endpoint.port_count; i++) {
    char *text = allocate(64);
    network_write_port(&endpoint.ports[i], text, 64);
    words_add(&ports, text);
  }
  char *joined = words_join(&ports);
  struct words with_commas = {0};
  for (char *port = strsep(&joined, " "); port != NULL; port = strsep(&joined, " ")) {
    words_add(&with_commas, joined == NULL ? port : print_text("%s,", port));
  }
  return words_join(&with_commas);
}

static bool passes(const struct container *container, const struct ps_request *request,
                   const char *status) {
  for (size_t i = 0; i < request->filters.count; i++) {
    const char *filter = request->filters.items[i];
    const char *value = strchr(filter, '=');
    size_t length = value == NULL ? 0 : (size_t)(value - filter);
    if (value == NULL) {
      give_up(1, "invalid argument \"%s\" for \"-f, --filter\" flag: invalid filter (key=value)",
              filter);
    }
    value++;
    bool fits = strncmp(filter, "name", length) == 0 ? strstr(container->name, value) != NULL
                : strncmp(filter, "id", length) == 0
                    ? strncmp(container->id, value, strlen(value)) == 0
                : strncmp(filter, "status", length) == 0 ? strcmp(status, value) == 0
                : strncmp(filter, "ancestor", length) == 0
                    ? strncmp(container->image_name, value, strlen(value)) == 0
                    : false;
    if (!fits) {
      return false;
    }
  }
  return true;
}

static void add_container(void *context, struct container *container) {
  struct list *list = context;
  const struct ps_request *request = list->request;
  const char *status = status_word(container);
  bool running = strcmp(status, "running") == 0 || strcmp(status, "paused") == 0;
  bool any = request->all || request->latest || request->last > 0 || request->filters.count > 0;
  long long last = request->latest ? 1 : request->last;
  if ((!any && !running) || (last > 0 && list->shown == last) ||
      !passes(container, request, status)) {
    return;
  }
  bool all_needed = request->all || request->filters.count == 0 || running ||
                    strncmp(request->filters.items[0], "status", 6) == 0 || last > 0;
  if (!all_needed) {
    return;
  }
  list->shown++;
  words_add(&list->cells,
            request->whole ? container->id : print_text("%.*s", SHORT_ID_DIGITS, container->id));
  size_t length = strlen(container->image_name);
  bool is_latest = length > 7 && strcmp(container->image_name + length - 7, ":latest") == 0;
  words_add(&list->cells, is_latest ? print_text("%.*s", (int)length - 7, container->image_name)
                                    : container->image_name);
  words_add(&list->cells, quoted_command(container, request->whole));
  words_add(&list->cells, print_text("%s ago", status_duration(container->created_ns)));
  words_add(&list->cells, status_sentence(container));
  words_add(&list->cells, ports_of(container, running));
  words_add(&list->cells, container->name);
}

/* Columns on a screen: a character may be several bytes. */
static size_t width(const char *text) {
  size_t columns = 0;
  for (; *text != '\0'; text++) {
    columns += (*text & 0xc0) != 0x80;
  }
  return columns;
}

static void print_row(const char *const *cells, const size_t widths[COLUMNS]) {
  for (size_t i = 0; i < COLUMNS; i++) {
    fputs(cells[i], stdout);
    for (size_t at = width(cells[i]); i + 1 < COLUMNS && at < widths[i] + GAP; at++) {
      putchar(' ');
    }
  }
  putchar('\n');
}

static void print_table(const struct words *cells) {
  size_t widths[COLUMNS];
  for (size_t i = 0; i < COLUMNS; i++) {
    size_t columns = strlen(TITLES[i]);
    widths[i] = columns > NARROWEST ? columns : NARROWEST;
  }
  for (size_t i = 0; i < cells->count; i++) {
    size_t columns = width(cells->items[i]);
    widths[i % COLUMNS] = columns > widths[i % COLUMNS] ? columns : widths[i % COLUMNS];
  }
  print_row(TITLES, widths);
  for (size_t i = 0; i < cells->count; i += COLUMNS) {
    print_row(cells->items + i, widths);
  }
}

static const char *field(const char *const *cells, const char *name, size_t length) {
  for (size_t i = 0; i < COLUMNS; i++) {
    if (strlen(FIELDS[i]) == length && strncmp(FIELDS[i], name, length) == 0) {
      return cells[i];
    }
  }
  give_up(1,
          "template: there is no field %.*s; the fields are .ID .Image .Command .RunningFor "
          ".Status .Ports .Names",
          (int)length, name);
}

static void print_format(const char *format, const char *const *cells) {
  format += strncmp(format, "table ", 6) == 0 ? 6 : 0;
  while (*format != '\0') {
    const char *end = strncmp(format, "{{.", 3) == 0 ? strstr(format, "}}") : NULL;
    if (end != NULL) {
      fputs(field(cells, format + 3, (size_t)(end - format - 3)), stdout);
      format = end + 2;
    } else if (strncmp(format, "\\t", 2) == 0) {
      putchar('\t');
      format += 2;
    } else {
      putchar(*format++);
    }
  }
  putchar('\n');
}

int command_ps(int count, char **arguments) {
  struct ps_request request = {0};
  struct list list = {.request = &request};
  read_command_line(&LINE, &request, &count, arguments);
  container_each(add_container, &list);
  if (request.quiet || request.format != NULL) {
    for (size_t i = 0; i < list.cells.count; i += COLUMNS) {
      print_format(request.quiet ? "{{.ID}}" : request.format, list.cells.items + i);
    }
    return 0;
  }
  print_table(&list.cells);
  return 0;
}
