/*
 * The devices controller, for one device only: /dev/full, whose node stays as it is. Version 1 has
 * a file for it, see the kernel's cgroup-v1/devices.rst; version 2 asks a program of BPF instead,
 * see bpf(2).
 */
#include <errno.h>
#include <linux/bpf.h>
#include <string.h>

#include "failure.h"
#include "missing.h"
#include "sandbox.h"

#define FULL_MAJOR 1
#define FULL_MINOR 7

#define LOAD(to, field)                                                                            \
  {                                                                                                \
    .code = BPF_LDX | BPF_MEM | BPF_W, .dst_reg = (to), .src_reg = BPF_REG_1,                      \
    .off = (short)__builtin_offsetof(struct bpf_cgroup_dev_ctx, field)                             \
  }
#define AND(to, value)                                                                             \
  { .code = BPF_ALU64 | BPF_AND | BPF_K, .dst_reg = (to), .imm = (value) }
#define UNLESS(from, value, over)                                                                  \
  { .code = BPF_JMP | BPF_JNE | BPF_K, .dst_reg = (from), .off = (over), .imm = (value) }
#define ANSWER(value)                                                                              \
  { .code = BPF_ALU64 | BPF_MOV | BPF_K, .dst_reg = BPF_REG_0, .imm = (value) }
#define EXIT                                                                                       \
  { .code = BPF_JMP | BPF_EXIT }

/* 0 for the character device 1:7, whatever is done with it, and 1 for all others. */
static const struct bpf_insn PROGRAM[] = {
    LOAD(BPF_REG_2, access_type),
    /* The upper half says what is done: read, write, mknod. */
    AND(BPF_REG_2, 0xffff),
    UNLESS(BPF_REG_2, BPF_DEVCG_DEV_CHAR, 6),
    LOAD(BPF_REG_2, major),
    UNLESS(BPF_REG_2, FULL_MAJOR, 4),
    LOAD(BPF_REG_2, minor),
    UNLESS(BPF_REG_2, FULL_MINOR, 2),
    ANSWER(0),
    EXIT,
    ANSWER(1),
    EXIT,
};

static long attach_program(struct tracer *tracer, const char *group) {
  union bpf_attr load = {0};
  load.prog_type = BPF_PROG_TYPE_CGROUP_DEVICE;
  load.insns = (uint64_t)(uintptr_t)PROGRAM;
  load.insn_cnt = sizeof(PROGRAM) / sizeof(PROGRAM[0]);
  load.license = (uint64_t)(uintptr_t) "Dual MIT/GPL";
  OWNED_FD program = (int)TRACED(tracer, bpf, AS(BPF_PROG_LOAD, "BPF_PROG_LOAD"),
                                 AS(&load, "{prog_type=BPF_PROG_TYPE_CGROUP_DEVICE, \"not 1:7\"}"),
                                 NUMBER(sizeof(load)));
  if (program < 0) {
    return program;
  }
  OWNED_FD directory = (int)sys_openat(AT_FDCWD, group, O_RDONLY | O_DIRECTORY);
  if (directory < 0) {
    return directory;
  }
  union bpf_attr attach = {0};
  attach.target_fd = (uint32_t)directory;
  attach.attach_bpf_fd = (uint32_t)program;
  attach.attach_type = BPF_CGROUP_DEVICE;
  /* Those of the groups above keep their say. The program goes with the group. */
  attach.attach_flags = BPF_F_ALLOW_MULTI;
  return TRACED(tracer, bpf, AS(BPF_PROG_ATTACH, "BPF_PROG_ATTACH"),
                AS(&attach, "{target_fd, attach_bpf_fd, attach_type=BPF_CGROUP_DEVICE}"),
                NUMBER(sizeof(attach)));
}

static long refuse_full(struct making *making, struct tracer *tracer,
                        char path[CGROUP_PATH_BYTES]) {
  const struct glassbox_spec *spec = making->spec;
  for (uint32_t i = 0; i < making->cgroups.count; i++) {
    const struct hierarchy *hierarchy = &making->cgroups.hierarchies[i];
    if (cgroup_has(hierarchy->controllers, "devices")) {
      cgroup_path(path, hierarchy, spec->lab, spec->id, "devices.deny");
      return trace_write_file(tracer, path, "c 1:7 rwm");
    }
  }
  const struct hierarchy *unified = cgroup_unified(&making->cgroups);
  if (unified == NULL) {
    return -ENOENT;
  }
  cgroup_path(path, unified, spec->lab, spec->id, NULL);
  return attach_program(tracer, path);
}

int step_device(struct making *making, struct tracer *tracer) {
  char path[CGROUP_PATH_BYTES] = "devices controller";
  if ((making->spec->needs & GLASSBOX_NEED_DEVICE) == 0) {
    return 0;
  }
  long result = refuse_full(making, tracer, path);
  if (result < 0) {
    missing(making->sandbox, GLASSBOX_NEED_DEVICE, tracer->step, path, result);
  }
  return 0;
}
