/* System calls that reach into the kernel itself, and ways around the filter that stops them. */
#include <fcntl.h>
#include <linux/audit.h>
#include <linux/bpf.h>
#include <linux/filter.h>
#include <linux/keyctl.h>
#include <linux/perf_event.h>
#include <linux/seccomp.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/personality.h>
#include <sys/prctl.h>
#include <sys/ptrace.h>
#include <sys/reboot.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <sys/timex.h>
#include <sys/user.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "attack.h"

static void modules(int count, char **arguments) {
  (void)count;
  (void)arguments;
  int file = open("/proc/self/exe", O_RDONLY | O_CLOEXEC);
  attempt("init_module", syscall(SYS_init_module, "x", 1UL, ""));
  attempt("finit_module", syscall(SYS_finit_module, file, "", 0));
  attempt("delete_module", syscall(SYS_delete_module, "loop", O_NONBLOCK));
}

static void kexec(int count, char **arguments) {
  (void)count;
  (void)arguments;
  int file = open("/proc/self/exe", O_RDONLY | O_CLOEXEC);
  attempt("kexec_load", syscall(SYS_kexec_load, 0UL, 0UL, NULL, 0UL));
  attempt("kexec_file_load", syscall(SYS_kexec_file_load, file, -1, 0UL, "", 4UL));
}

static void bpf(int count, char **arguments) {
  (void)count;
  (void)arguments;
  const struct bpf_insn program[] = {{.code = BPF_ALU64 | BPF_MOV | BPF_K}, {.code = 0x95}};
  union bpf_attr load = {.prog_type = BPF_PROG_TYPE_SOCKET_FILTER, .insn_cnt = 2};
  load.insns = (__u64)(unsigned long)program;
  load.license = (__u64)(unsigned long)"GPL";
  union bpf_attr map = {.map_type = BPF_MAP_TYPE_ARRAY, .key_size = 4, .value_size = 8};
  map.max_entries = 1;
  attempt("bpf(BPF_PROG_LOAD)", syscall(SYS_bpf, BPF_PROG_LOAD, &load, sizeof(load)));
  attempt("bpf(BPF_MAP_CREATE)", syscall(SYS_bpf, BPF_MAP_CREATE, &map, sizeof(map)));
}

static void perf(int count, char **arguments) {
  (void)count;
  (void)arguments;
  struct perf_event_attr event = {.type = PERF_TYPE_SOFTWARE, .size = sizeof(event)};
  attempt("perf_event_open of itself", syscall(SYS_perf_event_open, &event, 0, -1, -1, 0UL));
  attempt("perf_event_open of a CPU", syscall(SYS_perf_event_open, &event, -1, 0, -1, 0UL));
}

static void user_fault(int count, char **arguments) {
  (void)count;
  (void)arguments;
  attempt("userfaultfd", syscall(SYS_userfaultfd, 0));
  attempt("/dev/userfaultfd", open("/dev/userfaultfd", O_RDWR | O_CLOEXEC));
}

static void io_uring(int count, char **arguments) {
  (void)count;
  (void)arguments;
  unsigned char parameters[120] = {0};
  attempt("io_uring_setup", syscall(SYS_io_uring_setup, 4, parameters));
  attempt("io_uring_enter", syscall(SYS_io_uring_enter, 0, 1, 0, 0, NULL, 0UL));
  attempt("io_uring_register", syscall(SYS_io_uring_register, 0, 0, NULL, 0));
}

static void keys(int count, char **arguments) {
  (void)count;
  (void)arguments;
  attempt("add_key", syscall(SYS_add_key, "user", "glassbox", "x", 1UL, -3));
  attempt("request_key", syscall(SYS_request_key, "user", "glassbox", NULL, -3));
  attempt("keyctl(KEYCTL_GET_KEYRING_ID)",
          syscall(SYS_keyctl, KEYCTL_GET_KEYRING_ID, KEY_SPEC_USER_KEYRING, 1));
  attempt("keyctl(KEYCTL_READ) of the session",
          syscall(SYS_keyctl, KEYCTL_READ, KEY_SPEC_SESSION_KEYRING, NULL, 0UL));
}

static void restart(int count, char **arguments) {
  (void)count;
  (void)arguments;
  /* What a mistake would start here is a switch for Ctrl-Alt-Del, not the end of the host. */
  attempt("reboot", syscall(SYS_reboot, 0xfee1dead, 672274793, RB_DISABLE_CAD, NULL));
}

static void accounts(int count, char **arguments) {
  (void)count;
  (void)arguments;
  attempt("acct", syscall(SYS_acct, NULL));
  attempt("swapon", syscall(SYS_swapon, "/tmp/none", 0));
  attempt("swapoff", syscall(SYS_swapoff, "/tmp/none"));
  attempt("quotactl", syscall(SYS_quotactl, 0x800001 << 8, "/dev/vda", 0, NULL));
  attempt("vhangup", syscall(SYS_vhangup));
}

static void messages(int count, char **arguments) {
  (void)count;
  (void)arguments;
  char text[64];
  attempt("syslog", syscall(SYS_syslog, 3, text, sizeof(text)));
  attempt("/dev/kmsg", open("/dev/kmsg", O_RDWR | O_CLOEXEC));
  attempt("/proc/kmsg", open("/proc/kmsg", O_RDONLY | O_CLOEXEC));
}

static void clocks(int count, char **arguments) {
  (void)count;
  (void)arguments;
  struct timespec now;
  struct timeval wall;
  struct timex adjustment = {.modes = ADJ_STATUS};
  clock_gettime(CLOCK_REALTIME, &now);
  gettimeofday(&wall, NULL);
  attempt("clock_settime", syscall(SYS_clock_settime, CLOCK_REALTIME, &now));
  attempt("settimeofday", syscall(SYS_settimeofday, &wall, NULL));
  attempt("adjtimex", syscall(SYS_adjtimex, &adjustment));
  attempt("clock_adjtime", syscall(SYS_clock_adjtime, CLOCK_REALTIME, &adjustment));
}

static void ports(int count, char **arguments) {
  (void)count;
  (void)arguments;
#if defined(__x86_64__)
  attempt("iopl", syscall(SYS_iopl, 3));
  attempt("ioperm", syscall(SYS_ioperm, 0x80UL, 1UL, 1));
#endif
  attempt("/dev/port", open("/dev/port", O_RDWR | O_CLOEXEC));
}

static void domain(int count, char **arguments) {
  (void)count;
  (void)arguments;
  attempt("personality(READ_IMPLIES_EXEC)", personality(READ_IMPLIES_EXEC));
  attempt("personality(MMAP_PAGE_ZERO)", personality(MMAP_PAGE_ZERO));
}

static void numa(int count, char **arguments) {
  (void)count;
  (void)arguments;
  attempt("move_pages", syscall(SYS_move_pages, 1, 0UL, NULL, NULL, NULL, 0));
  attempt("migrate_pages", syscall(SYS_migrate_pages, 1, 0UL, NULL, NULL));
}

/* Numbers that this table's makers can't know yet must do nothing. */
static void younger_calls(int count, char **arguments) {
  (void)count;
  (void)arguments;
  int found = 0;
  for (long call = 452; call < 600; call++) {
    errno = 0;
    if (syscall(call, -1L, -1L, -1L, -1L, -1L, -1L) != -1 || errno != ENOSYS) {
      open_way("system call %ld: %s", call, error_name(errno));
      found++;
    }
  }
  if (found == 0) {
    refused("all calls from 452 to 599: ENOSYS");
  }
}

/* Ends in a child: a filter may kill for it. */
static void in_child(const char *what, long (*act)(void)) {
  fflush(stdout);
  int pid = fork();
  if (pid == 0) {
    long result = act();
    _exit(result < 0 ? 1 : 0);
  }
  int status = wait_for(pid);
  if (status == 0) {
    open_way("%s", what);
  } else if (status == 128 + SIGSYS) {
    refused("%s: killed by SIGSYS", what);
  } else {
    refused("%s: status %d", what, status);
  }
}

#if defined(__x86_64__)
static long old_calls(void) {
  long result;
  /* getpid as a program of 32 bits calls it: numbers the filter knows nothing of. */
  __asm__ volatile("int $0x80" : "=a"(result) : "a"(20L) : "memory", "r8", "r9", "r10", "r11");
  return result;
}

static long x32_calls(void) {
  return syscall(0x40000000L | SYS_getpid);
}
#endif

static void other_numbers(int count, char **arguments) {
  (void)count;
  (void)arguments;
#if defined(__x86_64__)
  in_child("int 0x80", old_calls);
  in_child("the x32 bit", x32_calls);
#else
  skipped("this architecture has one table of calls only");
#endif
}

static long bpf_of_nobody(void) {
  return syscall(SYS_bpf, BPF_MAP_CREATE, NULL, 0UL);
}

/* A filter of one's own that allows everything: the strictest of all filters counts. */
static long allow_all(void) {
  struct sock_filter allow = BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW);
  struct sock_fprog program = {.len = 1, .filter = &allow};
  if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) < 0 ||
      syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER, 0, &program) < 0) {
    return 0;
  }
  errno = 0;
  return bpf_of_nobody() == -1 && errno == EPERM ? -1 : 0;
}

static void weaker_filter(int count, char **arguments) {
  (void)count;
  (void)arguments;
  in_child("a filter that allows bpf", allow_all);
}

/* The tracer changes the call's number after the filter has seen the first one, before 4.8. */
static void swap_call(int count, char **arguments) {
  (void)count;
  (void)arguments;
#if defined(__x86_64__)
  fflush(stdout);
  int pid = fork();
  if (pid == 0) {
    ptrace(PTRACE_TRACEME, 0, 0, 0);
    raise(SIGSTOP);
    _exit(syscall(SYS_getppid, 0L, 0L, 0L) == -1 && errno == EPERM ? 7 : 8);
  }
  int status;
  waitpid(pid, &status, 0);
  ptrace(PTRACE_SETOPTIONS, pid, 0, PTRACE_O_TRACESYSGOOD | PTRACE_O_EXITKILL);
  while (ptrace(PTRACE_SYSCALL, pid, 0, 0) == 0 && waitpid(pid, &status, 0) == pid &&
         !WIFEXITED(status) && !WIFSIGNALED(status)) {
    struct user_regs_struct registers;
    if (WSTOPSIG(status) == (SIGTRAP | 0x80) && ptrace(PTRACE_GETREGS, pid, 0, &registers) == 0 &&
        registers.orig_rax == SYS_getppid && registers.rax == (unsigned long long)-ENOSYS) {
      registers.orig_rax = SYS_bpf;
      ptrace(PTRACE_SETREGS, pid, 0, &registers);
    }
  }
  if (WIFEXITED(status) && WEXITSTATUS(status) == 7) {
    refused("getppid turned into bpf by a tracer: EPERM");
  } else {
    open_way("getppid turned into bpf by a tracer: status %x", (unsigned)status);
  }
#else
  skipped("written for x86_64");
#endif
}

/* Deeper and deeper; at the bottom, what is refused at the top. */
static void nest(int count, char **arguments) {
  (void)count;
  (void)arguments;
  int depth = 0;
  fflush(stdout);
  int pid = fork();
  if (pid > 0) {
    wait_for(pid);
    return;
  }
  while (unshare(CLONE_NEWUSER) == 0) {
    depth++;
  }
  refused("user namespace %d: %s", depth + 1, error_name(errno));
  attempt("bpf at the bottom", bpf_of_nobody());
  attempt("core_pattern at the bottom", open("/proc/sys/kernel/core_pattern", O_WRONLY));
  _exit(0);
}

const struct attack CALL_ATTACKS[] = {
    {"modules", modules},
    {"kexec", kexec},
    {"bpf", bpf},
    {"perf", perf},
    {"userfaultfd", user_fault},
    {"io_uring", io_uring},
    {"keyrings", keys},
    {"reboot", restart},
    {"accounts", accounts},
    {"syslog", messages},
    {"clocks", clocks},
    {"ports", ports},
    {"personality", domain},
    {"numa", numa},
    {"younger-calls", younger_calls},
    {"other-numbers", other_numbers},
    {"weaker-filter", weaker_filter},
    {"swap-call", swap_call},
    {"nest", nest},
    {NULL, NULL},
};
