import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { degraded, ok } from './requirement.mjs';

/**
 * What only some lessons need. Without it the lab runs, and a machine says what it lacks.
 * @type {readonly import('./requirement.mjs').Requirement[]}
 */
export const OPTIONAL_PARTS = [
  {
    name: 'disks for machines',
    when: 'doctor',
    probe() {
      if (!existsSync('/dev/loop-control')) {
        return degraded(
          'No loop devices: machines have no disk for the lesson on block I/O.',
          'Load the module: modprobe loop.',
        );
      }
      if (!knows('/proc/filesystems', /\text4$/m) && !canLoad('ext4')) {
        return degraded(
          'No ext4 in this kernel: machines have no disk for the lesson on block I/O.',
          'Load the module: modprobe ext4.',
        );
      }
      return findProgram('mkfs.ext4')
        ? ok('loop devices, ext4, mkfs.ext4')
        : degraded(
            'No mkfs.ext4: machines have no disk for the lesson on block I/O.',
            'Install it: apt-get install e2fsprogs.',
          );
    },
  },
  {
    name: 'netfilter',
    when: 'doctor',
    probe: () =>
      existsSync('/proc/net/netfilter') || canLoad('nf_tables')
        ? ok('in this kernel')
        : degraded(
            'No netfilter in this kernel: nft and iptables do not work in machines.',
            'Use a kernel with nf_tables, or load the module: modprobe nf_tables.',
          ),
  },
  {
    name: 'net_cls',
    when: 'doctor',
    probe() {
      if (existsSync('/sys/fs/cgroup/cgroup.controllers')) {
        return degraded(
          'Control groups of version 2 have no net_cls: that one exercise can’t be done.',
          'Nothing needs to be done; version 2 marks packets with nft by their group instead.',
        );
      }
      return knows('/proc/cgroups', /^net_cls\t\d+\t\d+\t1$/m)
        ? ok('in this kernel')
        : degraded(
            'No net_cls controller: iptables can’t tell packets by their group.',
            'Use a kernel with CONFIG_CGROUP_NET_CLASSID.',
          );
    },
  },
];

/** @param {string} file @param {RegExp} line */
function knows(file, line) {
  return existsSync(file) && line.test(readFileSync(file, 'utf8'));
}

/** Whether the kernel could load a module, or has it built in. Loads nothing. @param {string} module */
function canLoad(module) {
  const PATH = `${process.env.PATH ?? ''}:/usr/sbin:/sbin`;
  const asked = spawnSync('modprobe', ['--dry-run', '--quiet', module], {
    env: { ...process.env, PATH },
  });
  return asked.status === 0;
}

/** Also where not everybody's path leads. @param {string} name */
function findProgram(name) {
  const path = `${process.env.PATH ?? ''}:/usr/sbin:/sbin`;
  return path.split(':').some((directory) => existsSync(join(directory, name)));
}
