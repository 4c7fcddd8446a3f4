/* box inspect: all that is known of a container, in the shape of `docker inspect`. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "../syscalls.h"
#include "commands.h"
#include "image.h"
#include "json.h"
#include "message.h"
#include "network.h"
#include "options.h"
#include "status.h"
#include "store.h"

#define IMAGE_SCRIPT "/usr/lib/box/inspect"

struct inspect_request {
  const char *format;
  const char *type;
};

static const struct option_row OPTIONS[] = {
    {"format", 'f', OPTION_TEXT, offsetof(struct inspect_request, format), NULL, "TEMPLATE",
     "Such as '{{.State.Pid}}'"},
    {"type", 0, OPTION_TEXT, offsetof(struct inspect_request, type), NULL, "container|image",
     "Look for this only"},
    {0},
};

static const struct command_line LINE = {
    .command = "inspect",
    .usage = "[OPTIONS] NAME|ID [NAME|ID...]",
    .summary = "Show all that is known of containers or images, as JSON",
    .options = OPTIONS,
    .anywhere = true,
    .words_min = 1,
    .words_max = NO_LIMIT,
};

static char *path_of(const struct container *container, const char *name) {
  char path[STORE_PATH_BYTES];
  store_path(path, "containers", container->id, name);
  return copy_text(path);
}

static void add_state(struct json *root, const struct container *container) {
  struct json *state = json_add(root, "State", JSON_OBJECT);
  const char *status = status_word(container);
  bool paused = strcmp(status, "paused") == 0;
  bool running = paused || strcmp(status, "running") == 0;
  json_text(state, "Status", status);
  json_flag(state, "Running", running);
  json_flag(state, "Paused", paused);
  json_flag(state, "Restarting", false);
  json_flag(state, "OOMKilled", container->oom_killed);
  json_flag(state, "Dead", false);
  json_number(state, "Pid", running ? container->pid : 0);
  json_number(state, "ExitCode", running ? 0 : status_exit_code(container));
  json_text(state, "Error", container->error);
  json_text(state, "StartedAt", store_time(container->started_ns));
  json_text(state, "FinishedAt", store_time(running ? 0 : container->finished_ns));
}

static void add_config(struct json *root, const struct container *container) {
  struct json *config = json_add(root, "Config", JSON_OBJECT);
  struct json *ports;
  json_text(config, "Hostname", container->hostname);
  json_text(config, "User", container->user);
  json_flag(config, "Tty", container->terminal);
  json_flag(config, "OpenStdin", container->interactive);
  json_words(config, "Env", &container->environment);
  json_words(config, "Cmd", &container->command);
  json_text(config, "Image", container->image_name);
  json_text(config, "WorkingDir", container->directory);
  json_words(config, "Entrypoint", &container->entrypoint);
  ports = json_add(config, "ExposedPorts", JSON_OBJECT);
  for (size_t i = 0; i < container->exposed.count; i++) {
    json_add(ports, container->exposed.items[i], JSON_OBJECT);
  }
  if (container->stop_signal[0] != '\0') {
    json_text(config, "StopSignal", container->stop_signal);
  }
}

/* "wbps 7:0 5242880 /dev/loop0" as Docker has it, in a list for each kind. */
static void add_device_limits(struct json *host, const struct container *container) {
  static const struct {
    const char *kind;
    const char *name;
  } lists[] = {{"rbps", "BlkioDeviceReadBps"},
               {"wbps", "BlkioDeviceWriteBps"},
               {"riops", "BlkioDeviceReadIOps"},
               {"wiops", "BlkioDeviceWriteIOps"}};
  for (size_t i = 0; i < sizeof(lists) / sizeof(lists[0]); i++) {
    struct json *list = json_add(host, lists[i].name, JSON_LIST);
    for (size_t j = 0; j < container->device_limits.count; j++) {
      char *parts = copy_text(container->device_limits.items[j]);
      const char *kind = strsep(&parts, " ");
      strsep(&parts, " ");
      const char *rate = strsep(&parts, " ");
      if (rate != NULL && parts != NULL && strcmp(kind, lists[i].kind) == 0) {
        struct json *limit = json_add(list, NULL, JSON_OBJECT);
        json_text(limit, "Path", parts);
        json_number(limit, "Rate", strtoll(rate, NULL, 10));
      }
    }
  }
}

static void add_host_config(struct json *root, const struct container *container) {
  struct json *host = json_add(root, "HostConfig", JSON_OBJECT);
  struct words security = {0};
  json_words(host, "Binds", &container->volumes);
  json_text(host, "NetworkMode", container->network);
  json_words(host, "PortBindings", &container->ports);
  json_flag(host, "AutoRemove", container->remove);
  json_words(host, "CapAdd", &container->capabilities_added);
  json_words(host, "CapDrop", &container->capabilities_dropped);
  json_flag(host, "Privileged", container->privileged);
  json_flag(host, "ReadonlyRootfs", container->read_only);
  json_flag(host, "Init", container->init);
  json_words(host, "Tmpfs", &container->tmpfs);
  if (container->seccomp[0] != '\0') {
    words_add(&security, print_text("seccomp=%s", container->seccomp));
  }
  if (container->no_new_privileges) {
    words_add(&security, "no-new-privileges");
  }
  json_words(host, "SecurityOpt", &security);
  json_text(host, "UsernsMode", container->userns);
  json_text(host, "Without", container->without);
  json_number(host, "NanoCpus", container->nano_cpus);
  json_number(host, "CpuShares", container->cpu_shares);
  json_text(host, "CpusetCpus", container->cpuset_cpus);
  json_number(host, "Memory", container->memory);
  json_number(host, "PidsLimit", container->pids);
  json_number(host, "OomScoreAdj", container->oom_score_adj);
  add_device_limits(host, container);
}

static void add_driver(struct json *root, const struct container *container) {
  struct json *driver = json_add(root, "GraphDriver", JSON_OBJECT);
  struct json *data = json_add(driver, "Data", JSON_OBJECT);
  const char *lower = "";
  for (size_t i = container->layers.count; i > 0; i--) {
    const char *directory = image_layer(container->layers.items[i - 1]);
    lower = print_text("%s%s%s", lower, *lower == '\0' ? "" : ":",
                       directory == NULL ? "(missing)" : directory);
  }
  json_text(data, "LowerDir", lower);
  json_text(data, "MergedDir", path_of(container, "merged"));
  json_text(data, "UpperDir", path_of(container, "upper"));
  json_text(data, "WorkDir", path_of(container, "work"));
  json_text(driver, "Name", "overlay");
}

static void add_mounts(struct json *root, const struct container *container) {
  struct json *mounts = json_add(root, "Mounts", JSON_LIST);
  for (size_t i = 0; i < container->volumes.count; i++) {
    char *parts = copy_text(container->volumes.items[i]);
    const char *source = strsep(&parts, ":");
    const char *target = strsep(&parts, ":");
    struct json *mount = json_add(mounts, NULL, JSON_OBJECT);
    bool named = target == NULL || source[0] != '/';
    const char *name = target == NULL ? container->id : source;
    char path[STORE_PATH_BYTES];
    store_path(path, "volumes", name, "_data");
    json_text(mount, "Type", named ? "volume" : "bind");
    json_text(mount, "Source", named ? copy_text(path) : source);
    json_text(mount, "Destination", target == NULL ? source : target);
    json_flag(mount, "RW", parts == NULL || strcmp(parts, "ro") != 0);
  }
}

static void add_ports(struct json *settings, const struct network_endpoint *endpoint) {
  struct json *ports = json_add(settings, "Ports", JSON_OBJECT);
  for (uint32_t i = 0; i < endpoint->port_count; i++) {
    const struct network_port *port = &endpoint->ports[i];
    char address[INET_ADDRSTRLEN] = "";
    const unsigned char *bytes = (const unsigned char *)&port->address;
    struct json *bindings = json_add(
        ports,
        print_text("%u/%s", port->container_port, port->protocol == IPPROTO_UDP ? "udp" : "tcp"),
        JSON_LIST);
    struct json *binding = json_add(bindings, NULL, JSON_OBJECT);
    snprintf(address, sizeof(address), "%u.%u.%u.%u", bytes[0], bytes[1], bytes[2], bytes[3]);
    json_text(binding, "HostIp", copy_text(address));
    json_text(binding, "HostPort", print_text("%u", port->machine_port));
  }
}

static char *address_text(const struct in_addr *address) {
  const unsigned char *bytes = (const unsigned char *)address;
  return print_text("%u.%u.%u.%u", bytes[0], bytes[1], bytes[2], bytes[3]);
}

static void add_network(struct json *root, const struct container *container) {
  struct json *settings = json_add(root, "NetworkSettings", JSON_OBJECT);
  struct network_endpoint endpoint = {0};
  struct glassbox_failure failure;
  bool found = false;
  char directory[STORE_PATH_BYTES];
  store_path(directory, "network", NULL, NULL);
  if (container_is_running(container)) {
    network_find(directory, container->id, &endpoint, &found, &failure);
  }
  add_ports(settings, &endpoint);
  json_text(settings, "Bridge", found ? NETWORK_BRIDGE : "");
  json_text(settings, "SandboxKey",
            container_is_running(container) ? print_text("/proc/%lld/ns/net", container->pid) : "");
  json_text(settings, "IPAddress", found ? address_text(&endpoint.address) : "");
  json_number(settings, "IPPrefixLen", found ? endpoint.prefix_length : 0);
  json_text(settings, "Gateway", found ? address_text(&endpoint.gateway) : "");
  json_text(settings, "MacAddress", found ? copy_text(endpoint.mac) : "");
  json_text(settings, "Interface", found ? copy_text(endpoint.interface) : "");
}

static struct json *describe(const struct container *container) {
  struct json *root = allocate(sizeof(*root));
  struct words arguments = container->arguments;
  root->kind = JSON_OBJECT;
  json_text(root, "Id", container->id);
  json_text(root, "Created", store_time(container->created_ns));
  json_text(root, "Path", arguments.count > 0 ? arguments.items[0] : "");
  if (arguments.count > 0) {
    arguments.items++;
    arguments.count--;
  }
  json_words(root, "Args", &arguments);
  add_state(root, container);
  json_text(root, "Image", print_text("sha256:%s", container->image));
  json_text(root, "HostnamePath", path_of(container, "hostname"));
  json_text(root, "LogPath", path_of(container, "log"));
  json_text(root, "Name", print_text("/%s", container->name));
  json_text(root, "Driver", "overlay");
  add_host_config(root, container);
  add_driver(root, container);
  add_mounts(root, container);
  add_config(root, container);
  add_network(root, container);
  return root;
}

/* Images are the scripts' affair. Comes back only when there is no such script. */
static void inspect_image(const char *word, const char *format) {
  char *arguments[] = {"inspect", (char *)word, NULL, NULL, NULL};
  if (format != NULL) {
    arguments[1] = "-f";
    arguments[2] = (char *)format;
    arguments[3] = (char *)word;
  }
  execv(IMAGE_SCRIPT, arguments);
}

int command_inspect(int count, char **arguments) {
  struct inspect_request request = {0};
  struct json list = {.kind = JSON_LIST};
  int result = 0;
  read_command_line(&LINE, &request, &count, arguments);
  for (int i = 0; i < count; i++) {
    struct container container;
    bool ambiguous = false;
    bool image = request.type != NULL && strcmp(request.type, "image") == 0;
    if (image || !container_try_find(arguments[i], &container, &ambiguous)) {
      if (count == 1) {
        inspect_image(arguments[i], request.format);
      }
      complain("Error: No such object: %s", arguments[i]);
      result = 1;
      continue;
    }
    struct json *root = describe(&container);
    if (request.format != NULL) {
      json_print_template(root, request.format);
      continue;
    }
    root->next = NULL;
    if (list.last == NULL) {
      list.first = root;
    } else {
      list.last->next = root;
    }
    list.last = root;
  }
  if (request.format == NULL) {
    json_print(&list, 0);
    putchar('\n');
  }
  return result;
}
