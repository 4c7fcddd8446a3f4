import { existsSync, readFileSync } from 'node:fs';
import { degraded, missing, ok } from './requirement.mjs';

/** Without these a learner could take the whole host. */
const NEEDED = ['memory', 'pids', 'cpu'];
/** These are for lessons. Version 2 calls blkio io, and has freezer and devices without a controller. */
const WANTED = { 1: ['cpuset', 'blkio', 'freezer', 'devices'], 2: ['cpuset', 'io'] };

/**
 * Limits need control groups, of either version.
 * @type {import('./requirement.mjs').Requirement}
 */
export const CGROUPS = {
  name: 'control groups',
  when: 'start',
  probe() {
    const found = readControllers();
    if (found === undefined) {
      return missing(
        'No control groups are mounted in /sys/fs/cgroup.',
        'Mount them: mount -t cgroup2 cgroup2 /sys/fs/cgroup.',
      );
    }
    const { version, controllers } = found;
    const absent = NEEDED.filter((name) => !controllers.has(name));
    if (absent.length > 0) {
      return missing(
        `No ${absent.join(', ')} controller (control groups version ${version}).`,
        absent.includes('memory')
          ? 'Boot with cgroup_enable=memory; in Docker start with --privileged --cgroupns=host.'
          : 'Use a kernel that has them; in Docker start with --privileged --cgroupns=host.',
      );
    }
    const lost = WANTED[version].filter((name) => !controllers.has(name));
    return lost.length > 0
      ? degraded(
          `Version ${version} without ${lost.join(', ')}: lessons about these can't be done.`,
          'Use a kernel that has them.',
        )
      : ok(`version ${version}, ${NEEDED.join(', ')}, ${WANTED[version].join(', ')}`);
  },
};

/** @returns {{ version: 1 | 2, controllers: Set<string> } | undefined} */
function readControllers() {
  const unified = '/sys/fs/cgroup/cgroup.controllers';
  if (existsSync(unified)) {
    return { version: 2, controllers: new Set(readFileSync(unified, 'utf8').trim().split(' ')) };
  }
  const mounted = [
    ...readFileSync('/proc/self/mountinfo', 'utf8').matchAll(
      / \/sys\/fs\/cgroup\/\S+ .* - cgroup \S+ (\S+)$/gm,
    ),
  ];
  const controllers = new Set(mounted.flatMap(([, options = '']) => options.split(',')));
  return controllers.size > 0 ? { version: 1, controllers } : undefined;
}
