#ifndef BOX_RUN_H
#define BOX_RUN_H

#include "container.h"
#include "explain.h"
#include "launch.h"
#include "options.h"

/* What `box run` was asked for. Begins with the explanation: see EXPLANATION_OPTIONS. */
struct run_request {
  struct explanation explanation;
  struct container container;
  const char *entrypoint;
  struct words env_files;
  struct words security;
  struct words labels;
};

extern const struct command_line RUN_COMMAND_LINE;

/* Reads the command line; `arguments` begins with the image. */
void run_read_request(struct run_request *request, int count, char **arguments);

/* Turns the words of -v, --tmpfs and -p into what steps need. */
int run_prepare_volumes(struct launch *launch);
int run_prepare_ports(struct launch *launch);

#endif
