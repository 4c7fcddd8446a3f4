/* What -v, --tmpfs and -p mean, and the three files that every container gets. */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "../failure.h"
#include "../syscalls.h"
#include "../text.h"
#include "container_init.h"
#include "message.h"
#include "run.h"

static int refuse(struct launch *launch, const char *sentence) {
  text_join(launch->failure.object, sizeof(launch->failure.object), sentence, "", "");
  text_join(launch->failure.step, sizeof(launch->failure.step), "volumes", "", "");
  launch->failure.error[0] = '\0';
  return -1;
}

static int add(struct launch *launch, const char *source, const char *target, bool read_only,
               bool is_file) {
  if (launch->volume_count == MOUNTS_MAX) {
    return refuse(launch, "too many volumes");
  }
  launch->volumes[launch->volume_count++] = (struct volume){
      .source = source, .target = target, .read_only = read_only, .is_file = is_file, .tree = -1};
  return 0;
}

/* A volume that has a name, or only its container: <store>/volumes/<name>/_data. */
static const char *named_volume(const char *name) {
  char path[STORE_PATH_BYTES];
  store_make("volumes");
  store_path(path, "volumes", name, NULL);
  sys_mkdirat(AT_FDCWD, path, 0711);
  store_path(path, "volumes", name, "_data");
  sys_mkdirat(AT_FDCWD, path, 0755);
  return copy_text(path);
}

/* As Docker does, a directory that is not there is made. */
static void make_source(const char *source) {
  char *path = copy_text(source);
  for (char *at = path + 1; *at != '\0'; at++) {
    if (*at == '/') {
      *at = '\0';
      sys_mkdirat(AT_FDCWD, path, 0755);
      *at = '/';
    }
  }
  sys_mkdirat(AT_FDCWD, path, 0755);
}

static bool is_name(const char *word) {
  return word[0] != '\0' && word[0] != '.' &&
         strspn(word, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_.-") ==
             strlen(word);
}

/* `target`, `source:target` or `source:target:options`. */
static int add_volume(struct launch *launch, const char *words) {
  char *parts = copy_text(words);
  const char *source = strsep(&parts, ":");
  const char *target = strsep(&parts, ":");
  const char *options = parts == NULL ? "" : parts;
  struct stat status;
  if (target == NULL) {
    target = source;
    source = named_volume(launch->container->id);
  } else if (is_name(source)) {
    source = named_volume(source);
  } else if (source[0] == '.') {
    char *directory = allocate(STORE_PATH_BYTES);
    if (system_call(SYS_getcwd, (long)directory, STORE_PATH_BYTES, 0, 0, 0, 0) > 0) {
      source = print_text("%s/%s", directory, source);
    }
  }
  if (source[0] != '/') {
    return refuse(launch,
                  print_text("%s includes invalid characters for a local volume name", source));
  }
  if (target[0] != '/' || target[1] == '\0') {
    return refuse(launch, print_text("invalid volume specification: '%s': the path in the "
                                     "container must be absolute and not '/'",
                                     words));
  }
  bool read_only = strcmp(options, "ro") == 0;
  if (!read_only && *options != '\0' && strcmp(options, "rw") != 0) {
    return refuse(launch, print_text("invalid mode: %s", options));
  }
  if (sys_fstatat(AT_FDCWD, source, &status, 0) == -ENOENT) {
    make_source(source);
    sys_fstatat(AT_FDCWD, source, &status, 0);
  }
  return add(launch, source, target, read_only, !S_ISDIR(status.st_mode));
}

static long write_file(int directory, const char *name, const char *text) {
  OWNED_FD file = (int)system_call(SYS_openat, directory, (long)name,
                                   O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644, 0, 0);
  return file < 0 ? file : sys_write(file, text, strlen(text));
}

/* Names of all on the bridge are in one file that they share; others have one of their own. */
static int add_hosts(struct launch *launch) {
  const char *network = launch->container->network;
  char path[STORE_PATH_BYTES];
  if (strcmp(network, "bridge") == 0) {
    const struct network_report report = {.tracer = &launch->parent, .failure = &launch->failure};
    store_path(path, "network", NULL, NULL);
    if (network_prepare(path, &report) < 0) {
      return -1;
    }
    store_path(path, "network", NETWORK_HOSTS_FILE, NULL);
    return add(launch, copy_text(path), "/etc/hosts", false, true);
  }
  if (strcmp(network, "host") == 0) {
    return add(launch, "/etc/hosts", "/etc/hosts", false, true);
  }
  write_file(launch->directory, "hosts", "127.0.0.1\tlocalhost\n::1\tlocalhost\n");
  return add(launch, print_text("%s/hosts", launch->path), "/etc/hosts", false, true);
}

static int add_files(struct launch *launch) {
  struct stat status;
  if (add_hosts(launch) < 0) {
    return -1;
  }
  write_file(launch->directory, "hostname", print_text("%s\n", launch->container->hostname));
  if (add(launch, print_text("%s/hostname", launch->path), "/etc/hostname", false, true) < 0) {
    return -1;
  }
  if (sys_fstatat(AT_FDCWD, "/etc/resolv.conf", &status, 0) < 0) {
    return 0;
  }
  return add(launch, "/etc/resolv.conf", "/etc/resolv.conf", true, true);
}

static int add_tmpfs(struct launch *launch, const char *words) {
  char *target = copy_text(words);
  char *options = strchr(target, ':');
  if (options != NULL) {
    *options++ = '\0';
  }
  if (target[0] != '/' || target[1] == '\0' || launch->tmpfs_count == MOUNTS_MAX) {
    return refuse(launch, print_text("invalid tmpfs: %s", words));
  }
  launch->tmpfs_targets[launch->tmpfs_count] = target;
  launch->tmpfs_options[launch->tmpfs_count++] = options;
  return 0;
}

int run_prepare_volumes(struct launch *launch) {
  const struct container *container = launch->container;
  if (add_files(launch) < 0) {
    return -1;
  }
  if (container->init) {
    char *own = allocate(STORE_PATH_BYTES);
    if (system_call(SYS_readlinkat, AT_FDCWD, (long)"/proc/self/exe", (long)own,
                    STORE_PATH_BYTES - 1, 0, 0) < 0 ||
        add(launch, own, CONTAINER_INIT, true, true) < 0) {
      return refuse(launch, "--init: box can't find its own program");
    }
  }
  for (size_t i = 0; i < container->volumes.count; i++) {
    if (add_volume(launch, container->volumes.items[i]) < 0) {
      return -1;
    }
  }
  for (size_t i = 0; i < container->tmpfs.count; i++) {
    if (add_tmpfs(launch, container->tmpfs.items[i]) < 0) {
      return -1;
    }
  }
  return 0;
}

int run_prepare_ports(struct launch *launch) {
  for (size_t i = 0; i < launch->container->ports.count; i++) {
    if (network_read_port(launch->container->ports.items[i], &launch->ports[i], &launch->failure) <
        0) {
      return -1;
    }
  }
  return 0;
}
