/* What a container is to be, of what was asked for and what its image says. */
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "../syscalls.h"
#include "image.h"
#include "message.h"
#include "run.h"

/* The image's own entrypoint counts if no other was given; its command, if neither was. */
static void choose_program(struct run_request *request, const struct image *image,
                           const struct words *command) {
  struct container *container = &request->container;
  if (request->entrypoint == NULL) {
    words_add_all(&container->entrypoint, &image->entrypoint);
  } else if (request->entrypoint[0] != '\0') {
    words_add(&container->entrypoint, request->entrypoint);
  }
  if (command->count > 0) {
    words_add_all(&container->command, command);
  } else if (request->entrypoint == NULL) {
    words_add_all(&container->command, &image->command);
  }
  words_add_all(&container->arguments, &container->entrypoint);
  words_add_all(&container->arguments, &container->command);
  if (container->arguments.count == 0) {
    give_up(EXIT_BOX, "Error response: no command specified");
  }
}

static void choose_environment(struct container *container, const struct image *image) {
  static const char path[] = "PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";
  struct words chosen = {0};
  words_add(&chosen, path);
  words_add(&chosen, print_text("HOSTNAME=%s", container->hostname));
  if (container->terminal) {
    words_add(&chosen, "TERM=xterm");
  }
  for (size_t i = 0; i < image->environment.count; i++) {
    words_set_variable(&chosen, image->environment.items[i]);
  }
  for (size_t i = 0; i < container->environment.count; i++) {
    words_set_variable(&chosen, container->environment.items[i]);
  }
  container->environment = chosen;
}

static bool is_good_name(const char *name) {
  static const char first[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789";
  size_t length = strlen(name);
  return length > 1 && length < 128 && strchr(first, name[0]) != NULL &&
         strspn(name, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_.-") ==
             length;
}

static void choose_identity(struct container *container) {
  char *id = allocate(ID_DIGITS + 1);
  if (new_id(id) < 0) {
    give_up(EXIT_BOX, "the kernel gives no random bytes");
  }
  container->id = id;
  if (container->name[0] == '/') {
    container->name++;
  }
  if (container->name[0] != '\0' && !is_good_name(container->name)) {
    give_up(EXIT_BOX,
            "Error response: Invalid container name (%s), only [a-zA-Z0-9][a-zA-Z0-9_.-] are "
            "allowed",
            container->name);
  }
  if (container->hostname[0] == '\0') {
    bool shares = strcmp(container->network, "host") == 0 || !container_has(container, "uts");
    char *own = allocate(65);
    if (shares && gethostname(own, 64) == 0) {
      container->hostname = own;
    } else {
      container->hostname = print_text("%.*s", SHORT_ID_DIGITS, container->id);
    }
  }
  if (strlen(container->hostname) > 63) {
    give_up(EXIT_BOX, "Error response: invalid hostname: %s", container->hostname);
  }
}

static void check_combinations(const struct container *container) {
  bool bridged = strcmp(container->network, "bridge") == 0;
  if (container->terminal && container->interactive && !container->detached &&
      isatty(STDIN_FILENO) == 0) {
    give_up(1, "the input device is not a TTY");
  }
  if (container->ports.count > 0 && strncmp(container->network, "container:", 10) == 0) {
    give_up(EXIT_BOX, "conflicting options: port publishing and the container type network mode");
  }
  if (container->ports.count > 0 && !bridged) {
    complain("WARNING: Published ports are discarded when using %s network mode",
             container->network);
  }
  if (container->ports.count > NETWORK_PORTS_MAX) {
    give_up(EXIT_BOX, "at most %d ports can be published", NETWORK_PORTS_MAX);
  }
  if (container->directory[0] != '/') {
    give_up(EXIT_BOX,
            "Error response: the working directory '%s' is invalid, it needs to be an absolute "
            "path",
            container->directory);
  }
}

void run_read_request(struct run_request *request, int count, char **arguments) {
  struct container *container = &request->container;
  struct image image;
  struct words command = {0};
  *request = (struct run_request){.container = container_new()};
  container->network = "bridge";
  container->directory = "";
  read_command_line(&RUN_COMMAND_LINE, request, &count, arguments);
  for (int i = 1; i < count; i++) {
    words_add(&command, arguments[i]);
  }
  if (!image_find(arguments[0], &image)) {
    give_up(EXIT_BOX, "Unable to find image '%s' locally; 'box images' lists those there are",
            image.name);
  }
  container->image = image.id;
  container->image_name = image.name;
  container->layers = image.layers;
  container->exposed = image.exposed;
  container->directory = *container->directory != '\0' ? container->directory
                         : *image.directory != '\0'    ? image.directory
                                                       : "/";
  container->user = *container->user == '\0' ? image.user : container->user;
  container->stop_signal =
      *container->stop_signal == '\0' ? image.stop_signal : container->stop_signal;
  if (!container_has(container, "net") && strcmp(container->network, "bridge") == 0) {
    container->network = "host";
  }
  choose_identity(container);
  choose_environment(container, &image);
  choose_program(request, &image, &command);
  check_combinations(container);
}
