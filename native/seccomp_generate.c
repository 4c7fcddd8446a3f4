/*
 * Built and run at build time: turns seccomp_table.h into the two filters of seccomp_filter.h, for
 * the architecture it is built on, so that nothing needs libseccomp at run time.
 */
#include <errno.h>
#include <linux/filter.h>
#include <seccomp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "seccomp_table.h"

#define LENGTH(array) (sizeof(array) / sizeof((array)[0]))
/* The kernel looks at the low half of these arguments only, and so must the filter. */
#define LOW_HALF 0xffffffffUL

static void check(int result, const char *what) {
  if (result < 0) {
    fprintf(stderr, "seccomp_generate: %s: %s\n", what, strerrorname_np(-result));
    exit(1);
  }
}

/* Adds a rule for each call that this architecture has. */
static void add_calls(scmp_filter_ctx filter, unsigned int action, const char *const *names,
                      size_t count) {
  for (size_t i = 0; i < count; i++) {
    int call = seccomp_syscall_resolve_name(names[i]);
    if (call >= 0) {
      check(seccomp_rule_add(filter, action, call, 0), names[i]);
    }
  }
}

static scmp_filter_ctx new_filter(unsigned int otherwise) {
  scmp_filter_ctx filter = seccomp_init(otherwise);
  /* Calls of another architecture have other numbers: this table says nothing of them. */
  check(seccomp_attr_set(filter, SCMP_FLTATR_ACT_BADARCH, SCMP_ACT_KILL_PROCESS), "architecture");
  check(seccomp_attr_set(filter, SCMP_FLTATR_CTL_OPTIMIZE, 2), "binary tree");
  return filter;
}

static scmp_filter_ctx filter_of_calls(void) {
  scmp_filter_ctx filter = new_filter(SCMP_ACT_ERRNO(ENOSYS));
  add_calls(filter, SCMP_ACT_ALLOW, ALLOWED, LENGTH(ALLOWED));
  add_calls(filter, SCMP_ACT_ERRNO(EPERM), REFUSED, LENGTH(REFUSED));
  for (size_t i = 0; i < LENGTH(PERSONALITIES); i++) {
    check(seccomp_rule_add(filter, SCMP_ACT_ALLOW, SCMP_SYS(personality), 1,
                           SCMP_A0(SCMP_CMP_MASKED_EQ, LOW_HALF, PERSONALITIES[i])),
          "personality");
  }
  return filter;
}

static int is_allowed_family(int family) {
  for (size_t i = 0; i < LENGTH(ALLOWED_FAMILIES); i++) {
    if (ALLOWED_FAMILIES[i] == family) {
      return 1;
    }
  }
  return 0;
}

static scmp_filter_ctx filter_of_arguments(void) {
  scmp_filter_ctx filter = new_filter(SCMP_ACT_ALLOW);
  for (size_t i = 0; i < LENGTH(REFUSED_IOCTLS); i++) {
    check(seccomp_rule_add(filter, SCMP_ACT_ERRNO(EPERM), SCMP_SYS(ioctl), 1,
                           SCMP_A1(SCMP_CMP_MASKED_EQ, LOW_HALF, REFUSED_IOCTLS[i])),
          "ioctl");
  }
  for (int family = 0; family < FAMILIES; family++) {
    if (!is_allowed_family(family)) {
      check(seccomp_rule_add(filter, SCMP_ACT_ERRNO(EAFNOSUPPORT), SCMP_SYS(socket), 1,
                             SCMP_A0(SCMP_CMP_MASKED_EQ, LOW_HALF, (scmp_datum_t)family)),
            "socket");
      check(seccomp_rule_add(filter, SCMP_ACT_ERRNO(EAFNOSUPPORT), SCMP_SYS(socketpair), 1,
                             SCMP_A0(SCMP_CMP_MASKED_EQ, LOW_HALF, (scmp_datum_t)family)),
            "socketpair");
    }
  }
  return filter;
}

/* Prints a filter as a C array. libseccomp writes it to a file only: one in memory will do. */
static void print(const char *name, scmp_filter_ctx filter) {
  int file = memfd_create(name, 0);
  check(file, "memfd_create");
  check(seccomp_export_bpf(filter, file), name);
  seccomp_release(filter);
  if (lseek(file, 0, SEEK_SET) < 0) {
    check(-errno, "lseek");
  }
  printf("static const struct sock_filter %s[] = {\n", name);
  struct sock_filter line;
  while (read(file, &line, sizeof(line)) == sizeof(line)) {
    printf("    {0x%x, %u, %u, 0x%x},\n", line.code, line.jt, line.jf, line.k);
  }
  printf("};\n");
  close(file);
}

int main(void) {
  printf("/* Made by seccomp_generate from seccomp_table.h. */\n#include <linux/filter.h>\n");
  print("SECCOMP_CALLS", filter_of_calls());
  print("SECCOMP_ARGUMENTS", filter_of_arguments());
  return 0;
}
