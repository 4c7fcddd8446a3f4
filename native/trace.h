/*
 * The step trace: every system call of a creation, recorded as it is made.
 *
 * A call is written once, as a list of arguments that say both what the kernel gets and how it
 * reads; so the trace cannot show anything but what was done.
 */
#ifndef TRACE_H
#define TRACE_H

#include "glassbox.h"
#include "syscalls.h"

struct flag_name {
  uint64_t value;
  const char *name;
};

enum argument_kind {
  ARGUMENT_NUMBER,
  ARGUMENT_OCTAL,
  ARGUMENT_DIRECTORY,
  ARGUMENT_STRING,
  ARGUMENT_BYTES,
  ARGUMENT_FLAGS,
  ARGUMENT_AS,
};

struct argument {
  enum argument_kind kind;
  long value;
  const char *text;
  const struct flag_name *flags;
};

#define NUMBER(number) ((struct argument){.kind = ARGUMENT_NUMBER, .value = (long)(number)})
#define OCTAL(number) ((struct argument){.kind = ARGUMENT_OCTAL, .value = (long)(number)})
/* A directory fd, which may be AT_FDCWD. */
#define DIRECTORY(fd) ((struct argument){.kind = ARGUMENT_DIRECTORY, .value = (fd)})
/* A string or NULL. */
#define STRING(string) ((struct argument){.kind = ARGUMENT_STRING, .value = (long)(string)})
/* Bytes whose number is the next argument. */
#define BYTES(pointer) ((struct argument){.kind = ARGUMENT_BYTES, .value = (long)(pointer)})
/* Bits, with a table of their names that ends with an empty one. */
#define FLAGS(bits, table)                                                                         \
  ((struct argument){.kind = ARGUMENT_FLAGS, .value = (long)(bits), .flags = (table)})
/* Anything else: what the kernel gets, and how it reads. NULL: it is not shown. */
#define AS(number, reading)                                                                        \
  ((struct argument){.kind = ARGUMENT_AS, .value = (long)(number), .text = (reading)})

/* Is told of each call as it begins and as it ends, for who wants to watch it happen. */
struct trace_observer {
  void (*begun)(struct trace_observer *observer, const struct glassbox_call *call);
  void (*finished)(struct trace_observer *observer, const struct glassbox_call *call);
  struct glassbox_call call;
};

/* Who makes calls now, and for which step. Without a trace and an observer nothing is recorded. */
struct tracer {
  struct glassbox_trace *trace;
  struct trace_observer *observer;
  int64_t origin_ns;
  enum glassbox_side side;
  const char *step;
};

/* Makes a system call, and records it. */
#define TRACED(tracer, name, ...)                                                                  \
  trace_call((tracer), #name, SYS_##name, (struct argument[]){__VA_ARGS__},                        \
             sizeof((struct argument[]){__VA_ARGS__}) / sizeof(struct argument))

long trace_call(struct tracer *tracer, const char *name, long number,
                const struct argument *arguments, size_t count);

/* For the calls that trace_call can't make itself, clone3 and execve: record, call, finish. */
struct glassbox_call *trace_begin(struct tracer *tracer, const char *name,
                                  const struct argument *arguments, size_t count);
void trace_finish(struct tracer *tracer, struct glassbox_call *call, long result);

/* Writes text to a file and records the write; opening and closing go unrecorded. */
long trace_write_file(struct tracer *tracer, const char *path, const char *text);

extern const struct flag_name MOUNT_FLAGS[];
extern const struct flag_name CLONE_FLAGS[];

#endif
