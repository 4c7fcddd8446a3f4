/* Who the container's program is, what it may, and how it begins. */
#include <errno.h>
#include <linux/capability.h>
#include <linux/prctl.h>
#include <linux/seccomp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "../confine.h"
#include "../failure.h"
#include "../steps.h"
#include "../text.h"
#include "container_init.h"
#include "launch.h"
#include "message.h"
#include "seccomp_filter.h"
#include "user_names.h"

#define BIT(capability) (UINT64_C(1) << (capability))
#define ALL_CAPABILITIES (BIT(CAP_LAST_CAP + 1) - 1)
#define LENGTH(array) (sizeof(array) / sizeof((array)[0]))

/* The fourteen that Docker leaves a container's root. */
static const uint64_t DEFAULT_CAPABILITIES =
    BIT(CAP_CHOWN) | BIT(CAP_DAC_OVERRIDE) | BIT(CAP_FSETID) | BIT(CAP_FOWNER) | BIT(CAP_MKNOD) |
    BIT(CAP_NET_RAW) | BIT(CAP_SETGID) | BIT(CAP_SETUID) | BIT(CAP_SETFCAP) | BIT(CAP_SETPCAP) |
    BIT(CAP_NET_BIND_SERVICE) | BIT(CAP_SYS_CHROOT) | BIT(CAP_KILL) | BIT(CAP_AUDIT_WRITE);

/* 0 stands for a name that there is not. */
static uint64_t capability_bits(const char *name) {
  if (strcasecmp(name, "ALL") == 0) {
    return ALL_CAPABILITIES;
  }
  if (strncasecmp(name, "CAP_", 4) == 0) {
    name += 4;
  }
  for (const struct flag_name *row = CAPABILITIES; row->name != NULL; row++) {
    if (strcasecmp(row->name + 4, name) == 0) {
      return BIT(row->value);
    }
  }
  return 0;
}

static int combine(struct launch *launch, uint64_t *capabilities, const struct words *names,
                   bool add) {
  for (size_t i = 0; i < names->count; i++) {
    uint64_t bits = capability_bits(names->items[i]);
    if (bits == 0) {
      char sentence[256];
      snprintf(sentence, sizeof(sentence), "invalid capability: unknown capability: \"%.64s\"",
               names->items[i]);
      text_join(launch->failure.object, sizeof(launch->failure.object), sentence, "", "");
      text_join(launch->failure.step, sizeof(launch->failure.step), "capabilities", "", "");
      return -1;
    }
    *capabilities = add ? *capabilities | bits : *capabilities & ~bits;
  }
  return 0;
}

/* What this machine's root has itself; it can't give more. */
static uint64_t own_capabilities(void) {
  struct __user_cap_header_struct header = {.version = _LINUX_CAPABILITY_VERSION_3};
  struct __user_cap_data_struct sets[2] = {0};
  system_call(SYS_capget, (long)&header, (long)sets, 0, 0, 0, 0);
  return sets[0].permitted | (uint64_t)sets[1].permitted << 32;
}

/* Docker's order: first all that is added by ALL, then what is dropped, then single ones. */
static int prepare_capabilities(struct launch *launch) {
  const struct container *container = launch->container;
  uint64_t wanted = container->privileged ? ALL_CAPABILITIES : DEFAULT_CAPABILITIES;
  struct words all = {0};
  for (size_t i = 0; i < container->capabilities_added.count; i++) {
    if (strcasecmp(container->capabilities_added.items[i], "ALL") == 0) {
      words_add(&all, "ALL");
    }
  }
  struct words single = {0};
  for (size_t i = 0; i < container->capabilities_added.count; i++) {
    if (strcasecmp(container->capabilities_added.items[i], "ALL") != 0) {
      words_add(&single, container->capabilities_added.items[i]);
    }
  }
  if (combine(launch, &wanted, &all, true) < 0 ||
      combine(launch, &wanted, &container->capabilities_dropped, false) < 0 ||
      combine(launch, &wanted, &single, true) < 0) {
    return -1;
  }
  launch->capabilities = wanted & own_capabilities();
  return 0;
}

int launch_prepare_identity(struct launch *launch) {
  const char *home = "/root";
  if (prepare_capabilities(launch) < 0) {
    return -1;
  }
  if (user_find(launch->merged, launch->container->user, &launch->user, &launch->group,
                launch->groups, &launch->group_count, &home, &launch->failure) < 0) {
    return -1;
  }
  if (words_variable(&launch->container->environment, "HOME") == NULL) {
    words_add(&launch->container->environment, print_text("HOME=%s", home));
  }
  launch->environment = launch->container->environment.items;
  return 0;
}

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

int launch_bounding_set(struct launch *launch, struct tracer *tracer) {
  const char *object = "";
  /* Of those that the machine's root lacks there is nothing to drop. */
  long result = drop_capabilities(tracer, own_capabilities() & ~launch->capabilities, &object);
  return result < 0 ? fail(&launch->failure, tracer->step, object, result) : 0;
}

/*
 * The machine's own filter, which is a list of what is allowed, holds for containers too: theirs
 * adds what Docker refuses a container beyond that. It is installed by the right of CAP_SYS_ADMIN,
 * before that is given up, so that set-user-id programs keep working.
 */
int launch_seccomp(struct launch *launch, struct tracer *tracer) {
  bool is_admin = (launch->capabilities & BIT(CAP_SYS_ADMIN)) != 0;
  long result =
      is_admin ? install_filter(tracer, SECCOMP_CONTAINER_ADMIN, LENGTH(SECCOMP_CONTAINER_ADMIN),
                                "{filter of calls, for CAP_SYS_ADMIN}")
               : install_filter(tracer, SECCOMP_CONTAINER, LENGTH(SECCOMP_CONTAINER),
                                "{filter of calls}");
  return result < 0 ? fail(&launch->failure, tracer->step, "filter", result) : 0;
}

static long set_capabilities(struct tracer *tracer, uint64_t capabilities) {
  struct __user_cap_header_struct header = {.version = _LINUX_CAPABILITY_VERSION_3};
  struct __user_cap_data_struct sets[2] = {
      {.effective = (uint32_t)capabilities, .permitted = (uint32_t)capabilities},
      {.effective = (uint32_t)(capabilities >> 32), .permitted = (uint32_t)(capabilities >> 32)},
  };
  char reading[64];
  struct text text = TEXT(reading);
  text_append(&text, "{effective=permitted=");
  text_hexadecimal(&text, capabilities);
  text_append(&text, ", inheritable=0}");
  return TRACED(tracer, capset, AS(&header, "{version=3}"), AS(sets, reading));
}

int launch_identity(struct launch *launch, struct tracer *tracer) {
  if (launch->container->no_new_privileges) {
    long result = TRACED(tracer, prctl, AS(PR_SET_NO_NEW_PRIVS, "PR_SET_NO_NEW_PRIVS"), NUMBER(1),
                         NUMBER(0), NUMBER(0), NUMBER(0));
    if (result < 0) {
      return fail(&launch->failure, tracer->step, "no_new_privs", result);
    }
  }
  if (user_become(&launch->failure, tracer, launch->user, launch->group, launch->groups,
                  launch->group_count) < 0) {
    return -1;
  }
  /* Any other user lost them all with its id. */
  if (launch->user == 0) {
    long result = set_capabilities(tracer, launch->capabilities);
    if (result < 0) {
      return fail(&launch->failure, tracer->step, "capabilities", result);
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
  const char *why = error == -EACCES               ? "\": permission denied"
                    : error == -ENOEXEC            ? "\": exec format error"
                    : error == -EISDIR             ? "\": is a directory"
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

int launch_exec(struct launch *launch, struct tracer *tracer) {
  char reading[160];
  long result = go_to_directory(launch);
  if (result < 0) {
    return fail(&launch->failure, "workdir", launch->container->directory, result);
  }
  result = set_standard_files(launch);
  if (result < 0) {
    return fail(&launch->failure, tracer->step, "standard input, output and error", result);
  }
  read_arguments(launch, reading, sizeof(reading));
  system_call(SYS_umask, 022, 0, 0, 0, 0, 0);
  reset_signals();
  sys_signal_mask(0, NULL);
  launch->executing = true;
  long error = -ENOENT;
  for (size_t i = 0; launch->candidates[i] != NULL; i++) {
    struct stat status;
    result = sys_fstatat(AT_FDCWD, launch->candidates[i], &status, 0);
    if (result == -ENOENT || result == -ENOTDIR) {
      continue;
    }
    result = TRACED(tracer, execve, STRING(launch->candidates[i]), AS(launch->arguments, reading),
                    AS(launch->environment, "[environment]"));
    /* Like execvp: found but not to be executed is told only if no other directory has it. */
    if (result != -ENOENT && result != -ENOTDIR) {
      error = result;
    }
  }
  return cannot_execute(launch, error);
}
