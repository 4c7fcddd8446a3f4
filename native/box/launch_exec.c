/* How the container's program begins. */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "../failure.h"
#include "../text.h"
#include "container_init.h"
#include "launch.h"
#include "message.h"

/* The program in each directory of PATH, as execvp would try it; or its own path. */
int launch_prepare_program(struct launch *launch) {
  const char *program = launch->container->arguments.items[0];
  size_t count = 0;
  launch->arguments = launch->container->arguments.items;
  if (launch->container->init && launch->joined_process < 0) {
    struct words arguments = {0};
    words_add(&arguments, CONTAINER_INIT);
    words_add_all(&arguments, &launch->container->arguments);
    launch->arguments = arguments.items;
    launch->candidates[0] = CONTAINER_INIT;
    return 0;
  }
  if (strchr(program, '/') != NULL) {
    launch->candidates[count++] = program;
    return 0;
  }
  const char *path = words_variable(&launch->container->environment, "PATH");
  char *directories = copy_text(path == NULL ? "/bin:/usr/bin" : path);
  for (char *directory = strsep(&directories, ":");
       directory != NULL && count < PATH_DIRECTORIES_MAX; directory = strsep(&directories, ":")) {
    if (*directory != '\0') {
      launch->candidates[count++] = print_text("%s/%s", directory, program);
    }
  }
  return 0;
}

/* Whoever started box may have ignored some, and that would last through execve. */
static void reset_signals(void) {
  const struct {
    long handler;
    unsigned long flags;
    long restorer;
    uint64_t mask;
  } usual = {0};
  for (int signal = 1; signal < 32; signal++) {
    system_call(SYS_rt_sigaction, signal, (long)&usual, 0, sizeof(usual.mask), 0, 0);
  }
}

static long set_standard_files(const struct launch *launch) {
  for (int fd = 0; fd < 3; fd++) {
    if (launch->standard[fd] >= 0) {
      long result = system_call(SYS_dup3, launch->standard[fd], fd, 0, 0, 0, 0);
      if (result < 0 && result != -EINVAL) {
        return result;
      }
      if (result == -EINVAL) {
        /* The same number already: only its close-on-exec has to go. */
        system_call(SYS_fcntl, fd, F_SETFD, 0, 0, 0, 0);
      }
    }
  }
  /* Whatever else the shell that started box had open is none of the container's business. */
  return system_call(SYS_close_range, 3, ~0U, 4 /* CLOSE_RANGE_CLOEXEC */, 0, 0, 0);
}

/* Says in Docker's words why a program does not begin, with the exit code that goes with it. */
static int cannot_execute(struct launch *launch, long error) {
  const char *program = launch->arguments[0];
  bool missing = error == -ENOENT || error == -ENOTDIR;
  const char *why = error == -EACCES    ? "\": permission denied"
                    : error == -ENOEXEC ? "\": exec format error"
                    : error == -EISDIR  ? "\": is a directory"
                    : !missing && launch->profile != NULL
                        ? "\": it can't be executed; does the seccomp profile allow execve?"
                    : !missing                     ? "\": it can't be executed"
                    : strchr(program, '/') != NULL ? "\": no such file or directory"
                                                   : "\": executable file not found in $PATH";
  launch->container->exit_code = missing ? EXIT_NOT_FOUND : EXIT_CANNOT_EXECUTE;
  text_join(launch->failure.object, sizeof(launch->failure.object), "exec: \"", program, why);
  text_join(launch->failure.step, sizeof(launch->failure.step), "exec", "", "");
  launch->executing = false;
  return -1;
}

static long go_to_directory(struct launch *launch) {
  const char *directory = launch->container->directory;
  if (directory[0] == '\0' || strcmp(directory, "/") == 0) {
    return system_call(SYS_chdir, (long)"/", 0, 0, 0, 0, 0);
  }
  return system_call(SYS_chdir, (long)directory, 0, 0, 0, 0, 0);
}

/* How the arguments read: ["sh", "-c", "echo hi"]. */
static void read_arguments(const struct launch *launch, char *bytes, size_t size) {
  struct text text = text_begin(bytes, size);
  text_character(&text, '[');
  for (size_t i = 0; launch->arguments[i] != NULL; i++) {
    text_append(&text, i == 0 ? "" : ", ");
    text_quoted(&text, launch->arguments[i], strlen(launch->arguments[i]));
  }
  text_character(&text, ']');
}

/* Those that are not there are left out: nobody has to see them fail. */
static void find_candidates(struct launch *launch) {
  size_t count = 0;
  for (size_t i = 0; launch->candidates[i] != NULL; i++) {
    struct stat status;
    long result = sys_fstatat(AT_FDCWD, launch->candidates[i], &status, 0);
    if (result != -ENOENT && result != -ENOTDIR) {
      launch->candidates[count++] = launch->candidates[i];
    }
  }
  launch->candidates[count] = NULL;
}

int launch_settle(struct launch *launch, struct tracer *tracer) {
  if (launch->settled) {
    return 0;
  }
  launch->settled = true;
  long result = go_to_directory(launch);
  if (result < 0) {
    return fail(&launch->failure, "workdir", launch->container->directory, result);
  }
  result = set_standard_files(launch);
  if (result < 0) {
    return fail(&launch->failure, tracer->step, "standard input, output and error", result);
  }
  find_candidates(launch);
  system_call(SYS_umask, 022, 0, 0, 0, 0, 0);
  reset_signals();
  sys_signal_mask(0, NULL);
  return 0;
}

int launch_exec(struct launch *launch, struct tracer *tracer) {
  char reading[160];
  if (launch_settle(launch, tracer) < 0) {
    return -1;
  }
  read_arguments(launch, reading, sizeof(reading));
  launch->executing = true;
  long error = -ENOENT;
  for (size_t i = 0; launch->candidates[i] != NULL; i++) {
    long result = TRACED(tracer, execve, STRING(launch->candidates[i]),
                         AS(launch->arguments, reading), AS(launch->environment, "[environment]"));
    /* Like execvp: found but not to be executed is told only if no other directory has it. */
    if (result != -ENOENT && result != -ENOTDIR) {
      error = result;
    }
  }
  return cannot_execute(launch, error);
}
