/*
 * box: containers on a learner's machine, in Docker's words. There is no daemon: each command does
 * its work itself, asks the kernel what is so, and ends.
 */
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "../syscalls.h"
#include "commands.h"
#include "container_init.h"
#include "message.h"
#include "network.h"

#define SCRIPTS "/usr/lib/box/"

static const struct command {
  const char *name;
  int (*run)(int count, char **arguments);
  const char *summary;
} COMMANDS[] = {
    {"run", command_run, "Make a container from an image, and run a command in it"},
    {"exec", command_exec, "Run a command in a running container"},
    {"ps", command_ps, "List containers"},
    {"logs", command_logs, "Show what a container has written"},
    {"inspect", command_inspect, "Show all that is known of a container or an image, as JSON"},
    {"attach", command_attach, "Come back to a running container's terminal"},
    {"stop", command_stop, "Ask containers to end, and kill them if they don't"},
    {"kill", command_kill, "Send a signal to PID 1 of containers"},
    {"wait", command_wait, "Wait until containers end, and print their exit codes"},
    {"pause", command_pause, "Stop all processes of containers where they are"},
    {"unpause", command_unpause, "Let paused containers go on"},
    {"rm", command_remove, "Remove containers"},
};

/* Commands on images, which are scripts to read. */
static const struct {
  const char *name;
  const char *summary;
} SCRIPT_COMMANDS[] = {
    {"images", "List images"},
    {"history", "Show the layers of an image"},
    {"build", "Make an image from a Dockerfile"},
    {"commit", "Make an image of a container's changes"},
    {"diff", "Show which files a container has changed"},
    {"save", "Write an image to an archive"},
    {"load", "Read an image from an archive"},
    {"pull", "Get an image from another store"},
    {"push", "Give an image to another store"},
    {"tag", "Give an image another name"},
    {"rmi", "Remove an image"},
    {"image", "Say the same as with images: image ls, image inspect …"},
    {"system", "Show what images, containers and layers take: system df"},
};

static int print_usage(void) {
  printf("Usage:  box COMMAND\n\nContainers on this machine, in Docker's words, without a "
         "daemon.\n\nContainers:\n");
  for (size_t i = 0; i < sizeof(COMMANDS) / sizeof(COMMANDS[0]); i++) {
    printf("  %-10s %s\n", COMMANDS[i].name, COMMANDS[i].summary);
  }
  printf("\nImages (each is a script in " SCRIPTS "):\n");
  for (size_t i = 0; i < sizeof(SCRIPT_COMMANDS) / sizeof(SCRIPT_COMMANDS[0]); i++) {
    printf("  %-10s %s\n", SCRIPT_COMMANDS[i].name, SCRIPT_COMMANDS[i].summary);
  }
  printf("\n'box COMMAND --help' says more. To see what a container is made of, step by step:\n"
         "  box run --rm --explain busybox true\n");
  return 0;
}

/* Comes back only when there is no such script. */
static void run_script(const char *name, char **arguments) {
  if (strspn(name, "abcdefghijklmnopqrstuvwxyz-") == strlen(name)) {
    execv(print_text(SCRIPTS "%s", name), arguments);
  }
}

int main(int count, char **arguments) {
  if (count > 0 && strcmp(arguments[0], CONTAINER_INIT) == 0) {
    return container_init(count, arguments);
  }
  if (count > 1 && strcmp(arguments[1], NETWORK_RELAY_COMMAND) == 0) {
    return network_relay(count, arguments);
  }
  if (count < 2 || strcmp(arguments[1], "help") == 0 || strcmp(arguments[1], "--help") == 0 ||
      strcmp(arguments[1], "-h") == 0) {
    return print_usage();
  }
  for (size_t i = 0; i < sizeof(COMMANDS) / sizeof(COMMANDS[0]); i++) {
    if (strcmp(arguments[1], COMMANDS[i].name) == 0) {
      return COMMANDS[i].run(count - 2, arguments + 2);
    }
  }
  run_script(arguments[1], arguments + 1);
  if (arguments[1][0] == '-') {
    fprintf(stderr, "unknown flag: %s\nSee 'box --help'.\n", arguments[1]);
    return EXIT_BOX;
  }
  fprintf(stderr, "box: '%s' is not a box command.\nSee 'box --help'\n", arguments[1]);
  return 1;
}
