import { createHash } from 'node:crypto';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { SandboxState } from '../protocol/sandbox-state.ts';
import type { Complaints } from './way.ts';
import type { World } from './world.ts';

const ROOT = '/sys/fs/cgroup';

/** Files that say how much a group may have, by their names in version 1 and 2. */
const LIMIT =
  /max$|limit_in_bytes$|cfs_|shares$|weight|cpuset\.(cpus|mems)$|devices\.list$|throttle|partition$|effective|clone_children$/;

function readText(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return undefined;
  }
}

/** Each file of limits in the groups that stay the host's: the lab's, and each sandbox's own. */
function limitFiles(world: World): string[] {
  const ids = [world.attacker.state.id, world.neighbour.state.id];
  const groups = ['', ...ids, ...ids.map((id) => join(id, 'machine'))];
  return ['.', ...readdirSync(ROOT)]
    .flatMap((hierarchy) => groups.map((group) => join(ROOT, hierarchy, world.labName, group)))
    .filter((path) => existsSync(path))
    .flatMap((path) =>
      readdirSync(path)
        .filter((name) => LIMIT.test(name))
        .map((name) => join(path, name)),
    );
}

/** Every limit of the lab as it is now. */
export function limits(world: World): ReadonlyMap<string, string> {
  return new Map(limitFiles(world).map((path) => [path, readText(path) ?? 'unreadable']));
}

/** Settings of the kernel that the attacks are after, and programs it would start. */
export function settings(): ReadonlyMap<string, string> {
  const files = [
    '/proc/sys/kernel/core_pattern',
    '/proc/sys/kernel/modprobe',
    '/proc/sys/kernel/poweroff_cmd',
    '/proc/sys/kernel/sysrq',
    '/proc/sys/kernel/pid_max',
    '/proc/sys/kernel/hostname',
    '/sys/kernel/uevent_helper',
    ...readdirSync(ROOT).map((hierarchy) => join(ROOT, hierarchy, 'release_agent')),
  ];
  return new Map(files.map((path) => [path, readText(path) ?? 'none']));
}

/** Programs of the host, and files that all sandboxes share. */
export function sharedFiles(world: World): ReadonlyMap<string, string> {
  const layer = join(world.lab.data, 'layer');
  const files = [join(layer, 'usr/sbin/init'), world.enter, ...world.imageFiles, world.marker];
  return new Map(
    files.map((path) => [path, createHash('sha256').update(readFileSync(path)).digest('hex')]),
  );
}

/** What differs between two looks. */
export function changes(
  before: ReadonlyMap<string, string>,
  after: ReadonlyMap<string, string>,
): Complaints {
  return [...before].flatMap(([path, value]) => {
    const now = after.get(path);
    return now === value ? [] : [`${path} was ${value.trim()} and is ${now?.trim() ?? 'gone'}`];
  });
}

/** Processes with a sandbox's ids that are not in its groups, in every hierarchy. */
export function strays(world: World, sandbox: SandboxState): Complaints {
  const base = world.idBase(sandbox);
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .flatMap((pid) => {
      const uid = Number(/^Uid:\t\d+\t(\d+)/m.exec(readText(`/proc/${pid}/status`) ?? '')?.[1]);
      if (!(uid >= base && uid < base + 65_536)) return [];
      const groups = (readText(`/proc/${pid}/cgroup`) ?? '').trim().split('\n');
      // Another lab of this host hands out the same ids.
      if (groups.some((line) => /\/glassbox-/.test(line) && !line.includes(world.labName)))
        return [];
      // A zombie is in no group any more; a hierarchy that limits nothing is the host's.
      if (/^State:\tZ/m.test(readText(`/proc/${pid}/status`) ?? 'State:\tZ')) return [];
      const outside = groups.filter(
        (line) =>
          !line.includes(`/${world.labName}/${sandbox.id}/`) && !/:(name=|net_cls)/.test(line),
      );
      return outside.map((line) => `process ${pid} with uid ${uid} is in ${line}`);
    });
}
