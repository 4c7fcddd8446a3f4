/*
 * Both processes print here, and the child shares box's memory: so there is no stdio in this file,
 * only text in fixed buffers, each line written at once.
 */
#include "explain.h"

#include <errno.h>
#include <stddef.h>
#include <string.h>
#include <unistd.h>

#include "../text.h"
#include "message.h"

#define LINE_BYTES 1024

static struct explanation *of_parent(struct trace_observer *observer) {
  return (struct explanation *)(void *)((char *)observer - offsetof(struct explanation, parent));
}

static struct explanation *of_child(struct trace_observer *observer) {
  return (struct explanation *)(void *)((char *)observer - offsetof(struct explanation, child));
}

static void write_line(int fd, struct text *line) {
  text_character(line, '\n');
  if (line->truncated) {
    line->bytes[line->length - 1] = '\n';
  }
  sys_write(fd, line->bytes, line->length);
}

/* 1234567 ns as "1234.6 µs". */
static void append_duration(struct text *line, uint64_t nanoseconds) {
  text_number(line, (int64_t)(nanoseconds / 1000));
  text_character(line, '.');
  text_number(line, (int64_t)(nanoseconds % 1000 / 100));
  text_append(line, " us");
}

static void append_styled(const struct explanation *explanation, struct text *line,
                          const char *style, const char *words) {
  text_append(line, explanation->colour ? style : "");
  text_append(line, words);
  text_append(line, explanation->colour ? "\033[0m" : "");
}

static void print_call(struct explanation *explanation, const struct glassbox_call *call) {
  char bytes[LINE_BYTES];
  struct text line = TEXT(bytes);
  text_append(&line, "      ");
  append_styled(explanation, &line, "\033[36m", call->text);
  if (call->error[0] != '\0') {
    text_append(&line, " = ");
    append_styled(explanation, &line, "\033[31m", call->error);
  }
  text_append(&line, "  ");
  char duration[32];
  struct text words = TEXT(duration);
  if (call->duration_ns > 0) {
    append_duration(&words, call->duration_ns);
    append_styled(explanation, &line, "\033[2m", duration);
  }
  write_line(explanation->output, &line);
}

/* The text of a call is ASCII already, so quoting it makes it JSON but for \x, which is not in
 * JSON: a backslash before it was doubled by then. */
static void write_call(struct explanation *explanation, const struct glassbox_call *call) {
  char bytes[LINE_BYTES];
  struct text line = TEXT(bytes);
  text_append(&line, "{\"step\":");
  text_quoted(&line, call->step, strlen(call->step));
  text_append(&line, ",\"side\":");
  text_append(&line, call->side == GLASSBOX_PARENT ? "\"box\"" : "\"container\"");
  text_append(&line, ",\"call\":");
  text_quoted(&line, call->text, strlen(call->text));
  text_append(&line, ",\"error\":");
  text_quoted(&line, call->error, strlen(call->error));
  text_append(&line, ",\"startedNs\":");
  text_number(&line, (int64_t)call->started_ns);
  text_append(&line, ",\"durationNs\":");
  text_number(&line, (int64_t)call->duration_ns);
  text_character(&line, '}');
  write_line(explanation->trace, &line);
}

static void show(struct explanation *explanation, const struct glassbox_call *call) {
  if (explanation->explain) {
    print_call(explanation, call);
  }
  if (explanation->trace >= 0) {
    write_call(explanation, call);
  }
}

/* After execve there is nobody who could say how it went: so that one is shown as it begins. */
static void begun(struct explanation *explanation, const struct glassbox_call *call) {
  if (strncmp(call->text, "execve(", strlen("execve(")) == 0) {
    show(explanation, call);
  }
}

static void finished(struct explanation *explanation, const struct glassbox_call *call) {
  if (strncmp(call->text, "execve(", strlen("execve(")) != 0 || call->error[0] != '\0') {
    show(explanation, call);
  }
}

static void parent_begun(struct trace_observer *observer, const struct glassbox_call *call) {
  begun(of_parent(observer), call);
}

static void parent_finished(struct trace_observer *observer, const struct glassbox_call *call) {
  finished(of_parent(observer), call);
}

static void child_begun(struct trace_observer *observer, const struct glassbox_call *call) {
  begun(of_child(observer), call);
}

static void child_finished(struct trace_observer *observer, const struct glassbox_call *call) {
  finished(of_child(observer), call);
}

static long standard_error(void) {
  return system_call(SYS_fcntl, STDERR_FILENO, F_DUPFD_CLOEXEC, 3, 0, 0, 0);
}

static int open_trace(const char *path) {
  if (path == NULL) {
    return -1;
  }
  long fd = strcmp(path, "-") == 0
                ? standard_error()
                : system_call(SYS_openat, AT_FDCWD, (long)path,
                              O_WRONLY | O_CREAT | O_TRUNC | O_APPEND | O_CLOEXEC, 0644, 0, 0);
  if (fd < 0) {
    give_up(EXIT_BOX, "can't write the trace to %s: %s", path, strerrorname_np((int)-fd));
  }
  return (int)fd;
}

void explanation_begin(struct explanation *explanation, struct tracer *parent,
                       struct tracer *child) {
  explanation->terminal = -1;
  explanation->output = -1;
  explanation->trace = open_trace(explanation->trace_path);
  explanation->explain = explanation->explain || explanation->wait;
  if (!explanation->explain && explanation->trace < 0) {
    return;
  }
  explanation->output = (int)standard_error();
  explanation->colour = isatty(STDERR_FILENO) == 1;
  explanation->parent.begun = parent_begun;
  explanation->parent.finished = parent_finished;
  explanation->child.begun = child_begun;
  explanation->child.finished = child_finished;
  parent->observer = &explanation->parent;
  child->observer = &explanation->child;
  if (explanation->wait) {
    explanation->terminal = (int)sys_openat(AT_FDCWD, "/dev/tty", O_RDONLY | O_NOCTTY);
    if (explanation->terminal < 0) {
      explanation->terminal = (int)system_call(SYS_fcntl, 0, F_DUPFD_CLOEXEC, 3, 0, 0, 0);
    }
  }
}

void explanation_end(struct explanation *explanation, struct tracer *parent) {
  parent->observer = NULL;
  close_owned(&explanation->terminal);
  close_owned(&explanation->trace);
  close_owned(&explanation->output);
  explanation->output = -1;
  explanation->terminal = -1;
  explanation->trace = -1;
  explanation->explain = false;
}

static void wait_for_enter(const struct explanation *explanation) {
  static const char prompt[] = "      press Enter to do it ";
  char byte = 0;
  sys_write(explanation->output, prompt, sizeof(prompt) - 1);
  while (byte != '\n' && sys_read(explanation->terminal, &byte, 1) == 1) {
  }
}

void explanation_step(struct explanation *explanation, const struct tracer *tracer,
                      const char *sentence) {
  if (!explanation->explain || tracer->observer == NULL) {
    return;
  }
  char bytes[LINE_BYTES];
  char title[64];
  struct text line = TEXT(bytes);
  struct text words = TEXT(title);
  explanation->number++;
  text_append(&words, explanation->number < 10 ? " " : "");
  text_number(&words, explanation->number);
  text_append(&words, " ");
  text_append(&words, tracer->step);
  append_styled(explanation, &line, "\033[1m", title);
  text_append(&line, tracer->side == GLASSBOX_PARENT ? " (box): " : " (container): ");
  text_append(&line, sentence);
  write_line(explanation->output, &line);
  if (explanation->wait) {
    wait_for_enter(explanation);
  }
}

void explanation_say(void *context, const char *sentence) {
  struct explanation *explanation = context;
  if (explanation->explain) {
    char bytes[LINE_BYTES];
    struct text line = TEXT(bytes);
    text_append(&line, "    ");
    text_append(&line, sentence);
    write_line(explanation->output, &line);
  }
}
