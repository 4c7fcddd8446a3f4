import { execFileSync } from 'node:child_process';
import { statSync } from 'node:fs';
import { interfaces, mounts } from '../testing/kernel-state.ts';
import { changes, sharedFiles } from './host-state.ts';
import type { Complaints, Way } from './way.ts';
import type { World } from './world.ts';

const unchangedFiles = async (world: World) => {
  const before = sharedFiles(world);
  return () => changes(before, sharedFiles(world));
};

/** Whose a file in the sandbox is on the host, and whether its bits would count there. */
function owned(world: World, path: string): Complaints {
  const base = world.idBase(world.attacker.state);
  const outside = world.inside(world.attacker.state, path);
  const { uid, gid } = statSync(outside);
  const isOurs = (id: number) => id >= base && id < base + 65_536;
  return isOurs(uid) && isOurs(gid) ? [] : [`${path} belongs to ${uid}:${gid} on the host`];
}

/** A set-user-id program, really run outside: it must stay who runs it. */
function runOutside(world: World, path: string): Complaints {
  const outside = world.inside(world.attacker.state, path);
  const said = execFileSync(outside, ['identity'], { encoding: 'utf8', cwd: '/' }).trim();
  return said === 'uid 0 euid 0' ? [] : [`${path} ran as "${said}" on the host`];
}

function capabilityOf(world: World, path: string): Complaints {
  const base = world.idBase(world.attacker.state);
  const outside = world.inside(world.attacker.state, path);
  const said = execFileSync(world.attackOnHost, ['capability', outside], { encoding: 'utf8' });
  const [, revision, root] = /^revision (\d) root (\d+)/.exec(said) ?? [];
  if (revision === undefined) return [];
  const isBound = revision === '3' && Number(root) >= base && Number(root) < base + 65_536;
  return isBound ? [] : [`${path} has a capability that counts on the host: ${said.trim()}`];
}

/** Files of the host, mounts and identities. */
export const FILE_WAYS: readonly Way[] = [
  {
    name: 'root and cwd of others',
    reference: 'proc_pid_root(5)',
    tried: "looks for a file of the host's through root and cwd of every process",
    attack: (world) => ['roots', world.marker],
    container: true,
  },
  {
    name: 'leaked descriptors',
    reference: 'CVE-2024-21626',
    tried:
      'goes through every descriptor of its shell, of PID 1 and of all others, and up from there',
    attack: (world) => ['descriptors', world.marker],
    container: true,
  },
  {
    name: 'out of a chroot',
    reference: 'chroot(2)',
    tried: 'keeps a directory open, changes the root, climbs',
    attack: (world) => ['chroot', world.marker],
    container: true,
  },
  {
    name: 'below the mounts',
    reference: 'mount_namespaces(7), locked mounts',
    tried: 'unmounts /, /proc and /sys in namespaces of its own',
    attack: (world) => ['unmount', world.marker],
    container: true,
  },
  {
    name: 'files by handle',
    reference: 'open_by_handle_at(2), "shocker"',
    tried: 'asks for inode 2 on six mounts',
    attack: () => ['handles'],
    container: true,
  },
  {
    name: 'dirty pipe',
    reference: 'CVE-2022-0847',
    tried: 'writes into the page cache of a program that all sandboxes share',
    attack: () => ['dirty-pipe', '/etc/passwd'],
    container: true,
    watch: unchangedFiles,
  },
  {
    name: 'writing to the image',
    reference: 'overlayfs, idmapped mounts',
    tried: 'overwrites programs of the image and of PID 1',
    attack: () => ['write-image', '/usr/bin/true'],
    container: true,
    watch: unchangedFiles,
  },
  {
    name: 'mount propagation',
    reference: 'mount_namespaces(7)',
    tried: 'makes everything shared, then mounts',
    attack: () => ['propagate'],
    container: true,
    look: () => mounts().filter((line) => line.includes('glassbox-escape')),
  },
  {
    name: "remounting the host's",
    reference: 'mount(2), MS_REMOUNT',
    tried: 'changes the options of file systems that came from the host',
    attack: () => ['remount'],
    container: true,
  },
  {
    name: 'idmapped mounts',
    reference: 'mount_setattr(2)',
    tried: "maps the ids of mounts, the host's and its own",
    attack: () => ['idmap'],
    container: false,
    look: (world) => owned(world, '/tmp/idmapped'),
  },
  {
    name: 'set-user-id programs',
    reference: 'user_namespaces(7)',
    tried: 'makes them in three places; the host runs them',
    attack: () => ['set-user-id'],
    container: false,
    look: (world) =>
      ['/tmp/set-user-id', '/root/set-user-id', '/dev/shm/set-user-id'].flatMap((path) => [
        ...owned(world, path),
        ...runOutside(world, path),
      ]),
  },
  {
    name: 'capabilities of files',
    reference: 'capabilities(7), namespaced file capabilities',
    tried: 'gives a file every capability; the host reads for whom',
    attack: () => ['file-capability'],
    container: false,
    look: (world) => capabilityOf(world, '/tmp/capable'),
  },
  {
    name: 'GameOver(lay)',
    reference: 'CVE-2023-2640, CVE-2023-32629, CVE-2021-3493',
    tried: 'lets overlays copy a file with capabilities up; follows forged redirects',
    attack: () => ['overlay'],
    container: false,
    look: (world) => capabilityOf(world, '/tmp/ov/upper/program'),
  },
  {
    name: 'climbing namespaces',
    reference: 'ioctl_ns(2)',
    tried: 'asks each namespace for its parent, its owner, and the one beside it',
    attack: () => ['climb-namespaces'],
    container: true,
  },
  {
    name: 'ids of others',
    reference: 'user_namespaces(7)',
    tried: 'becomes, and gives files to, ids that are not its own',
    attack: () => ['other-ids'],
    container: true,
    look: (world) => owned(world, '/tmp/owned'),
  },
  {
    name: 'a larger map of ids',
    reference: 'user_namespaces(7), CVE-2018-18955',
    tried: 'maps ids beyond its 65,536 in a namespace below',
    attack: () => ['map-more'],
    container: true,
  },
  {
    name: 'interfaces',
    reference: 'network_namespaces(7)',
    tried: "hands interfaces to PID 1's namespace, builds on the host's",
    attack: () => ['interfaces'],
    container: true,
    look: () => interfaces().filter((name) => name.startsWith('escape')),
  },
];
