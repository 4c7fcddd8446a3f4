/* The flags of `box run`, named and read as Docker's. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/sysmacros.h>
#include <unistd.h>

#include "../cgroup_tree.h"
#include "../syscalls.h"
#include "image.h"
#include "message.h"
#include "options.h"
#include "run.h"

static bool read_cpus(void *target, const char *value) {
  struct run_request *request = target;
  char *end;
  double cpus = strtod(value, &end);
  request->container.nano_cpus = (long long)(cpus * 1e9 + 0.5);
  return end != value && *end == '\0' && cpus >= 0.01 && cpus <= 4096;
}

static bool read_memory(void *target, const char *value) {
  struct run_request *request = target;
  if (!read_size(value, &request->container.memory)) {
    return false;
  }
  if (request->container.memory < 6 << 20) {
    give_up(EXIT_BOX, "Error response: Minimum memory limit allowed is 6MB");
  }
  return true;
}

static bool read_pids(void *target, const char *value) {
  struct run_request *request = target;
  return read_integer(value, &request->container.pids) && request->container.pids >= -1;
}

static bool read_shares(void *target, const char *value) {
  struct run_request *request = target;
  return read_integer(value, &request->container.cpu_shares) &&
         request->container.cpu_shares >= 2 && request->container.cpu_shares <= 262144;
}

static bool read_oom_score(void *target, const char *value) {
  struct run_request *request = target;
  return read_integer(value, &request->container.oom_score_adj) &&
         request->container.oom_score_adj >= -1000 && request->container.oom_score_adj <= 1000;
}

/*
 * The number of a disk. A machine has no nodes of disks, /disk being mounted for it; by its name
 * the kernel knows it all the same.
 */
static bool find_disk(const char *path, unsigned *major_number, unsigned *minor_number) {
  struct stat status;
  if (sys_fstatat(AT_FDCWD, path, &status, 0) == 0) {
    *major_number = major(status.st_rdev);
    *minor_number = minor(status.st_rdev);
    return S_ISBLK(status.st_mode);
  }
  char numbers[32];
  const char *name = strncmp(path, "/dev/", 5) == 0 ? path + 5 : "/";
  char *file = print_text("/sys/class/block/%s/dev", name);
  bool found = strchr(name, '/') == NULL &&
               read_text(AT_FDCWD, file, numbers, sizeof(numbers)) > 0 &&
               sscanf(numbers, "%u:%u", major_number, minor_number) == 2;
  free(file);
  return found;
}

static bool read_device(void *target, const char *kind, const char *value, bool is_size) {
  struct run_request *request = target;
  const char *colon = strrchr(value, ':');
  unsigned major_number;
  unsigned minor_number;
  long long limit;
  if (colon == NULL ||
      !(is_size ? read_size(colon + 1, &limit) : read_integer(colon + 1, &limit)) || limit <= 0) {
    return false;
  }
  char *path = print_text("%.*s", (int)(colon - value), value);
  if (!find_disk(path, &major_number, &minor_number)) {
    give_up(EXIT_BOX, "Error response: %s is not a block device", path);
  }
  words_add(&request->container.device_limits,
            print_text("%s %u:%u %lld %s", kind, major_number, minor_number, limit, path));
  return true;
}

static bool read_read_bps(void *target, const char *value) {
  return read_device(target, "rbps", value, true);
}

static bool read_write_bps(void *target, const char *value) {
  return read_device(target, "wbps", value, true);
}

static bool read_read_iops(void *target, const char *value) {
  return read_device(target, "riops", value, false);
}

static bool read_write_iops(void *target, const char *value) {
  return read_device(target, "wiops", value, false);
}

static bool read_network(void *target, const char *value) {
  struct run_request *request = target;
  const char *network = strcmp(value, "default") == 0 ? "bridge" : value;
  request->container.network = network;
  return strcmp(network, "bridge") == 0 || strcmp(network, "none") == 0 ||
         strcmp(network, "host") == 0 || strncmp(network, "container:", 10) == 0;
}

/* `--userns` alone, or Docker's and Podman's words for it. */
static bool read_userns(void *target, const char *value) {
  struct run_request *request = target;
  bool remap = *value == '\0' || strcmp(value, "remap") == 0 || strcmp(value, "auto") == 0;
  request->container.userns = remap ? "remap" : "";
  return remap || strcmp(value, "host") == 0;
}

static bool read_without(void *target, const char *value) {
  static const char *const types[] = {"mnt",  "pid",  "net",    "uts", "ipc",
                                      "user", "time", "cgroup", NULL};
  struct run_request *request = target;
  char *words = copy_text(value);
  for (const char *word = strsep(&words, ","); word != NULL; word = strsep(&words, ",")) {
    size_t i = 0;
    while (types[i] != NULL && strcmp(types[i], word) != 0) {
      i++;
    }
    if (types[i] == NULL) {
      return false;
    }
  }
  request->container.without = *request->container.without == '\0'
                                   ? value
                                   : print_text("%s,%s", request->container.without, value);
  return true;
}

static bool read_security(void *target, const char *value) {
  struct run_request *request = target;
  if (strncmp(value, "seccomp=", 8) == 0 || strncmp(value, "seccomp:", 8) == 0) {
    const char *profile = value + 8;
    /* Docker's own word for its default is "builtin". */
    bool is_default = strcmp(profile, "default") == 0 || strcmp(profile, "builtin") == 0;
    request->container.seccomp = is_default ? "" : profile;
    return *profile != '\0';
  }
  if (strcmp(value, "no-new-privileges") == 0 || strcmp(value, "no-new-privileges=true") == 0 ||
      strcmp(value, "no-new-privileges:true") == 0) {
    request->container.no_new_privileges = true;
    return true;
  }
  return strcmp(value, "no-new-privileges=false") == 0;
}

static bool read_variable(void *target, const char *value) {
  struct run_request *request = target;
  if (*value == '=' || *value == '\0') {
    return false;
  }
  const char *own = strchr(value, '=') == NULL ? getenv(value) : NULL;
  if (strchr(value, '=') != NULL) {
    words_set_variable(&request->container.environment, value);
  } else if (own != NULL) {
    words_set_variable(&request->container.environment, print_text("%s=%s", value, own));
  }
  return true;
}

static bool read_env_file(void *target, const char *value) {
  char line[4096];
  FILE *file = fopen(value, "re");
  if (file == NULL) {
    give_up(EXIT_BOX, "open %s: %s", value, strerrorname_np(errno));
  }
  while (fgets(line, sizeof(line), file) != NULL) {
    line[strcspn(line, "\n")] = '\0';
    if (line[0] != '#' && line[0] != '\0' && !read_variable(target, copy_text(line))) {
      give_up(EXIT_BOX, "poorly formatted environment: %s", line);
    }
  }
  fclose(file);
  return true;
}

static bool read_pull(void *target, const char *value) {
  /* Images come from local stores only, with `box pull`; there is nothing to choose here. */
  (void)target;
  return strcmp(value, "missing") == 0 || strcmp(value, "never") == 0;
}

#define AT(member) offsetof(struct run_request, member)
#define FLAG(name, letter, member, help)                                                           \
  { name, letter, OPTION_FLAG, AT(member), NULL, "", help }
#define TEXT_VALUE(name, letter, member, value, help)                                              \
  { name, letter, OPTION_TEXT, AT(member), NULL, value, help }
#define LIST(name, letter, member, value, help)                                                    \
  { name, letter, OPTION_WORDS, AT(member), NULL, value, help }
#define READ(name, letter, read, value, help)                                                      \
  { name, letter, OPTION_READ, 0, read, value, help }

static const struct option_row OPTIONS[] = {
    LIST("cap-add", 0, container.capabilities_added, "NAME", "Add a Linux capability"),
    LIST("cap-drop", 0, container.capabilities_dropped, "NAME", "Drop a Linux capability"),
    READ("cpu-shares", 'c', read_shares, "N", "CPU shares (relative weight)"),
    READ("cpus", 0, read_cpus, "N", "Number of CPUs, such as 0.5"),
    TEXT_VALUE("cpuset-cpus", 0, container.cpuset_cpus, "LIST", "CPUs to run on (0-3, 0,1)"),
    FLAG("detach", 'd', container.detached, "Run in the background and print the container's id"),
    READ("device-read-bps", 0, read_read_bps, "DEVICE:SIZE",
         "Limit the rate of reading from a device (/dev/loop0:5mb)"),
    READ("device-read-iops", 0, read_read_iops, "DEVICE:N", "The same, in operations per second"),
    READ("device-write-bps", 0, read_write_bps, "DEVICE:SIZE",
         "Limit the rate of writing to a device"),
    READ("device-write-iops", 0, read_write_iops, "DEVICE:N", "The same, in operations per second"),
    TEXT_VALUE("entrypoint", 0, entrypoint, "PROGRAM", "Another entrypoint than the image's"),
    READ("env", 'e', read_variable, "NAME=VALUE", "Set an environment variable"),
    READ("env-file", 0, read_env_file, "FILE", "Read environment variables from a file"),
    EXPLANATION_OPTIONS,
    TEXT_VALUE("hostname", 'h', container.hostname, "NAME", "Hostname of the container"),
    FLAG("init", 0, container.init,
         "Run an init as PID 1 that passes on signals and reaps processes"),
    FLAG("interactive", 'i', container.interactive, "Keep standard input open"),
    READ("memory", 'm', read_memory, "SIZE", "Memory limit, such as 64m"),
    TEXT_VALUE("name", 0, container.name, "NAME", "Name of the container"),
    READ("net", 0, read_network, "NETWORK", "The same as --network"),
    READ("network", 0, read_network, "NETWORK", "bridge, none, host or container:NAME"),
    READ("oom-score-adj", 0, read_oom_score, "N", "Who the OOM killer prefers (-1000 to 1000)"),
    READ("pids-limit", 0, read_pids, "N", "Limit of processes and threads (-1: none)"),
    FLAG("privileged", 0, container.privileged,
         "All capabilities, no seccomp filter, nothing covered"),
    LIST("publish", 'p', container.ports, "[[IP:]PORT:]PORT",
         "Publish a port of the container on the machine"),
    READ("pull", 0, read_pull, "missing|never", "Images are always local here"),
    FLAG("read-only", 0, container.read_only, "Mount the root file system read-only"),
    FLAG("rm", 0, container.remove, "Remove the container when it ends"),
    READ("security-opt", 0, read_security, "OPTION",
         "seccomp=default, seccomp=unconfined or seccomp=PROFILE.json; no-new-privileges"),
    TEXT_VALUE("stop-signal", 0, container.stop_signal, "SIGNAL", "What 'box stop' sends first"),
    LIST("tmpfs", 0, container.tmpfs, "DIR[:OPTIONS]", "Mount a tmpfs (/run:size=64m,mode=1777)"),
    FLAG("tty", 't', container.terminal, "Give the container a terminal"),
    TEXT_VALUE("user", 'u', container.user, "USER[:GROUP]", "Who to run as, by name or number"),
    READ("userns", 0, read_userns, "[=remap]",
         "A user namespace: its root is an ordinary user of the machine"),
    LIST("volume", 'v', container.volumes, "SOURCE:DIR[:ro]", "Mount a directory or a volume"),
    READ("without", 0, read_without, "NS[,NS...]",
         "Leave out namespaces: mnt pid net uts ipc cgroup"),
    TEXT_VALUE("workdir", 'w', container.directory, "DIR", "Working directory in the container"),
    {0},
};

const struct command_line RUN_COMMAND_LINE = {
    .command = "run",
    .usage = "[OPTIONS] IMAGE [COMMAND] [ARG...]",
    .summary = "Make a container from an image, and run a command in it",
    .options = OPTIONS,
    .words_min = 1,
    .words_max = NO_LIMIT,
};
