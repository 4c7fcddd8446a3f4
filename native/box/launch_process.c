/* Who the container's program is, and what it may. */
#include <linux/capability.h>
#include <linux/prctl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "../confine.h"
#include "../failure.h"
#include "../steps.h"
#include "../text.h"
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
int launch_prepare_capabilities(struct launch *launch) {
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
  if (launch_prepare_capabilities(launch) < 0) {
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
                                NUMBER(0), "{filter of calls, for CAP_SYS_ADMIN}")
               : install_filter(tracer, SECCOMP_CONTAINER, LENGTH(SECCOMP_CONTAINER), NUMBER(0),
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

/*
 * A profile's filter comes after this, by the right of CAP_SYS_ADMIN: so that one is kept until
 * then. No program gets it, for execve gives root what is left in the bounding set, and others
 * nothing.
 */
static bool keeps_admin(const struct launch *launch) {
  return launch->profile != NULL && !launch->container->no_new_privileges;
}

static int set_flag(struct launch *launch, struct tracer *tracer, int option, const char *name) {
  long result = TRACED(tracer, prctl, AS(option, name), NUMBER(1), NUMBER(0), NUMBER(0), NUMBER(0));
  return result < 0 ? fail(&launch->failure, tracer->step, name, result) : 0;
}

int launch_identity(struct launch *launch, struct tracer *tracer) {
  const uint64_t kept = keeps_admin(launch) ? BIT(CAP_SYS_ADMIN) : 0;
  if (launch->container->no_new_privileges &&
      set_flag(launch, tracer, PR_SET_NO_NEW_PRIVS, "PR_SET_NO_NEW_PRIVS") < 0) {
    return -1;
  }
  if (kept != 0 && launch->user != 0 &&
      set_flag(launch, tracer, PR_SET_KEEPCAPS, "PR_SET_KEEPCAPS") < 0) {
    return -1;
  }
  if (user_become(&launch->failure, tracer, launch->user, launch->group, launch->groups,
                  launch->group_count) < 0) {
    return -1;
  }
  /* Any other user loses them all with its id. */
  if (launch->user == 0 || kept != 0) {
    long result = set_capabilities(tracer, kept | (launch->user == 0 ? launch->capabilities : 0));
    if (result < 0) {
      return fail(&launch->failure, tracer->step, "capabilities", result);
    }
  }
  return 0;
}
