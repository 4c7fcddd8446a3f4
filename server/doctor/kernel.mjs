import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { freemem, release } from 'node:os';
import { existingParent } from './host.mjs';
import { degraded, missing, ok } from './requirement.mjs';

/** First kernel whose overlay takes idmapped layers. */
const KERNEL_MINIMUM = /** @type {const} */ ([5, 19]);

/** Capabilities (linux/capability.h) the warden uses, by bit. */
const NEEDED_CAPABILITIES = {
  CAP_CHOWN: 0,
  CAP_DAC_OVERRIDE: 1,
  CAP_FOWNER: 3,
  CAP_KILL: 5,
  CAP_SETGID: 6,
  CAP_SETUID: 7,
  CAP_SETPCAP: 8,
  CAP_NET_ADMIN: 12,
  CAP_SYS_CHROOT: 18,
  CAP_SYS_PTRACE: 19,
  CAP_SYS_ADMIN: 21,
};
const CAP_SYS_RESOURCE = 24;

const NAMESPACES = ['user', 'mnt', 'pid', 'net', 'ipc', 'uts', 'cgroup'];

/** Filesystems, as stat -f names them, that can't be mounted with mapped ids. */
const NO_IDMAP = [
  'overlayfs',
  'nfs',
  'nfs4',
  'cifs',
  'smb2',
  'v9fs',
  'aufs',
  'ramfs',
  'zfs',
  'ecryptfs',
];

/** Terminals that a page may open (server/protocol/identifiers.ts), and memory that a machine seldom exceeds. */
const TERMINALS_PER_MACHINE = 6;
const BYTES_PER_MACHINE = 48 * 1024 ** 2;

/** What the kernel must be able to do. @type {readonly import('./requirement.mjs').Requirement[]} */
export const KERNEL_REQUIREMENTS = [
  {
    name: 'kernel',
    when: 'first',
    probe() {
      const [major = 0, minor = 0] = release().split(/[.-]/).map(Number);
      const [wantedMajor, wantedMinor] = KERNEL_MINIMUM;
      return major > wantedMajor || (major === wantedMajor && minor >= wantedMinor)
        ? ok(`Linux ${release()}`)
        : missing(
            `This is Linux ${release()}; ${KERNEL_MINIMUM.join('.')} or later is needed, the first whose overlay takes idmapped layers.`,
            'Install a later kernel: those of Debian 12 and Ubuntu 24.04 will do.',
          );
    },
  },
  {
    name: 'capabilities',
    when: 'start',
    probe() {
      const effective = BigInt(
        `0x${readFileSync('/proc/self/status', 'utf8').match(/^CapEff:\s*(\w+)$/m)?.[1] ?? '0'}`,
      );
      const has = (/** @type {number} */ bit) => ((effective >> BigInt(bit)) & 1n) === 1n;
      const absent = Object.entries(NEEDED_CAPABILITIES).filter(([, bit]) => !has(bit));
      if (absent.length > 0) {
        return missing(
          `This root may not do all that root can: ${absent.map(([name]) => name).join(', ')} is missing.`,
          'Start it as real root; in Docker with --privileged.',
        );
      }
      return has(CAP_SYS_RESOURCE)
        ? ok('all that are needed')
        : degraded(
            "CAP_SYS_RESOURCE is missing: resource limits can't be raised and the lab can't protect itself from the OOM killer.",
            'Start it as real root if many learners are expected.',
          );
    },
  },
  {
    name: 'namespaces',
    when: 'start',
    probe() {
      const absent = NAMESPACES.filter((name) => !existsSync(`/proc/self/ns/${name}`));
      if (absent.length > 0)
        return missing(
          `The kernel has no ${absent.join(', ')} namespaces.`,
          "Use a kernel built with CONFIG_NAMESPACES and all its kinds, such as Debian's.",
        );
      const limit = NAMESPACES.find(
        (name) => readNumber(`/proc/sys/user/max_${name}_namespaces`) === 0,
      );
      if (limit)
        return missing(
          `user.max_${limit}_namespaces is 0.`,
          `Allow them: sysctl user.max_${limit}_namespaces=10000.`,
        );
      const failure = inNewNamespaces('true');
      return failure === ''
        ? ok('seven kinds can be made')
        : missing(
            `New namespaces can't be made: ${failure}.`,
            'If this is a container, start it with --privileged.',
          );
    },
  },
  {
    name: 'nested namespaces',
    when: 'start',
    probe() {
      if (readNumber('/proc/sys/kernel/unprivileged_userns_clone') === 0) {
        return degraded(
          "kernel.unprivileged_userns_clone is 0: learners can't make user namespaces.",
          'Allow it: sysctl kernel.unprivileged_userns_clone=1.',
        );
      }
      if (readNumber('/proc/sys/kernel/apparmor_restrict_unprivileged_userns') === 1) {
        return degraded(
          'AppArmor restricts user namespaces: learners may not be able to make them.',
          'Allow it: sysctl kernel.apparmor_restrict_unprivileged_userns=0.',
        );
      }
      return ok('allowed');
    },
  },
  {
    name: 'pseudo-terminals',
    when: 'doctor',
    probe() {
      const max = readNumber('/proc/sys/kernel/pty/max') ?? 0;
      const machines = Math.floor(
        (max - (readNumber('/proc/sys/kernel/pty/reserve') ?? 0)) / TERMINALS_PER_MACHINE,
      );
      const detail = `kernel.pty.max is ${max}: ${TERMINALS_PER_MACHINE} terminals for each of ${machines} machines`;
      return machines >= freemem() / BYTES_PER_MACHINE
        ? ok(detail)
        : degraded(
            `${detail}, and there is memory for more.`,
            `Where more are expected, set twice as many: sysctl kernel.pty.max=${2 * max}.`,
          );
    },
  },
  {
    name: 'proc and sysfs',
    when: 'start',
    probe() {
      // The kernel lets a user namespace mount these only where nothing is mounted over parts of the
      // ones already visible, as container engines do to mask them.
      const failure = inNewNamespaces('mount -t proc proc /mnt && mount -t sysfs sysfs /mnt');
      return failure === ''
        ? ok('not masked')
        : missing(
            `Parts of /proc or /sys are masked, so no machine can have its own (${failure}).`,
            'If this is a container, start it with --privileged.',
          );
    },
  },
  {
    name: 'overlay and tmpfs',
    when: 'start',
    probe() {
      const failure = inNewNamespaces(
        'mount -t tmpfs tmpfs /mnt && mkdir /mnt/l /mnt/u /mnt/w /mnt/m && mount -t overlay overlay -o userxattr,lowerdir=/mnt/l,upperdir=/mnt/u,workdir=/mnt/w /mnt/m',
      );
      return failure === ''
        ? ok('can be mounted in a user namespace')
        : missing(
            `An overlay can't be mounted in a user namespace (${failure}).`,
            'Load the module (modprobe overlay), or use a kernel that has it.',
          );
    },
  },
  {
    name: 'data directory',
    when: 'start',
    probe({ data, images }) {
      const stat = spawnSync('stat', ['--file-system', '--format=%T', existingParent(images)], {
        encoding: 'utf8',
      });
      const type = stat.stdout.trim();
      return NO_IDMAP.includes(type)
        ? missing(
            `${images} is on ${type}, which can't be mounted with mapped ids.`,
            `Put the data on a local disk with --data (ext4, xfs and btrfs will do); in Docker give it a volume: -v glassbox:${data}.`,
          )
        : ok(`${images} on ${type}`);
    },
  },
  {
    name: 'seccomp',
    when: 'start',
    probe: () =>
      existsSync('/proc/sys/kernel/seccomp/actions_avail')
        ? ok('filters are available')
        : missing(
            'The kernel has no seccomp filters.',
            'Use a kernel built with CONFIG_SECCOMP_FILTER.',
          ),
  },
  {
    name: 'devpts',
    when: 'start',
    probe: () =>
      existsSync('/dev/pts/ptmx')
        ? ok('/dev/pts')
        : missing(
            'There is no /dev/pts, so no terminal can be opened.',
            'Mount it: mount -t devpts devpts /dev/pts.',
          ),
  },
];

/**
 * Runs a shell command as root of new namespaces, as a sandbox has them, with what it mounts seen by
 * nobody else and gone when it ends.
 * @param {string} command
 * @returns {string} What went wrong, or nothing.
 */
function inNewNamespaces(command) {
  const namespaces = [
    '--user',
    '--map-root-user',
    '--mount',
    '--pid',
    '--fork',
    '--net',
    '--ipc',
    '--uts',
    '--cgroup',
  ];
  const { error, status, stderr } = spawnSync('unshare', [...namespaces, 'sh', '-c', command], {
    encoding: 'utf8',
    env: { ...process.env, LC_ALL: 'C' },
  });
  if (error) return error.message;
  return status === 0 ? '' : (stderr.trim().split('\n')[0] ?? `exit code ${status}`);
}

/** @param {string} path */
function readNumber(path) {
  return existsSync(path) ? Number(readFileSync(path, 'utf8')) : undefined;
}
