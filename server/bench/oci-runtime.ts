import {
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmdirSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { findCommand } from '../setup/packages.mjs';
import { ROOT } from '../setup/paths.mjs';
import { SANDBOX_LIMITS } from '../warden/sandbox-limits.ts';
import type { Entrant } from './contender.ts';
import type { Places } from './places.ts';
import { missing, timedBy } from './programs.ts';

const FIRST_ID = 100_000;

/**
 * `crun run` or `runc run` of a bundle with what a sandbox has: the same namespaces but the time namespace,
 * which they do not know, an overlay, the same kernel file systems, the same limits, a filter of the same
 * system calls. The root is a directory that is there already, so an overlay is mounted inside instead.
 */
export function openRuntime(places: Places, runtime: 'crun' | 'runc', number = 0): Entrant {
  const name = `${runtime} run true`;
  if (findCommand(runtime) === undefined) return missing(name, runtime);
  const bundle = join(places.scratch, `${runtime}-${number}`);
  for (const folder of ['rootfs', 'state', 'own'])
    mkdirSync(join(bundle, folder), { recursive: true });
  const group = places.group(runtime);
  writeFileSync(
    join(bundle, 'config.json'),
    JSON.stringify(configuration(bundle, `/${group}/${number}`)),
  );
  const contender = timedBy(name, 'unshare', [
    ...['--mount', '--propagation', 'private', 'sh', '-ec', SURROUNDINGS, 'sh'],
    ...[bundle, places.base, String(FIRST_ID), join(places.programs, 'time_command')],
    ...[runtime, '--root', join(bundle, 'state'), 'run', '--bundle', bundle, `bench-${number}`],
  ]);
  return {
    ...contender,
    async close() {
      await contender.close();
      removeGroups(group);
    },
  };
}

/**
 * crun 1.8 refuses a v1 host whose unified hierarchy offers a controller, so that one is out of its sight.
 * The base image may lie where a sandbox's root may not pass.
 */
const SURROUNDINGS = `
bundle=$1 base=$2 id=$3; shift 3
mount --bind "$base" "$bundle/rootfs"
mount -t tmpfs own "$bundle/own"
mkdir "$bundle/own/upper" "$bundle/own/work"
chown "$id:$id" "$bundle/own" "$bundle/own/upper" "$bundle/own/work"
if [ -d /sys/fs/cgroup/unified ]; then umount -l /sys/fs/cgroup/unified; fi
exec "$@"`;

function configuration(bundle: string, cgroupsPath: string): object {
  const { memoryBytes, pidsMax, cpus, diskBytes } = SANDBOX_LIMITS;
  const own = join(bundle, 'own');
  const map = [{ containerID: 0, hostID: FIRST_ID, size: 65_536 }];
  const capabilities = [
    ...['CHOWN', 'DAC_OVERRIDE', 'FOWNER', 'KILL', 'SETGID', 'SETUID', 'SYS_ADMIN', 'NET_ADMIN'],
    ...['NET_RAW', 'SYS_CHROOT', 'SYS_PTRACE', 'SETFCAP', 'SETPCAP', 'MKNOD'],
  ].map((capability) => `CAP_${capability}`);
  return {
    ociVersion: '1.0.2',
    process: {
      user: { uid: 0, gid: 0 },
      args: ['/bin/true'],
      env: ['PATH=/usr/bin:/bin'],
      cwd: '/',
      capabilities: { bounding: capabilities, effective: capabilities, permitted: capabilities },
      rlimits: [{ type: 'RLIMIT_NOFILE', hard: 4096, soft: 1024 }],
    },
    root: { path: join(bundle, 'rootfs') },
    hostname: 'machine',
    mounts: [
      mount('/proc', 'proc', ['nosuid', 'nodev', 'noexec']),
      mount('/dev', 'tmpfs', ['nosuid', 'mode=755', 'size=64k']),
      mount('/dev/pts', 'devpts', [
        'nosuid',
        'noexec',
        'newinstance',
        'ptmxmode=0666',
        'mode=0620',
        'gid=5',
      ]),
      mount('/dev/shm', 'tmpfs', ['nosuid', 'nodev', 'mode=1777', 'size=64m']),
      mount('/dev/mqueue', 'mqueue', ['nosuid', 'nodev', 'noexec']),
      mount('/sys', 'sysfs', ['nosuid', 'nodev', 'noexec']),
      mount('/sys/fs/cgroup', 'cgroup', ['nosuid', 'nodev', 'noexec']),
      mount('/tmp', 'tmpfs', ['nosuid', 'nodev', `size=${diskBytes}`]),
      mount('/mnt', 'overlay', [
        `lowerdir=${join(bundle, 'rootfs')}`,
        `upperdir=${join(own, 'upper')}`,
        `workdir=${join(own, 'work')}`,
        'userxattr',
      ]),
    ],
    linux: {
      uidMappings: map,
      gidMappings: map,
      cgroupsPath,
      resources: {
        memory: { limit: memoryBytes },
        pids: { limit: pidsMax },
        cpu: { quota: cpus * 100_000, period: 100_000 },
      },
      namespaces: ['user', 'pid', 'network', 'ipc', 'uts', 'mount', 'cgroup'].map((type) => ({
        type,
      })),
      seccomp: {
        defaultAction: 'SCMP_ACT_ERRNO',
        defaultErrnoRet: 38,
        syscalls: [
          { names: names('ALLOWED'), action: 'SCMP_ACT_ALLOW' },
          { names: names('REFUSED'), action: 'SCMP_ACT_ERRNO', errnoRet: 1 },
        ],
      },
    },
  };
}

const mount = (destination: string, type: string, options: readonly string[]) => ({
  destination,
  type,
  source: type,
  options,
});

/** The names in one list of the library's table of system calls. */
function names(list: string): string[] {
  const source = readFileSync(join(ROOT, 'native/seccomp_table.h'), 'utf8');
  const body =
    new RegExp(`char \\*const ${list}\\[\\] = \\{(.*?)\\};`, 's').exec(source)?.[1] ?? '';
  return [...body.matchAll(/"(\w+)"/g)].flatMap(([, name]) => name ?? []);
}

/** The runtime removes a container's group, and leaves the one above. */
function removeGroups(group: string): void {
  for (const hierarchy of ['', ...readdirSync('/sys/fs/cgroup')]) {
    const path = join('/sys/fs/cgroup', hierarchy, group);
    if (existsSync(path)) rmdirSync(path);
  }
}
