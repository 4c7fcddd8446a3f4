import { existsSync, readdirSync, readFileSync, readlinkSync } from 'node:fs';
import { join } from 'node:path';
import {
  descriptors,
  groupsOf,
  interfaces,
  loopDevices,
  mounts,
  processesOf,
} from '../testing/kernel-state.ts';
import { STAGE } from '../warden/janitor.ts';

/**
 * What there is of a lab: a number or a list for each kind of thing. Others use the host meanwhile, so of
 * what they have too only that is counted which is the lab's own.
 */
export type Belongings = Readonly<Record<string, readonly string[]>>;

export function belongingsOf(lab: string, directories: readonly string[]): Belongings {
  const processes = processesOf(lab);
  return {
    processes,
    groups: groupsOf(lab),
    namespaces: namespacesOf(processes),
    mounts: mounts().filter((mount) => canBeOurs(mount, directories)),
    interfaces: interfaces(),
    'loop devices': loopDevices().filter((name) => isOf(name, directories)),
    descriptors: descriptors(),
    files: directories.flatMap((directory) => filesIn(directory)),
  };
}

/** Namespaces that processes of the lab are in and this process is not; files that keep one are descriptors or mounts. */
function namespacesOf(processes: readonly string[]): string[] {
  const types = ['user', 'mnt', 'pid', 'net', 'ipc', 'uts', 'cgroup', 'time'];
  const links = (pid: string) =>
    types.flatMap((type) => {
      try {
        return [readlinkSync(`/proc/${pid}/ns/${type}`)];
      } catch {
        return [];
      }
    });
  const own = new Set(links('self'));
  return [...new Set(processes.flatMap(links))].filter((link) => !own.has(link)).sort();
}

/** On the stage, of a file or directory of ours, or of a namespace. */
function canBeOurs(mount: string, directories: readonly string[]): boolean {
  return [STAGE, ...directories, ' - overlay ', ' - nsfs '].some((part) => mount.includes(part));
}

function isOf(device: string, directories: readonly string[]): boolean {
  try {
    const file = readFileSync(`/sys/block/${device}/loop/backing_file`, 'utf8');
    return directories.some((directory) => file.startsWith(directory));
  } catch {
    return false;
  }
}

function filesIn(directory: string): string[] {
  if (!existsSync(directory)) return [];
  return readdirSync(directory, { withFileTypes: true }).flatMap((entry) => {
    const path = join(directory, entry.name);
    return entry.isDirectory() ? [path, ...filesIn(path)] : [path];
  });
}

/** What is there after that was not there before, and the other way round; nothing when all is as it was. */
export function changes(before: Belongings, after: Belongings): string[] {
  return Object.keys(before).flatMap((kind) => {
    const had = [...(before[kind] ?? [])];
    const more = (after[kind] ?? []).filter((each) => {
      const at = had.indexOf(each);
      if (at < 0) return true;
      had.splice(at, 1);
      return false;
    });
    return [
      ...more.map((each) => `${kind}: + ${each}`),
      ...had.map((each) => `${kind}: − ${each}`),
    ];
  });
}
