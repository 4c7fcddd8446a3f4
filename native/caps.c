/* Capabilities: see capabilities(7). */
#include <linux/capability.h>
#include <linux/prctl.h>

#include "confine.h"
#include "failure.h"
#include "sandbox.h"

/*
 * Capabilities are held in the sandbox's own user namespace only, where most of these give nothing.
 * They go so that no later kernel can make one of them mean something there, and so that a learner
 * who reads CapBnd sees what a container's root lacks. Lessons need the rest: SYS_ADMIN, NET_ADMIN,
 * NET_RAW, SYS_PTRACE, SYS_CHROOT, MKNOD, SYS_TIME (clocks of a time namespace), SETFCAP, ….
 */
static const struct flag_name DROPPED[] = {
    {CAP_DAC_READ_SEARCH, "CAP_DAC_READ_SEARCH"},
    {CAP_LINUX_IMMUTABLE, "CAP_LINUX_IMMUTABLE"},
    {CAP_SYS_MODULE, "CAP_SYS_MODULE"},
    {CAP_SYS_RAWIO, "CAP_SYS_RAWIO"},
    {CAP_SYS_PACCT, "CAP_SYS_PACCT"},
    {CAP_SYS_BOOT, "CAP_SYS_BOOT"},
    {CAP_AUDIT_WRITE, "CAP_AUDIT_WRITE"},
    {CAP_AUDIT_CONTROL, "CAP_AUDIT_CONTROL"},
    {CAP_MAC_OVERRIDE, "CAP_MAC_OVERRIDE"},
    {CAP_MAC_ADMIN, "CAP_MAC_ADMIN"},
    {CAP_SYSLOG, "CAP_SYSLOG"},
    {CAP_WAKE_ALARM, "CAP_WAKE_ALARM"},
    {CAP_BLOCK_SUSPEND, "CAP_BLOCK_SUSPEND"},
    {CAP_AUDIT_READ, "CAP_AUDIT_READ"},
    {CAP_PERFMON, "CAP_PERFMON"},
    {CAP_BPF, "CAP_BPF"},
    {CAP_CHECKPOINT_RESTORE, "CAP_CHECKPOINT_RESTORE"},
};

long confine_capabilities(struct tracer *tracer, const char **object) {
  for (size_t i = 0; i < sizeof(DROPPED) / sizeof(DROPPED[0]); i++) {
    long result = TRACED(tracer, prctl, AS(PR_CAPBSET_DROP, "PR_CAPBSET_DROP"),
                         AS(DROPPED[i].value, DROPPED[i].name));
    if (result < 0) {
      *object = DROPPED[i].name;
      return result;
    }
  }
  return 0;
}

int step_capabilities(struct making *making, struct tracer *tracer) {
  const char *object = "";
  long result = confine_capabilities(tracer, &object);
  return result < 0 ? fail(making->failure, tracer->step, object, result) : 0;
}
