/* box exec: one more process in a container that runs. Nothing is made: everything is joined. */
#include <errno.h>
#include <linux/sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "../failure.h"
#include "../text.h"
#include "commands.h"
#include "freezer.h"
#include "keep.h"
#include "message.h"
#include "options.h"

/* Begins with the explanation: see EXPLANATION_OPTIONS. */
struct exec_request {
  struct explanation explanation;
  bool detached;
  bool interactive;
  bool terminal;
  bool privileged;
  struct words environment;
  const char *user;
  const char *directory;
};

#define AT(member) offsetof(struct exec_request, member)

static const struct option_row OPTIONS[] = {
    {"detach", 'd', OPTION_FLAG, AT(detached), NULL, "", "Run in the background"},
    {"env", 'e', OPTION_WORDS, AT(environment), NULL, "NAME=VALUE", "Set an environment variable"},
    EXPLANATION_OPTIONS,
    {"interactive", 'i', OPTION_FLAG, AT(interactive), NULL, "", "Keep standard input open"},
    {"privileged", 0, OPTION_FLAG, AT(privileged), NULL, "",
     "All capabilities, and no filter but a profile's"},
    {"tty", 't', OPTION_FLAG, AT(terminal), NULL, "", "Give it a terminal"},
    {"user", 'u', OPTION_TEXT, AT(user), NULL, "USER[:GROUP]", "Who to run as"},
    {"workdir", 'w', OPTION_TEXT, AT(directory), NULL, "DIR", "Working directory"},
    {0},
};

static const struct command_line LINE = {
    .command = "exec",
    .usage = "[OPTIONS] CONTAINER COMMAND [ARG...]",
    .summary = "Run a command in a running container",
    .options = OPTIONS,
    .words_min = 2,
    .words_max = NO_LIMIT,
};

static int open_groups(struct launch *launch, struct tracer *tracer) {
  (void)tracer;
  for (uint32_t i = 0; i < launch->cgroups.count; i++) {
    struct hierarchy *hierarchy = &launch->cgroups.hierarchies[i];
    char path[CGROUP_PATH_BYTES];
    launch_group_path(launch, hierarchy, hierarchy->unified ? NULL : "tasks", path);
    int fd = (int)sys_openat(AT_FDCWD, path, hierarchy->unified ? O_PATH | O_DIRECTORY : O_WRONLY);
    *(hierarchy->unified ? &launch->unified_group : &hierarchy->tasks) = fd;
  }
  return 0;
}

/* The pid namespace is the next child's to be in; all others the child enters by itself. */
static int join_pid_namespace(struct launch *launch, struct tracer *tracer) {
  long result = TRACED(tracer, setns, AS(launch->joined_process, "pidfd of PID 1"),
                       FLAGS(CLONE_NEWPID, CLONE_FLAGS));
  return result < 0 ? fail(&launch->failure, tracer->step, "pid namespace", result) : 0;
}

static int join_namespaces(struct launch *launch, struct tracer *tracer) {
  const struct container *container = launch->container;
  unsigned long flags = CLONE_NEWNS | CLONE_NEWNET | CLONE_NEWUTS | CLONE_NEWIPC | CLONE_NEWCGROUP;
  if (container->userns[0] != '\0') {
    flags |= CLONE_NEWUSER;
  }
  long result = TRACED(tracer, setns, AS(launch->joined_process, "pidfd of PID 1"),
                       FLAGS(flags, CLONE_FLAGS));
  if (result < 0) {
    return fail(&launch->failure, tracer->step, "namespaces", result);
  }
  if (!container_has(container, "mnt")) {
    result = system_call(SYS_fchdir, launch->joined_root, 0, 0, 0, 0, 0);
    if (result == 0) {
      result = TRACED(tracer, chroot, STRING("."));
    }
  }
  return result < 0 ? fail(&launch->failure, tracer->step, "root", result) : 0;
}

static int become_root(struct launch *launch, struct tracer *tracer) {
  return launch->container->userns[0] == '\0' ? 0 : launch_root_identity(launch, tracer);
}

static const struct launch_step STEPS[] = {
    {"cgroup", GLASSBOX_PARENT, open_groups, "look up the container's control group", NULL},
    {"pid", GLASSBOX_PARENT, join_pid_namespace,
     "choose the container's pid namespace for the next process", NULL},
    {"clone", GLASSBOX_PARENT, launch_clone, "make the new process", NULL},
    {"cgroup", GLASSBOX_CHILD, launch_join_groups, "join the container's control group", NULL},
    {"namespaces", GLASSBOX_CHILD, join_namespaces, "enter the container's other namespaces", NULL},
    {"user", GLASSBOX_CHILD, become_root, "be root in there", NULL},
    {"terminal", GLASSBOX_CHILD, launch_terminal, "open a terminal in there", launch_has_terminal},
    {"capabilities", GLASSBOX_CHILD, launch_bounding_set,
     "take away the parts of root's power that the container has not", NULL},
    {"seccomp", GLASSBOX_CHILD, launch_seccomp, "refuse what the container is refused",
     launch_is_confined},
    {"identity", GLASSBOX_CHILD, launch_identity, "become the user it runs as", NULL},
    {"seccomp", GLASSBOX_CHILD, launch_profile,
     "refuse what the container's profile refuses; this comes last, so that box needs none",
     launch_has_profile},
    {"exec", GLASSBOX_CHILD, launch_exec, "become the command", NULL},
};

/* The end that the process gets, at `index`; the other one is returned. */
static int make_pipe(struct launch *launch, int index) {
  int ends[2];
  if (pipe2(ends, O_CLOEXEC) < 0) {
    give_up(1, "pipe: %s", strerrorname_np(errno));
  }
  launch->standard[index] = ends[index == 0 ? 0 : 1];
  return ends[index == 0 ? 1 : 0];
}

static void choose_standard_files(struct launch *launch, struct relay *relay,
                                  const struct exec_request *request) {
  *relay = (struct relay){.terminal = -1,
                          .input = -1,
                          .outputs = {-1, -1},
                          .log = -1,
                          .interactive = request->interactive};
  memset(launch->standard, -1, sizeof(launch->standard));
  if (request->terminal) {
    return;
  }
  int null = (int)sys_openat(AT_FDCWD, "/dev/null", O_RDWR);
  if (!request->interactive || request->detached) {
    launch->standard[0] = null;
    relay->interactive = false;
  } else if (isatty(STDIN_FILENO) == 1) {
    relay->input = make_pipe(launch, 0);
  } else {
    launch->standard[0] = STDIN_FILENO;
    relay->interactive = false;
  }
  for (int i = 0; i < 2; i++) {
    if (request->detached) {
      launch->standard[1 + i] = null;
    } else if (isatty(STDOUT_FILENO + i) == 1) {
      relay->outputs[i] = make_pipe(launch, 1 + i);
    } else {
      launch->standard[1 + i] = STDOUT_FILENO + i;
    }
  }
}

static void take_request(struct container *container, const struct exec_request *request, int count,
                         char **arguments) {
  container->arguments = (struct words){0};
  for (int i = 1; i < count; i++) {
    words_add(&container->arguments, arguments[i]);
  }
  for (size_t i = 0; i < request->environment.count; i++) {
    words_set_variable(&container->environment, request->environment.items[i]);
  }
  container->terminal = request->terminal;
  container->privileged = container->privileged || request->privileged;
  container->user = request->user == NULL ? container->user : request->user;
  container->directory = request->directory == NULL ? container->directory : request->directory;
  container->exit_code = 0;
  if (request->terminal && words_variable(&container->environment, "TERM") == NULL) {
    words_add(&container->environment, "TERM=xterm");
  }
}

static int run(struct launch *launch, struct relay *relay, const struct exec_request *request) {
  if (launch_prepare_identity(launch) < 0 || launch_prepare_program(launch) < 0 ||
      launch_start(launch) < 0) {
    complain_of(&launch->failure);
    return launch->container->exit_code == EXIT_BOX || launch->container->exit_code == 0
               ? EXIT_CANNOT_EXECUTE
               : (int)launch->container->exit_code;
  }
  if (request->detached) {
    return 0;
  }
  for (int i = 0; i < 3; i++) {
    if (launch->standard[i] > STDERR_FILENO && !request->terminal) {
      sys_close(launch->standard[i]);
    }
  }
  relay->pidfd = launch->pidfd;
  relay->terminal = launch->terminal;
  if (request->terminal && request->interactive) {
    terminal_make_raw();
  }
  relay_run(relay);
  terminal_restore();
  return keep_reap(launch->pidfd);
}

/* Decided by the container's own capabilities: it is the same filter for all that runs in it. */
static void find_profile(struct launch *launch) {
  OWNED_FD directory = container_open(launch->container->id);
  if (launch_find_profile(launch, directory) < 0) {
    complain_of(&launch->failure);
    exit(EXIT_CANNOT_EXECUTE);
  }
}

int command_exec(int count, char **arguments) {
  static struct exec_request request;
  static struct launch launch;
  struct container container;
  struct relay relay;
  read_command_line(&LINE, &request, &count, arguments);
  container_find(arguments[0], &container);
  if (request.terminal && request.interactive && isatty(STDIN_FILENO) == 0) {
    give_up(1, "the input device is not a TTY");
  }
  launch.joined_network = -1;
  launch.joined_process = container_process(&container);
  if (launch.joined_process < 0) {
    give_up(1, "Error response: container %s is not running", container.id);
  }
  if (freezer_is_frozen(&container)) {
    give_up(1, "Error response: Container %s is paused, unpause the container before exec",
            container.name);
  }
  launch.joined_root =
      (int)sys_openat(AT_FDCWD, print_text("/proc/%lld/root", container.pid), O_PATH | O_DIRECTORY);
  text_join(launch.merged, sizeof(launch.merged), print_text("/proc/%lld/root", container.pid), "",
            "");
  launch.container = &container;
  find_profile(&launch);
  take_request(&container, &request, count, arguments);
  launch.explanation = &request.explanation;
  launch.steps = STEPS;
  launch.step_count = sizeof(STEPS) / sizeof(STEPS[0]);
  explanation_begin(&request.explanation, &launch.parent, &launch.child);
  if (request.terminal) {
    terminal_size(STDIN_FILENO, &launch.rows, &launch.columns);
  }
  choose_standard_files(&launch, &relay, &request);
  return run(&launch, &relay, &request);
}
