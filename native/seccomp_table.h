/*
 * System calls of a sandbox. Docker's default list is the starting point, opened for namespaces and
 * mounts, which are what the lessons are about and what a user namespace keeps harmless.
 *
 * ALLOWED runs. REFUSED answers EPERM, as a kernel does whose administrator said no. All others,
 * and so every call that is younger than the libseccomp it is built with, answer ENOSYS: programs
 * then take an older way.
 */
#ifndef SECCOMP_TABLE_H
#define SECCOMP_TABLE_H

#include "glassbox.h"

/* clang-format off */
static const char *const ALLOWED[] = {
    /* Processes and threads. */
    "arch_prctl", "clone", "clone3", "execve", "execveat", "exit", "exit_group", "fork",
    "get_robust_list", "get_thread_area", "getcpu", "getpgid", "getpgrp", "getpid", "getppid",
    "getpriority", "getsid", "gettid", "kcmp", "kill", "membarrier",
    "pidfd_getfd", "pidfd_open", "pidfd_send_signal", "prctl", "process_madvise",
    "process_mrelease", "process_vm_readv", "process_vm_writev", "ptrace", "restart_syscall",
    "rseq", "set_robust_list", "set_thread_area", "set_tid_address", "setpgid", "setpriority",
    "setsid", "tgkill", "times", "tkill", "vfork", "wait4", "waitid", "waitpid",
    /* Scheduling, limits and accounting. */
    "getrlimit", "getrusage", "ioprio_get", "ioprio_set", "prlimit64",
    "sched_get_priority_max", "sched_get_priority_min", "sched_getaffinity", "sched_getattr",
    "sched_getparam", "sched_getscheduler", "sched_rr_get_interval", "sched_setaffinity",
    "sched_setattr", "sched_setparam", "sched_setscheduler", "sched_yield", "setrlimit",
    "sysinfo",
    /* Identities, capabilities, filters. */
    "capget", "capset", "getegid", "geteuid", "getgid", "getgroups", "getresgid", "getresuid",
    "getuid", "landlock_add_rule", "landlock_create_ruleset", "landlock_restrict_self",
    "seccomp", "setfsgid", "setfsuid", "setgid", "setgroups", "setregid", "setresgid",
    "setresuid", "setreuid", "setuid",
    /* Namespaces and their names. */
    "setdomainname", "sethostname", "setns", "uname", "unshare",
    /* Mounts. */
    "chroot", "fsconfig", "fsmount", "fsopen", "fspick", "mount", "mount_setattr",
    "move_mount", "open_tree", "pivot_root", "umount", "umount2",
    /* Memory. */
    "brk", "madvise", "memfd_create", "mincore",
    "mlock", "mlock2", "mlockall", "mmap", "mprotect", "mremap", "msync", "munlock",
    "munlockall", "munmap", "pkey_alloc", "pkey_free", "pkey_mprotect",
    /* Files. */
    "access", "chdir", "chmod", "chown", "close", "close_range", "copy_file_range", "creat",
    "dup", "dup2", "dup3", "faccessat", "faccessat2", "fadvise64", "fallocate", "fchdir",
    "fchmod", "fchmodat", "fchown", "fchownat", "fcntl", "fdatasync", "fgetxattr",
    "flistxattr", "flock", "fremovexattr", "fsetxattr", "fstat", "fstatfs", "fsync",
    "ftruncate", "futimesat", "getcwd", "getdents", "getdents64", "getxattr", "ioctl",
    "lchown", "lgetxattr", "link", "linkat", "listxattr", "llistxattr", "lremovexattr",
    "lseek", "lsetxattr", "lstat", "mkdir", "mkdirat", "mknod", "mknodat",
    "name_to_handle_at", "newfstatat", "open", "openat", "openat2", "pread64", "preadv",
    "preadv2", "pwrite64", "pwritev", "pwritev2", "read", "readahead", "readlink",
    "readlinkat", "readv", "removexattr", "rename", "renameat", "renameat2", "rmdir",
    "sendfile", "setxattr", "splice", "stat", "statfs", "statx", "symlink", "symlinkat",
    "sync", "sync_file_range", "syncfs", "tee", "truncate", "umask", "unlink", "unlinkat",
    "utime", "utimensat", "utimes", "vmsplice", "write", "writev",
    /* Waiting and notification. */
    "epoll_create", "epoll_create1", "epoll_ctl", "epoll_pwait", "epoll_pwait2", "epoll_wait",
    "eventfd", "eventfd2", "futex", "futex_waitv",
    "inotify_add_watch", "inotify_init", "inotify_init1", "inotify_rm_watch", "pause", "pipe",
    "pipe2", "poll", "ppoll", "pselect6", "select",
    /* Signals. */
    "rt_sigaction", "rt_sigpending", "rt_sigprocmask", "rt_sigqueueinfo", "rt_sigreturn",
    "rt_sigsuspend", "rt_sigtimedwait", "rt_tgsigqueueinfo", "sigaltstack", "signalfd",
    "signalfd4",
    /* Time. Reading clocks, and setting none but a time namespace's, which is a file. */
    "alarm", "clock_getres", "clock_gettime", "clock_nanosleep", "getitimer", "gettimeofday",
    "nanosleep", "setitimer", "time", "timer_create", "timer_delete", "timer_getoverrun",
    "timer_gettime", "timer_settime", "timerfd_create", "timerfd_gettime", "timerfd_settime",
    /* Sockets; the families are in the filter of arguments. */
    "accept", "accept4", "bind", "connect", "getpeername", "getsockname", "getsockopt",
    "listen", "recvfrom", "recvmmsg", "recvmsg", "sendmmsg", "sendmsg", "sendto",
    "setsockopt", "shutdown", "socket", "socketpair",
    /* System V and POSIX IPC, asynchronous I/O. */
    "io_cancel", "io_destroy", "io_getevents", "io_pgetevents", "io_setup", "io_submit",
    "mq_getsetattr", "mq_notify", "mq_open", "mq_timedreceive", "mq_timedsend", "mq_unlink",
    "msgctl", "msgget", "msgrcv", "msgsnd", "semctl", "semget", "semop", "semtimedop",
    "shmat", "shmctl", "shmdt", "shmget", "getrandom",
};

static const char *const REFUSED[] = {
    /* Another kernel, or code in this one. */
    "kexec_file_load", "kexec_load", "init_module", "finit_module", "delete_module", "bpf",
    "perf_event_open",
    /* Keyrings are not namespaced. */
    "add_key", "keyctl", "request_key",
    /* Much kernel code that few programs need, and that most escapes of late went through. */
    "userfaultfd", "io_uring_enter", "io_uring_register", "io_uring_setup",
    /* A file by its handle, past every directory above it. */
    "open_by_handle_at",
    /* The host's own affairs. */
    "acct", "adjtimex", "clock_adjtime", "clock_settime", "ioperm", "iopl", "lookup_dcookie",
    "nfsservctl", "quotactl", "quotactl_fd", "reboot", "settimeofday", "stime", "swapoff",
    "swapon", "syslog", "vhangup", "migrate_pages", "move_pages",
};

/*
 * What a container is refused beyond that, as by Docker's default filter: namespaces, mounts, and
 * looking into other processes' memory policies. With CAP_SYS_ADMIN among its capabilities, it may.
 */
static const char *const CONTAINER_REFUSED[] = {
    "fsconfig", "fsmount", "fsopen", "fspick", "kcmp", "lookup_dcookie", "mount",
    "mount_setattr", "move_mount", "open_tree", "pivot_root", "setdomainname", "sethostname",
    "setns", "umount", "umount2", "unshare", "fanotify_init", "name_to_handle_at",
};

/* With or without it: nothing that containers need, and each has been part of an escape. */
static const char *const CONTAINER_REFUSED_ALWAYS[] = {
    "add_key", "keyctl", "request_key", "userfaultfd", "io_uring_enter", "io_uring_register",
    "io_uring_setup", "kexec_file_load", "kexec_load", "perf_event_open", "memfd_secret",
};

/* clang-format on */

/* personality: the execution domains that a program of this machine may ask for. */
static const unsigned long PERSONALITIES[] = {
    0x0 /* PER_LINUX */,
    0x8 /* PER_LINUX32 */,
    0x20000 /* UNAME26 */,
    0x20008 /* both */,
    0x40000 /* ADDR_NO_RANDOMIZE, which debuggers set */,
    0xffffffff /* only asks */,
};

/*
 * ioctl: putting characters into a terminal's input, as if they had been typed there, and line
 * disciplines, which are drivers that any terminal would load from the host.
 */
static const unsigned long REFUSED_IOCTLS[] = {0x5412 /* TIOCSTI */, 0x541c /* TIOCLINUX */,
                                               0x5423 /* TIOCSETD */};

/* socket: what the lessons use. The other families are old, rare, and full of surprises. */
static const int ALLOWED_FAMILIES[] = {1 /* UNIX */, 2 /* INET */, 10 /* INET6 */,
                                       16 /* NETLINK */};
#define FAMILIES 64
#define FAMILY_NETLINK 16

/* Netlink: `ip` and `ss`. Behind the other protocols is much of the kernel that no lesson touches.
 */
static const struct {
  unsigned int protocol;
  /* 0, or the need without which it answers EPERM. */
  uint32_t need;
} ALLOWED_PROTOCOLS[] = {
    {0 /* ROUTE */, 0},
    {4 /* SOCK_DIAG */, 0},
    {12 /* NETFILTER */, GLASSBOX_NEED_NETFILTER},
};
#define PROTOCOLS 32

/* No sandbox has this need. */
#define NEVER 0x80000000U

/*
 * setsockopt and getsockopt: two lift the bound of what one socket holds back, in memory that no
 * control group counts; programs then ask for as much as is usual. The tables of iptables,
 * arptables, ebtables, ipset and IPVS are behind options of ordinary sockets. IPv6 has ordinary
 * options between them.
 */
static const struct {
  unsigned int level;
  unsigned int option;
  /* This option and all above it. */
  int above;
  uint32_t need;
} REFUSED_OPTIONS[] = {
    {1 /* SOCKET */, 32 /* SO_SNDBUFFORCE */, 0, NEVER},
    {1 /* SOCKET */, 33 /* SO_RCVBUFFORCE */, 0, NEVER},
    {0 /* IP */, 64, 1, GLASSBOX_NEED_NETFILTER},
    {41 /* IPV6 */, 64 /* SET_REPLACE, GET_INFO */, 0, GLASSBOX_NEED_NETFILTER},
    {41 /* IPV6 */, 65 /* SET_ADD_COUNTERS, GET_ENTRIES */, 0, GLASSBOX_NEED_NETFILTER},
    {41 /* IPV6 */, 68 /* GET_REVISION_MATCH */, 0, GLASSBOX_NEED_NETFILTER},
    {41 /* IPV6 */, 69 /* GET_REVISION_TARGET */, 0, GLASSBOX_NEED_NETFILTER},
    {41 /* IPV6 */, 80, 1, GLASSBOX_NEED_NETFILTER},
};

/* The needs that are named above: there is a filter for each combination of them. */
static const uint32_t FILTERED_NEEDS[] = {GLASSBOX_NEED_NETFILTER};

/* clone: the flags that make namespaces. clone3 hides them in memory, so it is not there at all. */
#define NAMESPACE_FLAGS 0x7e020000UL

#endif
