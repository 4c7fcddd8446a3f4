/*
 * PID 1 of a sandbox: it reaps what its children leave behind, and nothing else.
 *
 * Without libc, so that it costs a learner's machine one page of memory. It starts with an empty
 * environment and /dev/null as its only open file. Every signal stays blocked: from inside, the
 * kernel drops what PID 1 has no handler for anyway, and from outside only SIGKILL should end it.
 */
#include <errno.h>
#include <linux/sched.h>
#include <sys/wait.h>

#include "syscalls.h"

/*
 * Into the time namespace that was made for it. From Linux 6.2 on execve has done that already;
 * before, only its children would be in it, and PID 1 in the host's.
 */
static void enter_time_namespace(void) {
  long own = sys_openat(AT_FDCWD, "/proc/self/ns/time_for_children", O_RDONLY);
  if (own >= 0) {
    sys_setns((int)own, CLONE_NEWTIME);
    sys_close((int)own);
  }
}

__attribute__((noreturn, used)) static void run(void) {
  const uint64_t every_signal = ~(uint64_t)0;
  const uint64_t child_ended = (uint64_t)1 << (SIGCHLD - 1);
  sys_signal_mask(every_signal, NULL);
  enter_time_namespace();
  for (;;) {
    long result = system_call(SYS_waitid, P_ALL, 0, 0, WEXITED, 0, 0);
    if (result == -ECHILD) {
      /* None left. An orphan that arrives and ends now leaves its signal pending: none is missed.
       */
      system_call(SYS_rt_sigtimedwait, (long)&child_ended, 0, 0, sizeof(child_ended), 0, 0);
    }
  }
}

#if defined(__x86_64__)
__asm__(".globl _start\n_start:\n\txor %ebp, %ebp\n\tand $-16, %rsp\n\tcall run\n");
#elif defined(__aarch64__)
__asm__(".globl _start\n_start:\n\tmov x29, #0\n\tmov x30, #0\n\tbl run\n");
#endif
