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
#include "system_calls.h"

#define LENGTH(array) (sizeof(array) / sizeof((array)[0]))
/* The kernel looks at the low half of these arguments only, and so must the filter. */
#define LOW_HALF 0xffffffffUL

static void check(int result, const char *what) {
  if (result < 0) {
    fprintf(stderr, "seccomp_generate: %s: %s\n", what, strerrorname_np(-result));
    exit(1);
  }
}

/* -1 when this architecture has no such call. */
static int number_of(const char *name) {
  for (size_t i = 0; i < LENGTH(SYSTEM_CALLS); i++) {
    if (strcmp(SYSTEM_CALLS[i].name, name) == 0) {
      return (int)SYSTEM_CALLS[i].number;
    }
  }
  return -1;
}

/* Adds a rule for each call that this architecture has. */
static void add_calls(scmp_filter_ctx filter, unsigned int action, const char *const *names,
                      size_t count) {
  for (size_t i = 0; i < count; i++) {
    int call = number_of(names[i]);
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

static void refuse(scmp_filter_ctx filter, int call, const char *name, int error,
                   struct scmp_arg_cmp first, const struct scmp_arg_cmp *second) {
  const struct scmp_arg_cmp arguments[] = {first, second == NULL ? first : *second};
  check(seccomp_rule_add_array(filter, SCMP_ACT_ERRNO((uint32_t)error), call,
                               second == NULL ? 1 : 2, arguments),
        name);
}

static int is_allowed_family(int family) {
  for (size_t i = 0; i < LENGTH(ALLOWED_FAMILIES); i++) {
    if (ALLOWED_FAMILIES[i] == family) {
      return 1;
    }
  }
  return 0;
}

static void refuse_families(scmp_filter_ctx filter) {
  for (int family = 0; family < FAMILIES; family++) {
    if (!is_allowed_family(family)) {
      const struct scmp_arg_cmp is_family =
          SCMP_A0(SCMP_CMP_MASKED_EQ, LOW_HALF, (scmp_datum_t)family);
      refuse(filter, SCMP_SYS(socket), "socket", EAFNOSUPPORT, is_family, NULL);
      refuse(filter, SCMP_SYS(socketpair), "socketpair", EAFNOSUPPORT, is_family, NULL);
    }
  }
}

/* 0 when a protocol of netlink is allowed, or the error that it answers. */
static int error_of_protocol(unsigned int protocol, uint32_t needs) {
  for (size_t i = 0; i < LENGTH(ALLOWED_PROTOCOLS); i++) {
    if (ALLOWED_PROTOCOLS[i].protocol == protocol) {
      return (ALLOWED_PROTOCOLS[i].need & ~needs) == 0 ? 0 : EPERM;
    }
  }
  return EPROTONOSUPPORT;
}

static void refuse_protocols(scmp_filter_ctx filter, uint32_t needs) {
  const struct scmp_arg_cmp is_netlink = SCMP_A0(SCMP_CMP_MASKED_EQ, LOW_HALF, FAMILY_NETLINK);
  for (unsigned int protocol = 0; protocol < PROTOCOLS; protocol++) {
    const int error = error_of_protocol(protocol, needs);
    if (error != 0) {
      const struct scmp_arg_cmp is_protocol = SCMP_A2(SCMP_CMP_MASKED_EQ, LOW_HALF, protocol);
      refuse(filter, SCMP_SYS(socket), "netlink", error, is_netlink, &is_protocol);
    }
  }
}

static void refuse_options(scmp_filter_ctx filter, uint32_t needs) {
  for (size_t i = 0; i < LENGTH(REFUSED_OPTIONS); i++) {
    if ((REFUSED_OPTIONS[i].need & ~needs) == 0) {
      continue;
    }
    const scmp_datum_t option = REFUSED_OPTIONS[i].option;
    const struct scmp_arg_cmp is_level =
        SCMP_A1(SCMP_CMP_MASKED_EQ, LOW_HALF, REFUSED_OPTIONS[i].level);
    /* `above` compares both halves: what is in the high one only makes the number larger. */
    const struct scmp_arg_cmp is_option = REFUSED_OPTIONS[i].above
                                              ? SCMP_A2(SCMP_CMP_GE, option)
                                              : SCMP_A2(SCMP_CMP_MASKED_EQ, LOW_HALF, option);
    refuse(filter, SCMP_SYS(setsockopt), "setsockopt", EPERM, is_level, &is_option);
    refuse(filter, SCMP_SYS(getsockopt), "getsockopt", EPERM, is_level, &is_option);
  }
}

static scmp_filter_ctx filter_of_arguments(uint32_t needs) {
  scmp_filter_ctx filter = new_filter(SCMP_ACT_ALLOW);
  for (size_t i = 0; i < LENGTH(REFUSED_IOCTLS); i++) {
    refuse(filter, SCMP_SYS(ioctl), "ioctl", EPERM,
           SCMP_A1(SCMP_CMP_MASKED_EQ, LOW_HALF, REFUSED_IOCTLS[i]), NULL);
  }
  refuse_families(filter);
  refuse_protocols(filter, needs);
  refuse_options(filter, needs);
  return filter;
}

/*
 * A container's: a list of what is refused, on top of the machine's list of what is allowed. Docker
 * answers EPERM, and ENOSYS to clone3, so that a C library falls back to clone.
 */
static scmp_filter_ctx filter_of_container(int is_admin) {
  scmp_filter_ctx filter = new_filter(SCMP_ACT_ALLOW);
  add_calls(filter, SCMP_ACT_ERRNO(EPERM), CONTAINER_REFUSED_ALWAYS,
            LENGTH(CONTAINER_REFUSED_ALWAYS));
  if (is_admin) {
    return filter;
  }
  add_calls(filter, SCMP_ACT_ERRNO(EPERM), CONTAINER_REFUSED, LENGTH(CONTAINER_REFUSED));
  check(seccomp_rule_add(filter, SCMP_ACT_ERRNO(ENOSYS), SCMP_SYS(clone3), 0), "clone3");
  for (unsigned long flag = 1UL << 17; flag <= 1UL << 30; flag <<= 1) {
    if ((flag & NAMESPACE_FLAGS) != 0) {
      check(seccomp_rule_add(filter, SCMP_ACT_ERRNO(EPERM), SCMP_SYS(clone), 1,
                             SCMP_A0(SCMP_CMP_MASKED_EQ, flag, flag)),
            "clone");
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
  printf("__attribute__((unused)) static const struct sock_filter %s[] = {\n", name);
  struct sock_filter line;
  while (read(file, &line, sizeof(line)) == sizeof(line)) {
    printf("    {0x%x, %u, %u, 0x%x},\n", line.code, line.jt, line.jf, line.k);
  }
  printf("};\n");
  close(file);
}

/* The needs of a combination: bit n of its number stands for the n-th that is filtered. */
static uint32_t needs_of(unsigned int combination) {
  uint32_t needs = 0;
  for (size_t i = 0; i < LENGTH(FILTERED_NEEDS); i++) {
    needs |= (combination >> i & 1) != 0 ? FILTERED_NEEDS[i] : 0;
  }
  return needs;
}

/* A filter of arguments for each combination, and a table to find them by. */
static void print_variants(void) {
  const unsigned int combinations = 1U << LENGTH(FILTERED_NEEDS);
  char name[40];
  for (unsigned int i = 0; i < combinations; i++) {
    snprintf(name, sizeof(name), "SECCOMP_ARGUMENTS_%u", i);
    print(name, filter_of_arguments(needs_of(i)));
  }
  printf("static const struct {\n  uint32_t needs;\n  const struct sock_filter *filter;\n"
         "  size_t length;\n} SECCOMP_VARIANTS[] = {\n");
  for (unsigned int i = 0; i < combinations; i++) {
    printf("    {%u, SECCOMP_ARGUMENTS_%u, sizeof(SECCOMP_ARGUMENTS_%u) / sizeof(struct "
           "sock_filter)},\n",
           needs_of(i), i, i);
  }
  printf("};\n#define SECCOMP_NEEDS %uU\n", needs_of(combinations - 1));
}

int main(void) {
  printf("/* Made by seccomp_generate from seccomp_table.h. */\n#include <linux/filter.h>\n"
         "#include <stddef.h>\n#include <stdint.h>\n");
  print("SECCOMP_CALLS", filter_of_calls());
  print_variants();
  print("SECCOMP_CONTAINER", filter_of_container(0));
  print("SECCOMP_CONTAINER_ADMIN", filter_of_container(1));
  return 0;
}
