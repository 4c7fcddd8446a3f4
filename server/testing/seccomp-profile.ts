import { readFileSync } from 'node:fs';
import { ROOT } from '../setup/paths.mjs';

const TABLE = readFileSync(`${ROOT}/native/seccomp_table.h`, 'utf8');

/** Calls of the lists in the native library's own table. */
function callsOf(list: string): string[] {
  const [, body = ''] = TABLE.split(`${list}[] = {`);
  return [...(body.split('};')[0] ?? '').matchAll(/"([a-z0-9_]+)"/g)].map(([, name = '']) => name);
}

/** Names that other architectures have, so that a list is for all of them. */
const OF_OTHERS = (
  '_llseek _newselect arm_fadvise64_64 chown32 fadvise64_64 fchown32 fcntl64 fstat64 fstatat64 ' +
  'fstatfs64 ftruncate64 getegid32 geteuid32 getgid32 getgroups32 getresgid32 getresuid32 getuid32 ' +
  'ipc lchown32 lstat64 mmap2 recv send sendfile64 setfsgid32 setfsuid32 setgid32 setgroups32 ' +
  'setregid32 setresgid32 setresuid32 setreuid32 setuid32 sigaction sigprocmask sigreturn ' +
  'socketcall stat64 statfs64 truncate64 ugetrlimit waitpid'
).split(' ');

const allow = (names: readonly string[], more: object = {}) => ({
  names,
  action: 'SCMP_ACT_ALLOW',
  ...more,
});

const argument = (index: number, value: number, op: string, valueTwo = 0) => ({
  index,
  value,
  valueTwo,
  op,
});

const NAMESPACE_FLAGS = 0x7e020000;

/** A profile of the size and the kinds of rules that Docker's default has. */
export function profileAsDockers() {
  const privileged = [...callsOf('CONTAINER_REFUSED'), 'clone', 'clone3'];
  const common = callsOf('ALLOWED').filter(
    (name) => !['personality', 'ptrace', 'socket', ...privileged].includes(name),
  );
  return {
    defaultAction: 'SCMP_ACT_ERRNO',
    defaultErrnoRet: 1,
    archMap: [
      { architecture: 'SCMP_ARCH_X86_64', subArchitectures: ['SCMP_ARCH_X86', 'SCMP_ARCH_X32'] },
      { architecture: 'SCMP_ARCH_AARCH64', subArchitectures: ['SCMP_ARCH_ARM'] },
    ],
    syscalls: [
      allow([...common, ...OF_OTHERS].sort()),
      allow(['process_vm_readv', 'process_vm_writev', 'ptrace'], {
        includes: { minKernel: '4.8' },
      }),
      allow(['socket'], { args: [argument(0, 40, 'SCMP_CMP_NE')] }),
      ...[0x0, 0x8, 0x20000, 0x20008, 0xffffffff].map((domain) =>
        allow(['personality'], { args: [argument(0, domain, 'SCMP_CMP_EQ')] }),
      ),
      allow(['sync_file_range2', 'swapcontext'], { includes: { arches: ['ppc64le'] } }),
      allow(['arm_fadvise64_64', 'arm_sync_file_range', 'sync_file_range2', 'breakpoint'], {
        includes: { arches: ['arm', 'arm64'] },
      }),
      allow(['arch_prctl', 'modify_ldt'], { includes: { arches: ['amd64', 'x32', 'x86'] } }),
      allow(['open_by_handle_at'], { includes: { caps: ['CAP_DAC_READ_SEARCH'] } }),
      allow([...privileged, 'bpf', 'perf_event_open', 'quotactl'], {
        includes: { caps: ['CAP_SYS_ADMIN'] },
      }),
      allow(['clone'], {
        args: [argument(0, NAMESPACE_FLAGS, 'SCMP_CMP_MASKED_EQ')],
        excludes: { caps: ['CAP_SYS_ADMIN'], arches: ['s390', 's390x'] },
      }),
      {
        names: ['clone3'],
        action: 'SCMP_ACT_ERRNO',
        errnoRet: 38,
        excludes: { caps: ['CAP_SYS_ADMIN'] },
      },
      allow(['reboot'], { includes: { caps: ['CAP_SYS_BOOT'] } }),
      allow(['chroot'], { includes: { caps: ['CAP_SYS_CHROOT'] } }),
      allow(['delete_module', 'init_module', 'finit_module'], {
        includes: { caps: ['CAP_SYS_MODULE'] },
      }),
      allow(['acct'], { includes: { caps: ['CAP_SYS_PACCT'] } }),
      allow(['iopl', 'ioperm'], { includes: { caps: ['CAP_SYS_RAWIO'] } }),
      allow(['settimeofday', 'stime', 'clock_settime'], { includes: { caps: ['CAP_SYS_TIME'] } }),
      allow(['vhangup'], { includes: { caps: ['CAP_SYS_TTY_CONFIG'] } }),
      allow(['get_mempolicy', 'mbind', 'set_mempolicy'], { includes: { caps: ['CAP_SYS_NICE'] } }),
      allow(['syslog'], { includes: { caps: ['CAP_SYSLOG'] } }),
    ],
  };
}
