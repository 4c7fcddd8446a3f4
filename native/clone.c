/*
 * The new process: see clone(2).
 *
 * It shares the warden's memory (CLONE_VM) until execve, because copying the page tables of a large
 * Node would take longer than everything else together, and would block Node as long. The price is
 * a rule: the child makes system calls and calls pure functions, nothing else. It takes no lock,
 * allocates nothing, touches no errno; all that it needs was prepared before. Signals stay blocked
 * in it, so no handler of the warden's ever runs there. Its stack is freed only when its end of the
 * socket pair has closed, and the kernel closes that after it has let go of the memory.
 */
#include <errno.h>
#include <linux/prctl.h>
#include <linux/sched.h>
#include <linux/securebits.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/wait.h>

#include "clone.h"
#include "failure.h"
#include "sandbox.h"
#include "text.h"

/* A child's last frames never return; the sanitizer must not take them for those of the next child.
 */
#if defined(__SANITIZE_ADDRESS__)
#include <sanitizer/asan_interface.h>
#define FORGET_OLD_FRAMES(memory, size) __asan_unpoison_memory_region((memory), (size))
#else
#define FORGET_OLD_FRAMES(memory, size)
#endif

#define STACK_BYTES (128 << 10)
#define GUARD_BYTES (64 << 10)
/* The lowest part of the stack is for the child's own child. */
#define SEALER_STACK_BYTES (32 << 10)
/* A pid out of the way, so that the learner's first process is number 2. */
#define SEALER_PID 300

/* The kernel may be out of memory for a moment. */
#define IDENTITY_TRIES 100

#define NAMESPACE_FLAGS                                                                            \
  (CLONE_NEWUSER | CLONE_NEWPID | CLONE_NEWNS | CLONE_NEWNET | CLONE_NEWUTS | CLONE_NEWIPC)

/*
 * clone3, and in the child a call of `run` on the new stack. In assembly, for the child comes back
 * from the system call with an empty stack: no compiled code could return there. It never does
 * return; exit_group is there in case it tried to.
 */
__attribute__((noinline)) static long clone_onto_stack(struct clone_args *args, int (*run)(void *),
                                                       void *context) {
#if defined(__x86_64__)
  long result;
  register int (*function)(void *) __asm__("r12") = run;
  register void *argument __asm__("r13") = context;
  __asm__ volatile("syscall\n\t"
                   "test %%rax, %%rax\n\t"
                   "jnz 1f\n\t"
                   "xor %%ebp, %%ebp\n\t"
                   "mov %%r13, %%rdi\n\t"
                   "call *%%r12\n\t"
                   "mov %%eax, %%edi\n\t"
                   "mov %[exit], %%eax\n\t"
                   "syscall\n\t"
                   "ud2\n"
                   "1:"
                   : "=a"(result)
                   : "a"(SYS_clone3), "D"(args), "S"(sizeof(*args)), "r"(function),
                     "r"(argument), [exit] "i"(SYS_exit_group)
                   : "rcx", "r11", "memory");
  return result;
#elif defined(__aarch64__)
  register long x8 __asm__("x8") = SYS_clone3;
  register long x0 __asm__("x0") = (long)args;
  register long x1 __asm__("x1") = sizeof(*args);
  register int (*function)(void *) __asm__("x19") = run;
  register void *argument __asm__("x20") = context;
  __asm__ volatile("svc #0\n\t"
                   "cbnz x0, 1f\n\t"
                   "mov x29, #0\n\t"
                   "mov x30, #0\n\t"
                   "mov x0, x20\n\t"
                   "blr x19\n\t"
                   "mov x8, %[exit]\n\t"
                   "svc #0\n\t"
                   "brk #1\n"
                   "1:"
                   : "+r"(x0)
                   : "r"(x8), "r"(x1), "r"(function), "r"(argument), [exit] "i"(SYS_exit_group)
                   : "memory");
  return x0;
#endif
}

long clone_stack_allocate(void **bottom) {
  long stack = system_call(SYS_mmap, 0, GUARD_BYTES + STACK_BYTES, PROT_READ | PROT_WRITE,
                           MAP_PRIVATE | MAP_ANONYMOUS | MAP_STACK, -1, 0);
  if (stack < 0) {
    return stack;
  }
  *bottom = (void *)stack;
  FORGET_OLD_FRAMES(*bottom, GUARD_BYTES + STACK_BYTES);
  return system_call(SYS_mprotect, stack, GUARD_BYTES, PROT_NONE, 0, 0, 0);
}

void clone_stack_free(void **bottom) {
  if (*bottom != NULL) {
    system_call(SYS_munmap, (long)*bottom, GUARD_BYTES + STACK_BYTES, 0, 0, 0, 0);
    *bottom = NULL;
  }
}

long clone_traced(struct tracer *tracer, struct clone_args *args, void *stack, int (*run)(void *),
                  void *context) {
  args->stack = (uint64_t)(uintptr_t)stack + GUARD_BYTES;
  args->stack_size = args->stack_size == 0 ? STACK_BYTES : args->stack_size;
  char reading[224];
  struct text text = TEXT(reading);
  text_append(&text, "{flags=");
  uint64_t bits = args->flags;
  for (const struct flag_name *flag = CLONE_FLAGS; flag->name != NULL; flag++) {
    if ((bits & flag->value) != 0) {
      bits &= ~flag->value;
      text_append(&text, flag->name + strlen("CLONE_"));
      text_append(&text, bits != 0 ? "|" : "");
    }
  }
  text_append(&text, args->exit_signal == 0 ? "}" : ", exit_signal=SIGCHLD}");
  const struct argument arguments[] = {AS(args, reading), NUMBER(sizeof(*args))};
  uint64_t before;
  sys_signal_mask(~(uint64_t)0, &before);
  struct glassbox_call *call = trace_begin(tracer, "clone3", arguments, 2);
  long pid = fault_of(SYS_clone3);
  if (pid == 0) {
    pid = clone_onto_stack(args, run, context);
  }
  trace_finish(tracer, call, pid);
  sys_signal_mask(before, NULL);
  return pid;
}

/* Not awaited: what it did is done when it lets go of the memory, and PID 1 will reap it. */
long run_sealer(struct making *making, struct tracer *tracer, int (*run)(void *)) {
  const pid_t pid = SEALER_PID;
  struct clone_args args = {
      .flags = CLONE_VM | CLONE_VFORK | CLONE_FILES | CLONE_NEWUSER | CLONE_NEWNS,
      .exit_signal = SIGCHLD,
      .stack_size = SEALER_STACK_BYTES,
      .set_tid = (uint64_t)(uintptr_t)&pid,
      .set_tid_size = 1,
  };
  return clone_traced(tracer, &args, making->stack, run, making);
}

/* Changes the calling thread's effective user only; raw, so that libc's other threads stay. */
static long take_identity(struct tracer *tracer, uint32_t user) {
  return TRACED(tracer, setresuid, NUMBER(-1), NUMBER(user), NUMBER(-1));
}

/*
 * Namespaces, inotify instances, message queues and locked memory are counted for the user, and
 * once more for the owner of the user's namespace, and only there is an end to them: see ucounts in
 * namespaces(7). If root owned them all, one sandbox could use up what the kernel has for all
 * others and the host. So for this one call the thread is a user that is the sandbox's alone. Its
 * capabilities stay.
 */
static long clone_as_owner(struct making *making, struct tracer *tracer, struct clone_args *args) {
  const long bits = system_call(SYS_prctl, PR_GET_SECUREBITS, 0, 0, 0, 0, 0);
  if (bits < 0) {
    return bits;
  }
  long result = TRACED(tracer, prctl, AS(PR_SET_SECUREBITS, "PR_SET_SECUREBITS"),
                       AS(bits | SECBIT_NO_SETUID_FIXUP, "SECBIT_NO_SETUID_FIXUP"));
  if (result < 0) {
    return result;
  }
  result = take_identity(tracer, making->spec->id_base);
  if (result == 0) {
    result = clone_traced(tracer, args, making->stack, sandbox_child, making->child_side);
  }
  /* Half a change is undone, too. A thread of the warden's that stays somebody else would do harm
   * later. */
  for (int tries = 1; take_identity(tracer, 0) < 0; tries++) {
    if (tries == IDENTITY_TRIES) {
      abort();
    }
  }
  TRACED(tracer, prctl, AS(PR_SET_SECUREBITS, "PR_SET_SECUREBITS"), NUMBER(bits));
  return result;
}

int step_clone(struct making *making, struct tracer *tracer) {
  int pidfd = -1;
  OWNED_FD group =
      (int)cgroup_open_leaf(&making->cgroups, making->spec->lab, making->spec->id, false);
  if (group < 0 && cgroup_unified(&making->cgroups) != NULL) {
    return fail(making->failure, tracer->step, making->spec->id, group);
  }
  long result = clone_stack_allocate(&making->stack);
  if (result < 0) {
    return fail(making->failure, tracer->step, "stack", result);
  }
  struct clone_args args = {
      .flags = CLONE_VM | CLONE_PIDFD | CLONE_CLEAR_SIGHAND | NAMESPACE_FLAGS |
               (group >= 0 ? CLONE_INTO_CGROUP : 0),
      .pidfd = (uint64_t)(uintptr_t)&pidfd,
      .exit_signal = SIGCHLD,
      .cgroup = group >= 0 ? (uint64_t)group : 0,
  };
  *making->child_side = *making;
  making->child_side->failure = &making->child_failure;
  result = clone_as_owner(making, tracer, &args);
  if (result < 0) {
    return fail(making->failure, tracer->step, "PID 1", result);
  }
  making->pid = (int)result;
  making->pidfd = pidfd;
  /* The child has its own copy. With ours closed, the parent's end reads when that copy closes. */
  sys_close(making->child_end);
  making->child_end = -1;
  return 0;
}

void end_child(struct making *making) {
  if (making->pidfd < 0) {
    return;
  }
  sys_pidfd_send_signal(making->pidfd, SIGKILL);
  long result;
  do {
    result = system_call(SYS_waitid, P_PIDFD, making->pidfd, 0, WEXITED, 0, 0);
  } while (result == -EINTR);
  sys_close(making->pidfd);
  making->pidfd = -1;
}
