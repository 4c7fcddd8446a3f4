#include <stdio.h>
#include <string.h>

#include "harness.h"

/* What a probe says in a sandbox with these needs. */
static struct program probe(uint32_t needs, const char *what) {
  struct glassbox_spec spec = spec_of(1);
  spec.needs = needs;
  const struct glassbox_sandbox sandbox = create(&spec);
  struct program program;
  CHECK(RUN_INSIDE(&program, &spec, &sandbox, "/bin/probe", (char *)what) == 0);
  destroy(&spec, &sandbox);
  return program;
}

static void closes_netfilter(void) {
  static const char *const facts[] = {
      "NETLINK_NETFILTER: EPERM",
      "NETLINK_NETFILTER in 64 bits: EPERM",
      "NETLINK_ROUTE: ok",
      "NETLINK_SOCK_DIAG: ok",
      "NETLINK_XFRM: EPROTONOSUPPORT",
      "IPT_SO_SET_REPLACE: EPERM",
      "IPT_SO_SET_REPLACE in 64 bits: EPERM",
      "IPT_SO_GET_INFO: EPERM",
      "IP6T_SO_SET_REPLACE: EPERM",
      "IP6T_SO_GET_ENTRIES: EPERM",
      "IP_TTL: ok",
      "IPV6_TCLASS: ok",
  };
  const struct program program = probe(0, "netfilter");
  check_facts(&program, facts, sizeof(facts) / sizeof(facts[0]));
}

static void opens_netfilter(void) {
  static const char *const facts[] = {
      "NETLINK_NETFILTER: ok",
      "NETLINK_NETFILTER in 64 bits: ok",
      "NETLINK_XFRM: EPROTONOSUPPORT",
      "IP_TTL: ok",
  };
  static const char *const options[] = {
      "IPT_SO_SET_REPLACE: ",  "IPT_SO_SET_REPLACE in 64 bits: ", "IPT_SO_GET_INFO: ",
      "IP6T_SO_SET_REPLACE: ", "IP6T_SO_GET_ENTRIES: ",
  };
  const struct program program = probe(GLASSBOX_NEED_NETFILTER, "netfilter");
  check_facts(&program, facts, sizeof(facts) / sizeof(facts[0]));
  for (size_t i = 0; i < sizeof(options) / sizeof(options[0]); i++) {
    const char *answer = strstr(program.output, options[i]);
    /* What the kernel says to zeroes differs with its modules; it is not the filter that speaks. */
    CHECK(answer != NULL && strncmp(answer + strlen(options[i]), "EPERM", strlen("EPERM")) != 0);
  }
}

static void gives_a_disk(void) {
  static const char *const facts[] = {
      "stat: ok",
      "own device: 1 owner: 0 0",
      "make: ok",
      "chown: ok",
      "device: EPERM",
      "disk itself: EPERM",
      "limit: ok",
      "join: ok",
      "unlimited: ok",
      "held: 1",
      "with devices: EPERM",
      "other options: EPERM",
  };
  const struct belongings before = belongings();
  struct glassbox_spec spec = spec_of(1);
  spec.needs = GLASSBOX_NEED_DISK;
  const struct glassbox_sandbox sandbox = create(&spec);
  CHECK(sandbox.missing_count == 0);
  if (sandbox.missing_count > 0) {
    printf("# %s\n", sandbox.missing[0].why);
  }
  const struct belongings with = belongings();
  CHECK(with.loop_devices == before.loop_devices + 1);
  CHECK(with.mounts == before.mounts);
  struct program program;
  CHECK(RUN_INSIDE(&program, &spec, &sandbox, "/bin/probe", "disk") == 0);
  check_facts(&program, facts, sizeof(facts) / sizeof(facts[0]));
  destroy(&spec, &sandbox);
  const struct belongings after = belongings();
  check_same(&before, &after);
}

static void says_why_there_is_no_disk(void) {
  struct glassbox_spec spec = spec_of(1);
  spec.needs = GLASSBOX_NEED_DISK;
  spec.disk_image = "/no/such/template";
  const struct glassbox_sandbox sandbox = create(&spec);
  CHECK(sandbox.missing_count == 1);
  CHECK(sandbox.missing[0].need == GLASSBOX_NEED_DISK);
  CHECK(strstr(sandbox.missing[0].why, "/no/such/template: ENOENT. This host has no loop") != NULL);
  destroy(&spec, &sandbox);
}

static void refuses_a_device(void) {
  static const char *const refused[] = {"mode: 666", "full: EPERM", "full to write: EPERM",
                                        "null: ok",  "zero: ok",    "terminal: ok"};
  static const char *const allowed[] = {"mode: 666", "full: ok", "full to write: ok"};
  const struct program with = probe(GLASSBOX_NEED_DEVICE, "devices");
  check_facts(&with, refused, sizeof(refused) / sizeof(refused[0]));
  const struct program without = probe(0, "devices");
  check_facts(&without, allowed, sizeof(allowed) / sizeof(allowed[0]));
}

static void delegates_net_cls(void) {
  static const char *const facts[] = {"enter: ok", "make: ok", "class: ok", "join: ok", "/mine"};
  const struct belongings before = belongings();
  struct glassbox_spec spec = spec_of(1);
  spec.needs = GLASSBOX_NEED_NET_CLS;
  const struct glassbox_sandbox sandbox = create(&spec);
  struct program program;
  CHECK(RUN_INSIDE(&program, &spec, &sandbox, "/bin/probe", "net_cls") == 0);
  if (sandbox.missing_count == 0) {
    check_facts(&program, facts, sizeof(facts) / sizeof(facts[0]));
  } else {
    printf("# %s\n", sandbox.missing[0].why);
    CHECK(sandbox.missing[0].need == GLASSBOX_NEED_NET_CLS);
    CHECK(strstr(sandbox.missing[0].why, "EOPNOTSUPP. Only control groups of version 1") != NULL);
    CHECK(strstr(program.output, "enter: ENOENT") != NULL);
  }
  destroy(&spec, &sandbox);
  const struct program without = probe(0, "net_cls");
  CHECK(strstr(without.output, "enter: ENOENT") != NULL);
  const struct belongings after = belongings();
  check_same(&before, &after);
}

int main(void) {
  static const struct test tests[] = {
      {"without netfilter every door to it is closed, and only those", closes_netfilter},
      {"with netfilter the kernel itself answers", opens_netfilter},
      {"a disk is a block device that can be throttled, and goes with its sandbox", gives_a_disk},
      {"the devices controller refuses one device, where that is needed", refuses_a_device},
      {"net_cls is the sandbox's where it needs it and the host has version 1", delegates_net_cls},
      {"a host that can't give a disk says why", says_why_there_is_no_disk},
  };
  return RUN(tests);
}
