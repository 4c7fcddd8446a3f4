#include "trace.h"

#include <linux/mount.h>
#include <linux/sched.h>
#include <string.h>

#include "text.h"

const struct flag_name MOUNT_FLAGS[] = {
    {MS_RDONLY, "MS_RDONLY"},   {MS_NOSUID, "MS_NOSUID"},
    {MS_NODEV, "MS_NODEV"},     {MS_NOEXEC, "MS_NOEXEC"},
    {MS_BIND, "MS_BIND"},       {MS_REC, "MS_REC"},
    {MS_PRIVATE, "MS_PRIVATE"}, {0, NULL},
};

const struct flag_name CLONE_FLAGS[] = {
    {CLONE_VM, "CLONE_VM"},
    {CLONE_VFORK, "CLONE_VFORK"},
    {CLONE_FILES, "CLONE_FILES"},
    {CLONE_PIDFD, "CLONE_PIDFD"},
    {CLONE_CLEAR_SIGHAND, "CLONE_CLEAR_SIGHAND"},
    {CLONE_INTO_CGROUP, "CLONE_INTO_CGROUP"},
    {CLONE_NEWUSER, "CLONE_NEWUSER"},
    {CLONE_NEWPID, "CLONE_NEWPID"},
    {CLONE_NEWNS, "CLONE_NEWNS"},
    {CLONE_NEWNET, "CLONE_NEWNET"},
    {CLONE_NEWUTS, "CLONE_NEWUTS"},
    {CLONE_NEWIPC, "CLONE_NEWIPC"},
    {CLONE_NEWCGROUP, "CLONE_NEWCGROUP"},
    {CLONE_NEWTIME, "CLONE_NEWTIME"},
    {0, NULL},
};

static void append_flags(struct text *text, uint64_t bits, const struct flag_name *names) {
  const char *separator = "";
  for (; names->name != NULL; names++) {
    if ((bits & names->value) != 0) {
      text_append(text, separator);
      text_append(text, names->name);
      bits &= ~names->value;
      separator = "|";
    }
  }
  if (bits != 0 || *separator == '\0') {
    text_append(text, separator);
    if (bits == 0) {
      text_character(text, '0');
    } else {
      text_hexadecimal(text, bits);
    }
  }
}

static void append_argument(struct text *text, const struct argument *argument, long next) {
  switch (argument->kind) {
  case ARGUMENT_NUMBER:
    text_number(text, argument->value);
    return;
  case ARGUMENT_OCTAL:
    text_octal(text, (uint64_t)argument->value);
    return;
  case ARGUMENT_DIRECTORY:
    if (argument->value == AT_FDCWD) {
      text_append(text, "AT_FDCWD");
    } else {
      text_number(text, argument->value);
    }
    return;
  case ARGUMENT_STRING:
    if (argument->value == 0) {
      text_append(text, "NULL");
    } else {
      const char *string = (const char *)argument->value; // NOLINT
      text_quoted(text, string, strlen(string));
    }
    return;
  case ARGUMENT_BYTES:
    text_quoted(text, (const char *)argument->value, (size_t)next); // NOLINT
    return;
  case ARGUMENT_FLAGS:
    append_flags(text, (uint64_t)argument->value, argument->flags);
    return;
  case ARGUMENT_AS:
    text_append(text, argument->text);
    return;
  }
}

/* Where the next call is recorded, or NULL. */
static struct glassbox_call *take_call(struct tracer *tracer) {
  if (tracer->trace == NULL) {
    return tracer->observer == NULL ? NULL : &tracer->observer->call;
  }
  /* Parent and child record into the same trace at the same time: each takes a place of its own. */
  uint32_t index = __atomic_fetch_add(&tracer->trace->count, 1, __ATOMIC_RELAXED);
  if (index >= GLASSBOX_CALLS_MAX) {
    __atomic_store_n(&tracer->trace->count, GLASSBOX_CALLS_MAX, __ATOMIC_RELAXED);
    return NULL;
  }
  return &tracer->trace->calls[index];
}

struct glassbox_call *trace_begin(struct tracer *tracer, const char *name,
                                  const struct argument *arguments, size_t count) {
  struct glassbox_call *call = take_call(tracer);
  if (call == NULL) {
    return NULL;
  }
  text_join(call->step, sizeof(call->step), tracer->step, "", "");
  call->error[0] = '\0';
  call->duration_ns = 0;
  call->side = tracer->side;
  struct text text = TEXT(call->text);
  text_append(&text, name);
  text_character(&text, '(');
  const char *separator = "";
  for (size_t i = 0; i < count; i++) {
    if (arguments[i].kind == ARGUMENT_AS && arguments[i].text == NULL) {
      continue;
    }
    text_append(&text, separator);
    append_argument(&text, &arguments[i], i + 1 < count ? arguments[i + 1].value : 0);
    separator = ", ";
  }
  text_character(&text, ')');
  if (tracer->observer != NULL) {
    tracer->observer->begun(tracer->observer, call);
  }
  call->started_ns = (uint64_t)(monotonic_ns() - tracer->origin_ns);
  return call;
}

void trace_finish(struct tracer *tracer, struct glassbox_call *call, long result) {
  if (call == NULL) {
    return;
  }
  call->duration_ns = (uint64_t)(monotonic_ns() - tracer->origin_ns) - call->started_ns;
  if (result < 0) {
    const char *error = strerrorname_np((int)-result);
    text_join(call->error, sizeof(call->error), error == NULL ? "EUNKNOWN" : error, "", "");
  } else if (result > 0) {
    struct text text = {
        .bytes = call->text, .capacity = sizeof(call->text), .length = strlen(call->text)};
    text_append(&text, " = ");
    text_number(&text, result);
  }
  if (tracer->observer != NULL) {
    tracer->observer->finished(tracer->observer, call);
  }
}

long trace_call(struct tracer *tracer, const char *name, long number,
                const struct argument *arguments, size_t count) {
  long values[6] = {0};
  for (size_t i = 0; i < count && i < 6; i++) {
    values[i] = arguments[i].value;
  }
  struct glassbox_call *call = trace_begin(tracer, name, arguments, count);
  long result =
      system_call(number, values[0], values[1], values[2], values[3], values[4], values[5]);
  trace_finish(tracer, call, result);
  return result;
}

long trace_write_file(struct tracer *tracer, const char *path, const char *text) {
  OWNED_FD fd = (int)sys_openat(AT_FDCWD, path, O_WRONLY);
  if (fd < 0) {
    return fd;
  }
  char reading[224];
  struct text label = TEXT(reading);
  text_number(&label, fd);
  text_character(&label, '<');
  text_append(&label, path);
  text_character(&label, '>');
  long size = (long)strlen(text);
  long written = TRACED(tracer, write, AS(fd, reading), BYTES(text), NUMBER(size));
  return written < 0 ? written : 0;
}
