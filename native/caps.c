/* Capabilities: see capabilities(7). */
#include <linux/capability.h>
#include <linux/prctl.h>

#include "confine.h"
#include "failure.h"
#include "sandbox.h"

#define BIT(capability) (UINT64_C(1) << (capability))
#define CAPABILITY(name)                                                                           \
  { name, #name }

const struct flag_name CAPABILITIES[] = {
    CAPABILITY(CAP_CHOWN),
    CAPABILITY(CAP_DAC_OVERRIDE),
    CAPABILITY(CAP_DAC_READ_SEARCH),
    CAPABILITY(CAP_FOWNER),
    CAPABILITY(CAP_FSETID),
    CAPABILITY(CAP_KILL),
    CAPABILITY(CAP_SETGID),
    CAPABILITY(CAP_SETUID),
    CAPABILITY(CAP_SETPCAP),
    CAPABILITY(CAP_LINUX_IMMUTABLE),
    CAPABILITY(CAP_NET_BIND_SERVICE),
    CAPABILITY(CAP_NET_BROADCAST),
    CAPABILITY(CAP_NET_ADMIN),
    CAPABILITY(CAP_NET_RAW),
    CAPABILITY(CAP_IPC_LOCK),
    CAPABILITY(CAP_IPC_OWNER),
    CAPABILITY(CAP_SYS_MODULE),
    CAPABILITY(CAP_SYS_RAWIO),
    CAPABILITY(CAP_SYS_CHROOT),
    CAPABILITY(CAP_SYS_PTRACE),
    CAPABILITY(CAP_SYS_PACCT),
    CAPABILITY(CAP_SYS_ADMIN),
    CAPABILITY(CAP_SYS_BOOT),
    CAPABILITY(CAP_SYS_NICE),
    CAPABILITY(CAP_SYS_RESOURCE),
    CAPABILITY(CAP_SYS_TIME),
    CAPABILITY(CAP_SYS_TTY_CONFIG),
    CAPABILITY(CAP_MKNOD),
    CAPABILITY(CAP_LEASE),
    CAPABILITY(CAP_AUDIT_WRITE),
    CAPABILITY(CAP_AUDIT_CONTROL),
    CAPABILITY(CAP_SETFCAP),
    CAPABILITY(CAP_MAC_OVERRIDE),
    CAPABILITY(CAP_MAC_ADMIN),
    CAPABILITY(CAP_SYSLOG),
    CAPABILITY(CAP_WAKE_ALARM),
    CAPABILITY(CAP_BLOCK_SUSPEND),
    CAPABILITY(CAP_AUDIT_READ),
    CAPABILITY(CAP_PERFMON),
    CAPABILITY(CAP_BPF),
    CAPABILITY(CAP_CHECKPOINT_RESTORE),
    {0, NULL},
};

/*
 * Capabilities are held in the sandbox's own user namespace only, where most of these give nothing.
 * They go so that no later kernel can make one of them mean something there, and so that a learner
 * who reads CapBnd sees what a container's root lacks. Lessons need the rest: SYS_ADMIN, NET_ADMIN,
 * NET_RAW, SYS_PTRACE, SYS_CHROOT, MKNOD, SYS_TIME (clocks of a time namespace), SETFCAP, ….
 */
static const uint64_t DROPPED = BIT(CAP_DAC_READ_SEARCH) | BIT(CAP_LINUX_IMMUTABLE) |
                                BIT(CAP_SYS_MODULE) | BIT(CAP_SYS_RAWIO) | BIT(CAP_SYS_PACCT) |
                                BIT(CAP_SYS_BOOT) | BIT(CAP_AUDIT_WRITE) | BIT(CAP_AUDIT_CONTROL) |
                                BIT(CAP_MAC_OVERRIDE) | BIT(CAP_MAC_ADMIN) | BIT(CAP_SYSLOG) |
                                BIT(CAP_WAKE_ALARM) | BIT(CAP_BLOCK_SUSPEND) | BIT(CAP_AUDIT_READ) |
                                BIT(CAP_PERFMON) | BIT(CAP_BPF) | BIT(CAP_CHECKPOINT_RESTORE);

long drop_capabilities(struct tracer *tracer, uint64_t dropped, const char **object) {
  for (const struct flag_name *capability = CAPABILITIES; capability->name != NULL; capability++) {
    if ((dropped & BIT(capability->value)) == 0) {
      continue;
    }
    long result = TRACED(tracer, prctl, AS(PR_CAPBSET_DROP, "PR_CAPBSET_DROP"),
                         AS(capability->value, capability->name));
    if (result < 0) {
      *object = capability->name;
      return result;
    }
  }
  return 0;
}

long confine_capabilities(struct tracer *tracer, const char **object) {
  return drop_capabilities(tracer, DROPPED, object);
}

int step_capabilities(struct making *making, struct tracer *tracer) {
  const char *object = "";
  long result = confine_capabilities(tracer, &object);
  return result < 0 ? fail(making->failure, tracer->step, object, result) : 0;
}
