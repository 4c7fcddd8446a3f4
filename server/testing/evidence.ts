import { NAMESPACES, type NamespaceName } from '../protocol/namespace.ts';
import {
  type Evidence,
  evidenceOf,
  type Namespace,
  type Process,
} from '../warden/check/evidence.ts';
import type { Snapshot } from '../warden/snapshot.ts';

/** Inodes of the machine's namespaces in snapshots that tests make up. */
export const MACHINE_INODES = {
  user: '1',
  mnt: '2',
  pid: '3',
  net: '4',
  ipc: '5',
  uts: '6',
  cgroup: '7',
  time: '8',
} as const satisfies Record<NamespaceName, string>;

type Inodes = Partial<Record<NamespaceName, string | null>>;

/** A process as the kernel could have it: the machine's PID 1 but for what is said. */
export function madeUpProcess(
  change: Partial<Omit<Process, 'namespaces'>> & { namespaces?: Inodes } = {},
): Process {
  return {
    pid: 5000,
    pids: [5000, 1],
    parent: 1,
    command: 'init',
    arguments: ['/sbin/init'],
    argumentsCut: false,
    state: 'S',
    threads: 1,
    processGroup: 5000,
    session: 5000,
    terminalDevice: 0,
    foregroundGroup: -1,
    startedTicks: 100,
    uids: [100_000, 100_000, 100_000, 100_000],
    gids: [100_000, 100_000, 100_000, 100_000],
    inheritable: '0000000000000000',
    permitted: '000001ffffffffff',
    effective: '000001ffffffffff',
    bounding: '000001ffffffffff',
    ambient: '0000000000000000',
    noNewPrivileges: 0,
    seccomp: 2,
    oomScore: 0,
    oomScoreAdjust: 0,
    groups: { '': '/' },
    root: '/',
    ...change,
    namespaces: {
      ...MACHINE_INODES,
      pidForChildren: MACHINE_INODES.pid,
      timeForChildren: MACHINE_INODES.time,
      ...change.namespaces,
    },
  };
}

/** The machine's own namespaces, with what is said of them, and others. */
export function madeUpNamespaces(
  changes: Partial<Record<NamespaceName, Partial<Namespace>>> = {},
  others: readonly Namespace[] = [],
): Namespace[] {
  const contents: Partial<Record<NamespaceName, Partial<Namespace>>> = {
    user: { uidMap: '0 100000 65536\n', gidMap: '0 100000 65536\n', setgroups: 'allow\n' },
    uts: { hostname: 'machine' },
    time: { offsets: 'monotonic 0 0\nboottime 0 0\n' },
  };
  const machine = NAMESPACES.map((type) => ({
    type,
    inode: MACHINE_INODES[type],
    owner: MACHINE_INODES.user,
    ...contents[type],
    ...changes[type],
  }));
  return [...machine, ...others];
}

/** What the kernel could have said. */
export function madeUpEvidence(
  processes: readonly Process[],
  snapshot: Partial<Omit<Snapshot, 'processes'>> = {},
  cgroupVersion: 1 | 2 = 1,
): Evidence {
  return evidenceOf({
    snapshot: { namespaces: madeUpNamespaces(), cut: [], ...snapshot, processes: [...processes] },
    machine: MACHINE_INODES,
    hostname: 'machine',
    cgroupVersion,
  });
}
