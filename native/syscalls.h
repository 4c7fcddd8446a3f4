/*
 * System calls as the kernel offers them: the result, or a negative errno.
 *
 * Between clone3 and execve the new process shares memory, and with it libc's thread-local errno,
 * with a thread of the caller. So the library makes every system call through these, never through
 * libc, and no call can disturb another thread.
 */
#ifndef SYSCALLS_H
#define SYSCALLS_H

#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <time.h>

#include "faults.h"

#define NANOSECONDS 1000000000LL

static inline long raw_system_call(long number, long a, long b, long c, long d, long e, long f) {
#if defined(__x86_64__)
  register long r10 __asm__("r10") = d;
  register long r8 __asm__("r8") = e;
  register long r9 __asm__("r9") = f;
  long result;
  __asm__ volatile("syscall"
                   : "=a"(result)
                   : "a"(number), "D"(a), "S"(b), "d"(c), "r"(r10), "r"(r8), "r"(r9)
                   : "rcx", "r11", "memory");
  return result;
#elif defined(__aarch64__)
  register long x8 __asm__("x8") = number;
  register long x0 __asm__("x0") = a;
  register long x1 __asm__("x1") = b;
  register long x2 __asm__("x2") = c;
  register long x3 __asm__("x3") = d;
  register long x4 __asm__("x4") = e;
  register long x5 __asm__("x5") = f;
  __asm__ volatile("svc #0"
                   : "+r"(x0)
                   : "r"(x8), "r"(x1), "r"(x2), "r"(x3), "r"(x4), "r"(x5)
                   : "memory");
  return x0;
#else
#error "Glassbox knows the system calls of x86_64 and aarch64 only."
#endif
}

/* As above, unless a test asked that this one fails. */
static inline long system_call(long number, long a, long b, long c, long d, long e, long f) {
  long fault = fault_of(number);
  return fault < 0 ? fault : raw_system_call(number, a, b, c, d, e, f);
}

static inline long sys_close(int fd) {
  return system_call(SYS_close, fd, 0, 0, 0, 0, 0);
}

static inline long sys_read(int fd, void *bytes, size_t size) {
  return system_call(SYS_read, fd, (long)bytes, (long)size, 0, 0, 0);
}

static inline long sys_write(int fd, const void *bytes, size_t size) {
  return system_call(SYS_write, fd, (long)bytes, (long)size, 0, 0, 0);
}

static inline long sys_openat(int directory, const char *path, int flags) {
  return system_call(SYS_openat, directory, (long)path, flags | O_CLOEXEC, 0, 0, 0);
}

static inline long sys_mkdirat(int directory, const char *path, mode_t mode) {
  return system_call(SYS_mkdirat, directory, (long)path, mode, 0, 0, 0);
}

static inline long sys_unlinkat(int directory, const char *path, int flags) {
  return system_call(SYS_unlinkat, directory, (long)path, flags, 0, 0, 0);
}

static inline long sys_fstatat(int directory, const char *path, struct stat *status, int flags) {
  return system_call(SYS_newfstatat, directory, (long)path, (long)status, flags, 0, 0);
}

static inline long sys_lseek(int fd, long offset, int whence) {
  return system_call(SYS_lseek, fd, offset, whence, 0, 0, 0);
}

static inline long sys_pidfd_open(int pid) {
  return system_call(SYS_pidfd_open, pid, 0, 0, 0, 0, 0);
}

static inline long sys_pidfd_send_signal(int pidfd, int signal) {
  return system_call(SYS_pidfd_send_signal, pidfd, signal, 0, 0, 0, 0);
}

static inline long sys_setns(int fd, int flags) {
  return system_call(SYS_setns, fd, flags, 0, 0, 0, 0);
}

static inline long sys_close_range(unsigned int first, unsigned int last) {
  return system_call(SYS_close_range, first, last, 0, 0, 0, 0);
}

/* Sets the calling thread's signal mask, libc's own signals included, which libc would leave out.
 */
static inline long sys_signal_mask(uint64_t mask, uint64_t *before) {
  return system_call(SYS_rt_sigprocmask, SIG_SETMASK, (long)&mask, (long)before, sizeof(mask), 0,
                     0);
}

/* Waits for events until a point of the monotonic clock; 0 means that the time has come. */
static inline long sys_poll_until(struct pollfd *descriptors, unsigned int count,
                                  int64_t deadline_ns, int64_t now_ns) {
  int64_t left = deadline_ns > now_ns ? deadline_ns - now_ns : 0;
  struct timespec timeout = {.tv_sec = left / NANOSECONDS, .tv_nsec = left % NANOSECONDS};
  return system_call(SYS_ppoll, (long)descriptors, count, (long)&timeout, 0, 0, 0);
}

static inline int64_t clock_ns(clockid_t clock) {
  struct timespec now = {0};
  system_call(SYS_clock_gettime, clock, (long)&now, 0, 0, 0, 0);
  return now.tv_sec * NANOSECONDS + now.tv_nsec;
}

static inline int64_t monotonic_ns(void) {
  return clock_ns(CLOCK_MONOTONIC);
}

/* For `__attribute__((cleanup))`: an fd that its scope owns. -1 is none. */
static inline void close_owned(const int *fd) {
  if (*fd >= 0) {
    sys_close(*fd);
  }
}

#define OWNED_FD __attribute__((cleanup(close_owned))) int

#endif
