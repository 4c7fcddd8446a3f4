import { existsSync } from 'node:fs';
import { changes, limits, settings, strays } from './host-state.ts';
import type { Way } from './way.ts';
import type { World } from './world.ts';

/** What the limits and settings of the host are before and after. */
const unchangedLimits = async (world: World) => {
  const before = limits(world);
  return () => changes(before, limits(world));
};

const unchangedSettings = async () => {
  const before = settings();
  return () => changes(before, settings());
};

/** Those that this host's layout has. */
const CONTROLLERS = existsSync('/sys/fs/cgroup/cgroup.controllers')
  ? ['memory', 'pids', 'cpu', 'cpuset', 'io']
  : ['memory', 'pids', 'cpu', 'cpuset', 'cpuacct', 'blkio', 'devices', 'freezer'];

const raised = CONTROLLERS.map(
  (controller): Way => ({
    name: `raising limits: ${controller}`,
    reference: 'cgroups(7)',
    tried: `writes "max", -1 and more into every ${controller} file of the machine's root group, and of the learner's own below it`,
    attack: () => ['raise', controller],
    container: true,
    watch: unchangedLimits,
  }),
);

/** A system call that has no business in a sandbox. */
const call = (name: string, reference: string, attack: string, tried: string): Way => ({
  name,
  reference,
  tried,
  attack: () => [attack],
  container: true,
});

/** Control groups, the kernel's settings, memory and devices, and system calls that lead into it. */
export const KERNEL_WAYS: readonly Way[] = [
  ...raised,
  {
    name: 'leaving the group',
    reference: 'cgroup_namespaces(7)',
    tried: 'writes itself into groups above, by .. and by a fresh mount in a new cgroup namespace',
    attack: () => ['leave'],
    container: true,
    look: (world) => strays(world, world.attacker.state),
  },
  {
    name: 'release_agent',
    reference: 'CVE-2022-0492',
    tried: 'mounts every hierarchy in namespaces of its own and names the program of its end',
    attack: (world) => ['release_agent', world.marker],
    container: true,
    watch: unchangedSettings,
  },
  {
    name: 'devices controller',
    reference: 'cgroups(7), devices',
    tried: 'allows itself every device, in its own group and in one below',
    attack: () => ['devices'],
    container: true,
    watch: unchangedLimits,
  },
  {
    name: 'core_pattern, modprobe, binfmt_misc',
    reference: 'core(5); CVE-2022-0811',
    tried: 'names a program that the kernel would run as the root of the host',
    attack: (world) => ['core_pattern', world.marker],
    container: true,
    watch: unchangedSettings,
  },
  {
    name: '/proc/sys',
    reference: 'proc_sys(5)',
    tried: 'opens for writing every setting that is not of a namespace',
    attack: () => ['settings'],
    container: true,
    watch: unchangedSettings,
  },
  call(
    '/sys',
    'sysfs(5)',
    'sysfs',
    'opens for writing every file of the kernel, modules and devices',
  ),
  call(
    'kernel file systems',
    'mount(2)',
    'kernel-mounts',
    'mounts debugfs, tracefs, bpf, ext4, 9p, … ',
  ),
  call('sysrq', 'proc_sysrq-trigger(5)', 'sysrq', 'writes to sysrq-trigger and its setting'),
  call(
    'kernel memory',
    'mem(4), proc_kcore(5)',
    'memory',
    'opens kcore, mem, kmem, reads page frames',
  ),
  call('kernel addresses', 'proc_kallsyms(5)', 'addresses', 'reads where the kernel lies'),
  call(
    'device nodes',
    'mknod(2)',
    'nodes',
    'makes disks, kvm, fuse, consoles in five places, opens them',
  ),
  call(
    'present devices',
    'null(4)',
    'present-devices',
    'looks for any device that should not be in /dev',
  ),
  call('modules', 'init_module(2)', 'modules', 'loads and unloads code of the kernel'),
  call('kexec', 'kexec_load(2)', 'kexec', 'loads another kernel'),
  call('bpf', 'bpf(2); CVE-2021-3490', 'bpf', 'loads a program, makes a map'),
  call('perf', 'perf_event_open(2)', 'perf', 'counts events of itself and of a CPU'),
  call('userfaultfd', 'userfaultfd(2)', 'userfaultfd', 'by call and by device'),
  call('io_uring', 'io_uring_setup(2); CVE-2022-29582', 'io_uring', 'its three calls'),
  call('keyrings', 'keyrings(7); CVE-2016-0728', 'keyrings', 'adds, asks for and reads keys'),
  call('reboot', 'reboot(2)', 'reboot', 'sets what Ctrl-Alt-Del does'),
  call('accounting, swap, quota', 'acct(2), swapon(2)', 'accounts', 'turns them on and off'),
  call('kernel log', 'syslog(2)', 'syslog', 'by call, kmsg of /dev and of /proc'),
  call('clocks', 'adjtimex(2)', 'clocks', 'sets the time of the host, to what it is'),
  call('I/O ports', 'iopl(2)', 'ports', 'asks for all of them'),
  call('personality', 'personality(2)', 'personality', 'domains that undo protections'),
  call('pages of others', 'move_pages(2)', 'numa', 'moves them between nodes'),
  call(
    'younger system calls',
    'syscalls(2)',
    'younger-calls',
    'all numbers that came after the filter',
  ),
  call('other tables of calls', 'syscall(2)', 'other-numbers', '32-bit int 0x80 and the x32 bit'),
  call('a weaker filter', 'seccomp(2)', 'weaker-filter', 'adds one that allows everything'),
  call(
    'changing the call',
    'ptrace(2), seccomp(2)',
    'swap-call',
    'a tracer swaps its number after the filter',
  ),
  call(
    'nested user namespaces',
    'user_namespaces(7)',
    'nest',
    '33 levels; tries again at the bottom',
  ),
  {
    name: 'capabilities',
    reference: 'capabilities(7)',
    tried: 'reads what PID 1 could still gain',
    attack: () => ['capabilities'],
    // A user namespace below has them all again, for itself.
    container: false,
  },
  call(
    'priority',
    'sched(7), getrlimit(2)',
    'priority',
    'real time, nice -20, no OOM kill, more files',
  ),
];
