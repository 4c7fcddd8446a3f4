/*
 * box run. Without a terminal and not detached, this process itself stays with the container.
 * Otherwise a monitor does, a copy of it made before anything else, and this one only watches.
 */
#include "run.h"

#include <errno.h>
#include <linux/sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/socket.h>
#include <unistd.h>

#include "../cgroup_tree.h"
#include "../failure.h"
#include "../text.h"
#include "commands.h"
#include "keep.h"
#include "message.h"

static void refuse_name(const struct container *container, const char *owner) {
  give_up(EXIT_BOX,
          "Error response: Conflict. The container name \"/%s\" is already in use by container "
          "\"%s\". You have to remove (or rename) that container to be able to reuse that name.",
          container->name, owner);
}

static void take_name(struct launch *launch) {
  struct container *container = launch->container;
  char owner[ID_DIGITS + 1] = "";
  bool chosen = container->name[0] != '\0';
  for (int attempt = 0; attempt < 100; attempt++) {
    if (!chosen) {
      container->name = name_random();
    }
    if (name_take(container->name, container->id, owner)) {
      return;
    }
    if (chosen) {
      break;
    }
  }
  store_remove_tree(AT_FDCWD, launch->path);
  refuse_name(container, owner);
}

/* The directory is locked for as long as somebody looks after the container. */
static void make_directory(struct launch *launch) {
  struct container *container = launch->container;
  store_path(launch->path, "containers", container->id, NULL);
  store_path(launch->merged, "containers", container->id, "merged");
  long result = sys_mkdirat(AT_FDCWD, launch->path, 0710);
  if (result == -ENOENT) {
    store_make("containers");
    result = sys_mkdirat(AT_FDCWD, launch->path, 0710);
  }
  if (result < 0) {
    give_up(EXIT_BOX, "can't make %s: %s", launch->path, strerrorname_np((int)-result));
  }
  launch->directory = container_open(container->id);
  flock(launch->directory, LOCK_EX);
  take_name(launch);
  container->created_ns = store_now();
  container->status = "created";
  result = container_save(container, launch->directory);
  if (result < 0) {
    give_up(EXIT_BOX, "can't write %s/state: %s", launch->path, strerrorname_np((int)-result));
  }
}

static void choose_namespaces(struct launch *launch) {
  static const struct {
    const char *type;
    uint64_t flag;
  } types[] = {{"mnt", CLONE_NEWNS},
               {"pid", CLONE_NEWPID},
               {"net", CLONE_NEWNET},
               {"uts", CLONE_NEWUTS},
               {"ipc", CLONE_NEWIPC}};
  const struct container *container = launch->container;
  for (size_t i = 0; i < sizeof(types) / sizeof(types[0]); i++) {
    launch->clone_flags |= container_has(container, types[i].type) ? types[i].flag : 0;
  }
  if (container->userns[0] != '\0') {
    launch->clone_flags |= CLONE_NEWUSER;
  }
  if (strcmp(container->network, "host") == 0 || launch->joined_network >= 0) {
    launch->clone_flags &= ~(uint64_t)CLONE_NEWNET;
  }
}

static void open_joined_network(struct launch *launch) {
  struct container other;
  const char *name = launch->container->network + strlen("container:");
  launch->joined_network = -1;
  launch->own_network = -1;
  if (strncmp(launch->container->network, "container:", strlen("container:")) != 0) {
    return;
  }
  container_find(name, &other);
  if (!container_is_running(&other)) {
    give_up(EXIT_BOX, "Error response: cannot join network of a non running container: %s",
            other.id);
  }
  launch->joined_network =
      (int)sys_openat(AT_FDCWD, print_text("/proc/%lld/ns/net", other.pid), O_RDONLY);
  launch->own_network = (int)sys_openat(AT_FDCWD, "/proc/self/ns/net", O_RDONLY);
}

/* The end that the container gets, at `index`; the other one is returned. */
static int make_pipe(struct launch *launch, int index) {
  int ends[2];
  if (pipe2(ends, O_CLOEXEC) < 0) {
    give_up(EXIT_BOX, "pipe: %s", strerrorname_np(errno));
  }
  launch->standard[index] = ends[index == 0 ? 0 : 1];
  return ends[index == 0 ? 1 : 0];
}

/*
 * A container never gets a terminal of the machine: it gets a pipe, and what comes out of it is
 * passed on. A file or a pipe it gets as it is, when no log has to be kept.
 */
static void choose_standard_files(struct launch *launch, struct relay *relay, bool watched) {
  const struct container *container = launch->container;
  *relay = (struct relay){.pidfd = -1,
                          .terminal = -1,
                          .input = -1,
                          .outputs = {-1, -1},
                          .log = -1,
                          .interactive = container->interactive};
  bool logs = watched || !container->remove;
  if (logs) {
    relay->log = (int)system_call(SYS_openat, launch->directory, (long)"log",
                                  O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0640, 0, 0);
  }
  memset(launch->standard, -1, sizeof(launch->standard));
  if (container->terminal) {
    return;
  }
  if (!container->interactive) {
    launch->standard[0] = (int)sys_openat(AT_FDCWD, "/dev/null", O_RDONLY);
  } else if (watched || isatty(STDIN_FILENO) == 1) {
    relay->input = make_pipe(launch, 0);
  } else {
    launch->standard[0] = STDIN_FILENO;
    relay->interactive = false;
  }
  for (int i = 0; i < 2; i++) {
    if (logs || isatty(STDOUT_FILENO + i) == 1) {
      relay->outputs[i] = make_pipe(launch, 1 + i);
    } else {
      launch->standard[1 + i] = STDOUT_FILENO + i;
    }
  }
}

/* The container has copies of its ends; as long as ours are open, a pipe has no end. */
static void close_given_files(struct launch *launch) {
  for (int i = 0; i < 3; i++) {
    if (launch->standard[i] > STDERR_FILENO && !launch->container->terminal) {
      sys_close(launch->standard[i]);
    }
    launch->standard[i] = -1;
  }
}

/*
 * The container inherits it. Afterwards it could not be set for the container alone: until execve
 * both share their memory, and it is the memory that the kernel means.
 */
static int set_oom_score(struct launch *launch, const char *score) {
  static const char path[] = "/proc/self/oom_score_adj";
  struct tracer silent = {0};
  long result = trace_write_file(&silent, path, score);
  return result < 0 ? fail(&launch->failure, "oom", path, result) : 0;
}

static int launch_with_oom_score(struct launch *launch) {
  char before[16];
  if (launch->container->oom_score_adj == 0) {
    return launch_start(launch);
  }
  if (read_text(AT_FDCWD, "/proc/self/oom_score_adj", before, sizeof(before)) < 0) {
    before[0] = '0';
    before[1] = '\0';
  }
  if (set_oom_score(launch, print_text("%lld", launch->container->oom_score_adj)) < 0) {
    launch->container->exit_code = EXIT_BOX;
    return -1;
  }
  int result = launch_start(launch);
  struct glassbox_failure failure = launch->failure;
  set_oom_score(launch, before);
  launch->failure = failure;
  return result;
}

static int start(struct launch *launch) {
  struct container *container = launch->container;
  if (launch_keep_profile(launch) < 0 || run_prepare_ports(launch) < 0 ||
      run_prepare_volumes(launch) < 0 || launch_prepare_program(launch) < 0) {
    container->exit_code = EXIT_BOX;
    return -1;
  }
  if (launch_with_oom_score(launch) < 0) {
    return -1;
  }
  container->status = "running";
  container->started_ns = store_now();
  container->pid = launch->pid;
  container->pid_start = process_start(launch->pid);
  container->monitor = system_call(SYS_getpid, 0, 0, 0, 0, 0, 0);
  container->monitor_start = process_start(container->monitor);
  container_save(container, launch->directory);
  return 0;
}

/* What could not be started stays as it is for Docker's users: created, with its exit code. */
static int give_back(struct launch *launch) {
  struct container *container = launch->container;
  complain_of(&launch->failure);
  if (container->remove) {
    keep_remove(container, launch->directory);
  } else {
    container->error = launch->failure.object;
    container_save(container, launch->directory);
  }
  return (int)container->exit_code;
}

static int run_here(struct launch *launch) {
  struct relay relay;
  choose_standard_files(launch, &relay, false);
  if (start(launch) < 0) {
    return give_back(launch);
  }
  close_given_files(launch);
  relay.pidfd = launch->pidfd;
  relay_run(&relay);
  int exit_code = keep_reap(launch->pidfd);
  keep_finish(launch, exit_code);
  return exit_code;
}

static int finish_monitored(void *context) {
  struct launch *launch = context;
  int exit_code = keep_reap(launch->pidfd);
  keep_finish(launch, exit_code);
  return exit_code;
}

static void let_go_of_terminal(void) {
  int null = (int)sys_openat(AT_FDCWD, "/dev/null", O_RDWR);
  system_call(SYS_setsid, 0, 0, 0, 0, 0, 0);
  for (int fd = 0; fd < 3; fd++) {
    dup2(null, fd);
  }
  sys_close(null);
}

__attribute__((noreturn)) static void run_monitor(struct launch *launch, int link) {
  struct relay relay;
  char code = 0;
  int exit_code;
  choose_standard_files(launch, &relay, true);
  if (start(launch) < 0) {
    code = (char)give_back(launch);
    sys_write(link, &code, 1);
    _exit(code);
  }
  close_given_files(launch);
  let_go_of_terminal();
  explanation_end(launch->explanation, &launch->parent);
  sys_write(link, &code, 1);
  relay.pidfd = launch->pidfd;
  relay.terminal = launch->terminal;
  if (launch->container->detached) {
    sys_close(link);
    link = -1;
  }
  monitor_run(&relay, link, launch->directory, &exit_code, finish_monitored, launch);
  _exit(0);
}

/* Both have the same view until here; the lock on the directory goes with the monitor. */
static int run_monitored(struct launch *launch) {
  int ends[2];
  char code;
  if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, ends) < 0) {
    give_up(EXIT_BOX, "socketpair: %s", strerrorname_np(errno));
  }
  fflush(NULL);
  pid_t monitor = fork();
  if (monitor < 0) {
    give_up(EXIT_BOX, "fork: %s", strerrorname_np(errno));
  }
  if (monitor == 0) {
    sys_close(ends[0]);
    run_monitor(launch, ends[1]);
  }
  sys_close(ends[1]);
  sys_close(launch->directory);
  if (sys_read(ends[0], &code, 1) != 1) {
    give_up(EXIT_BOX, "the process that was to look after the container ended");
  }
  if (code != 0) {
    return (unsigned char)code;
  }
  if (launch->container->detached) {
    puts(launch->container->id);
    return 0;
  }
  int exit_code = client_run(ends[0], launch->container->terminal, launch->container->interactive);
  return exit_code < 0 ? 0 : exit_code;
}

int command_run(int count, char **arguments) {
  static struct run_request request;
  static struct launch launch;
  run_read_request(&request, count, arguments);
  launch.container = &request.container;
  launch.explanation = &request.explanation;
  launch.joined_process = -1;
  launch_take_steps(&launch);
  if (launch_prepare_profile(&launch) < 0) {
    complain_of(&launch.failure);
    return EXIT_BOX;
  }
  open_joined_network(&launch);
  choose_namespaces(&launch);
  explanation_begin(&request.explanation, &launch.parent, &launch.child);
  if (request.container.terminal) {
    terminal_size(STDIN_FILENO, &launch.rows, &launch.columns);
  }
  make_directory(&launch);
  return request.container.detached || request.container.terminal ? run_monitored(&launch)
                                                                  : run_here(&launch);
}
