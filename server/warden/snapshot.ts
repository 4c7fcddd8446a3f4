import { setImmediate as turn } from 'node:timers/promises';
import * as z from 'zod';
import { NAMESPACES, type NamespaceName } from '../protocol/namespace.ts';

/**
 * What the kernel says of a sandbox at one moment, as `native/snapshot/` writes it. All text in it is
 * hostile input: names, paths, command lines. Inodes are strings, for they have 64 bits.
 */

const inode = z.string();
const inodeOrNone = z.string().nullable();

const process = z.object({
  /** Pid on the host, then (`pids`) on the host, in the machine, in each pid namespace below. */
  pid: z.int(),
  pids: z.array(z.int()),
  /** Pid of its parent on the host; one outside the sandbox for what the warden started. */
  parent: z.int(),
  command: z.string(),
  arguments: z.array(z.string()),
  /** There were more bytes of arguments than are read. */
  argumentsCut: z.boolean(),
  /** As in proc(5): `R`, `S`, `D`, `T`, `Z` … */
  state: z.string(),
  threads: z.int(),
  processGroup: z.int(),
  session: z.int(),
  terminalDevice: z.int(),
  foregroundGroup: z.int(),
  startedTicks: z.number(),
  /** Real, effective, saved and file system id, as the host has them. */
  uids: z.array(z.int()),
  gids: z.array(z.int()),
  /** Capability sets as 16 hexadecimal digits. See capabilities(7). */
  inheritable: z.string(),
  permitted: z.string(),
  effective: z.string(),
  bounding: z.string(),
  ambient: z.string(),
  noNewPrivileges: z.int(),
  /** 0 none, 1 strict, 2 filter. */
  seccomp: z.int(),
  seccompFilters: z.int().optional(),
  /** A zombie has no memory. */
  residentKiB: z.int().optional(),
  oomScore: z.int(),
  oomScoreAdjust: z.int(),
  /** Path of its group by controllers (empty for cgroup2), below what the sandbox was given; `..` above it. */
  groups: z.record(z.string(), z.string()),
  /** Its root directory, from the root of its mount namespace: `/` but after chroot(2). */
  root: z.string().nullable(),
  namespaces: z.object({
    ...(Object.fromEntries(NAMESPACES.map((name) => [name, inodeOrNone])) as Record<
      NamespaceName,
      typeof inodeOrNone
    >),
    pidForChildren: inodeOrNone,
    timeForChildren: inodeOrNone,
  }),
});

const link = z.object({
  index: z.int(),
  name: z.string(),
  up: z.boolean(),
  loopback: z.boolean(),
  mtu: z.int().optional(),
  /** Index of the bridge it is a port of. */
  master: z.int().optional(),
  /** Index of the other end of a veth pair, in the namespace that `namespaceIds` names. */
  peerIndex: z.int().optional(),
  peerNamespaceId: z.int().optional(),
  hardwareAddress: z.string().optional(),
  kind: z.string().optional(),
  receivedPackets: z.number().optional(),
  receivedBytes: z.number().optional(),
  sentPackets: z.number().optional(),
  sentBytes: z.number().optional(),
});

const address = z.object({
  index: z.int(),
  prefixLength: z.int(),
  address: z.string().optional(),
});

const route = z.object({
  family: z.enum(['inet', 'inet6']),
  prefixLength: z.int(),
  /** Missing for the default route. */
  to: z.string().optional(),
  via: z.string().optional(),
  index: z.int().optional(),
});

const queue = z.object({
  key: z.int(),
  id: z.int(),
  permissions: z.string(),
  hostUid: z.int(),
  /** Messages, semaphores, or processes attached. */
  count: z.int(),
  bytes: z.number().optional(),
  lastSender: z.int().optional(),
  lastReceiver: z.int().optional(),
  creator: z.int().optional(),
});

const mount = z.object({
  id: z.int(),
  parent: z.int(),
  device: z.string(),
  root: z.string(),
  target: z.string(),
  options: z.string(),
  /** `shared:N`, `master:N`, `unbindable`; none of them: private. */
  propagation: z.array(z.string()),
  type: z.string(),
  source: z.string(),
  superOptions: z.string(),
});

const namespace = z.object({
  type: z.enum(NAMESPACES),
  inode,
  /** The user namespace that owns it, and of a pid or user namespace the one above. */
  owner: inodeOrNone,
  parent: inodeOrNone.optional(),
  hostname: z.string().optional(),
  domainname: z.string().optional(),
  ownerUid: z.int().optional(),
  uidMap: z.string().optional(),
  gidMap: z.string().optional(),
  setgroups: z.string().optional(),
  /** `/proc/<pid>/cgroup` of a member, read in the namespace. */
  memberGroups: z.string().optional(),
  /** `/proc/<pid>/timens_offsets`. */
  offsets: z.string().optional(),
  links: z.array(link).optional(),
  addresses: z.array(address).optional(),
  routes: z.array(route).optional(),
  /** TCP ports that something listens on. */
  tcpPorts: z.array(z.int()).optional(),
  namespaceIds: z.array(z.object({ id: z.int(), namespace: inode })).optional(),
  messages: z.array(queue).optional(),
  semaphores: z.array(queue).optional(),
  memory: z.array(queue).optional(),
  posix: z
    .array(z.object({ name: z.string(), bytes: z.number(), hostUid: z.int().optional() }))
    .optional(),
  mounts: z.array(mount).optional(),
});

const group = z.object({
  /** As the v1 hierarchy is mounted, such as `cpu,cpuacct`; empty for cgroup2. */
  controllers: z.string(),
  /** Below what the sandbox was given. */
  path: z.string(),
  /** Content of its files by their names, such as `memory.max`. */
  files: z.record(z.string(), z.string()),
});

const overlay = z.object({
  /** A mount namespace that it is seen in, and where. */
  namespace: inode,
  target: z.string(),
  lowerdirs: z.array(z.string()),
  upperdir: z.string(),
  workdir: z.string().optional(),
  /** False when the upperdir's path leads nowhere now; then `files` is empty. */
  reachable: z.boolean(),
  files: z.array(
    z.object({
      path: z.string(),
      kind: z.string(),
      /** What an entry of the upperdir does to the merged view; `merged` is a directory with both. */
      meaning: z.enum(['added', 'copied-up', 'merged', 'whiteout', 'opaque']),
      bytes: z.number(),
      hostUid: z.int(),
    }),
  ),
});

/** Parts that were left out, of which there were too many, or because time or room was up. */
const cut = z.enum([
  'processes',
  'namespaces',
  'mounts',
  'groups',
  'files',
  'queues',
  'links',
  'time',
  'size',
]);

/** Beside processes and namespaces; each has its price. The bits are those of `enum glassbox_section`. */
export const SNAPSHOT_SECTIONS = {
  network: 1,
  queues: 2,
  mounts: 4,
  groups: 8,
  overlays: 16,
  /** Namespaces that nobody is in, but a mount or an open file holds. */
  held: 32,
  /** TCP ports that something listens on. */
  ports: 64,
} as const;
export type SnapshotSection = keyof typeof SNAPSHOT_SECTIONS;

const rest = z.object({
  namespaces: z.array(namespace),
  groups: z.array(group).optional(),
  overlays: z.array(overlay).optional(),
  cut: z.array(cut),
});

const envelope = z.looseObject({ processes: z.array(z.unknown()) });

export type Snapshot = z.infer<typeof rest> & { readonly processes: z.infer<typeof process>[] };

/** So many processes are parsed until others have their turn. */
const SLICE = 64;

/**
 * Parses what the library has written. Between its parts others have their turn: with hundreds of
 * processes all of it takes longer than a key of somebody else's should wait.
 */
export async function parseSnapshot(text: string): Promise<Snapshot> {
  const parsed = envelope.parse(JSON.parse(text));
  await turn();
  const processes: Snapshot['processes'] = [];
  for (let at = 0; at < parsed.processes.length; at += SLICE) {
    processes.push(...z.array(process).parse(parsed.processes.slice(at, at + SLICE)));
    await turn();
  }
  const others = rest.parse(parsed);
  await turn();
  return { ...others, processes };
}
