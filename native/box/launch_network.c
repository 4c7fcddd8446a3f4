/* What network a container is given: the bridge's, none, the machine's, or another container's. */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "../failure.h"
#include "../steps.h"
#include "../text.h"
#include "launch.h"
#include "message.h"

static bool is_bridged(const struct launch *launch) {
  return strcmp(launch->container->network, "bridge") == 0;
}

int launch_network(struct launch *launch, struct tracer *tracer) {
  char path[48];
  char directory[STORE_PATH_BYTES];
  struct text text = TEXT(path);
  text_append(&text, "/proc/");
  text_number(&text, launch->pid);
  text_append(&text, "/ns/net");
  OWNED_FD net = (int)sys_openat(AT_FDCWD, path, O_RDONLY);
  if (net < 0) {
    return fail(&launch->failure, tracer->step, path, net);
  }
  const struct network_report report = {.tracer = tracer,
                                        .failure = &launch->failure,
                                        .explain = explanation_say,
                                        .context = launch->explanation};
  if (!is_bridged(launch)) {
    return network_raise_loopback(net, &report);
  }
  struct network_container container = {
      .id = launch->container->id,
      .name = launch->container->name,
      .hostname = launch->container->hostname,
      .pidfd = launch->pidfd,
      .net = net,
      .ports = launch->ports,
      .port_count = (uint32_t)launch->container->ports.count,
  };
  store_path(directory, "network", NULL, NULL);
  if (network_attach(directory, &container, &launch->endpoint, &report) < 0) {
    return -1;
  }
  launch->attached = true;
  return 0;
}
