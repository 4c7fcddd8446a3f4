/*
 * What the tests share: results as TAP, a lab of their own, and programs in a sandbox. Every wait
 * has a deadline, and a program that passes it fails.
 */
#ifndef HARNESS_H
#define HARNESS_H

#include <stdbool.h>
#include <stddef.h>

#include "../glassbox.h"

struct test {
  const char *name;
  void (*run)(void);
};

/* Runs all tests; the exit status of the program. Without root all are skipped. */
int run_tests(const struct test *tests, size_t count);
#define RUN(tests) run_tests((tests), sizeof(tests) / sizeof((tests)[0]))

/* Notes a failure of the running test, and goes on. */
void check(bool condition, const char *what, const char *file, int line);
#define CHECK(condition) check((condition), #condition, __FILE__, __LINE__)

/* The lab of this program, its stage, and the ordinary spec of sandbox `number` (from 1). */
const char *lab(void);
struct glassbox_spec spec_of(unsigned number);

/* Creates and destroys, and fails the test with the whole reason if that fails. */
struct glassbox_sandbox create(const struct glassbox_spec *spec);
void destroy(const struct glassbox_spec *spec, const struct glassbox_sandbox *sandbox);

/* What could be left behind, to compare before and after. */
struct belongings {
  int descriptors;
  int mounts;
  int children;
  int sandboxes;
  int loop_devices;
  /* Not compared by check_same: the C library maps memory of its own as it likes. */
  long memory_maps;
};
struct belongings belongings(void);
void check_same(const struct belongings *before, const struct belongings *after);

/* A command on a terminal of a sandbox, through `enter` and a pseudo-terminal, as node-pty does it.
 */
struct program {
  int pid;
  int terminal;
  char output[16384];
  size_t length;
};
void start(struct program *program, const struct glassbox_spec *spec,
           const struct glassbox_sandbox *sandbox, const char *terminal_index,
           char *const command[]);
#define START(program, spec, sandbox, ...)                                                         \
  start((program), (spec), (sandbox), "1", (char *[]){__VA_ARGS__, NULL})

/* Reads until the output has this text; false at the deadline or when the program closed it. */
bool wait_for_output(struct program *program, const char *text);
/* Closes the terminal, as the warden does: who is on it hears SIGHUP. */
void hang_up(struct program *program);
/* Waits for the end of `enter` and closes the terminal; its exit status, or 128 + its signal. */
int wait_for_end(struct program *program);
/* START and wait_for_end: the output stays in the program. */
int run_inside(struct program *program, const struct glassbox_spec *spec,
               const struct glassbox_sandbox *sandbox, char *const command[]);
#define RUN_INSIDE(program, spec, sandbox, ...)                                                    \
  run_inside((program), (spec), (sandbox), (char *[]){__VA_ARGS__, NULL})

/* What the probe must have said. */
void check_facts(const struct program *program, const char *const *facts, size_t count);

/* Pids on the host of the processes of a sandbox, as a snapshot has them; how many there are. */
uint32_t pids_of(const struct glassbox_spec *spec, int32_t *pids, uint32_t capacity);

/* True once the condition holds, false at the deadline. For what the kernel tells nobody. */
bool eventually(bool (*condition)(void *context), void *context);

#endif
