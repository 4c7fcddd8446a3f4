/* --explain, --step and --trace: what box does, while it does it. */
#ifndef BOX_EXPLAIN_H
#define BOX_EXPLAIN_H

#include <stdbool.h>

#include "../trace.h"

struct explanation {
  /* From the command line. */
  bool explain;
  bool wait;
  const char *trace_path;
  /* Where Enter comes from, and where the trace goes; -1 is none. */
  int terminal;
  int trace;
  /* Standard error as box was given it: the new process has another at the end. */
  int output;
  bool colour;
  unsigned number;
  /* One for each process. */
  struct trace_observer parent;
  struct trace_observer child;
};

/* Opens what is needed. Both tracers watch from then on, if anything was asked for. */
void explanation_begin(struct explanation *explanation, struct tracer *parent,
                       struct tracer *child);

/* Nobody watches any more. */
void explanation_end(struct explanation *explanation, struct tracer *parent);

/* A new step, in plain words. Waits for Enter first, with --step. */
void explanation_step(struct explanation *explanation, const struct tracer *tracer,
                      const char *sentence);

/* A sentence between the calls of a step; `context` is the explanation. */
void explanation_say(void *context, const char *sentence);

/* The flags of these three, for tables of options whose target begins with an explanation. */
#define EXPLANATION_OPTIONS                                                                        \
  {"explain",                                                                                      \
   0,                                                                                              \
   OPTION_FLAG,                                                                                    \
   offsetof(struct explanation, explain),                                                          \
   NULL,                                                                                           \
   "",                                                                                             \
   "Print each step in plain words, with its system calls"},                                       \
      {"step",                                                                                     \
       0,                                                                                          \
       OPTION_FLAG,                                                                                \
       offsetof(struct explanation, wait),                                                         \
       NULL,                                                                                       \
       "",                                                                                         \
       "The same, and wait for Enter before each step"},                                           \
  {                                                                                                \
    "trace", 0, OPTION_TEXT, offsetof(struct explanation, trace_path), NULL, "FILE",               \
        "Write each system call as a line of JSON (- is standard error)"                           \
  }

#endif
