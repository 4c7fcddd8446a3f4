import { existsSync, readdirSync, readFileSync, readlinkSync } from 'node:fs';
import { join } from 'node:path';

/**
 * What the kernel holds on behalf of one lab and this process. Other programs of the host come and go
 * while a test runs, so each part counts only what can be ours.
 */

const pids = () => readdirSync('/proc').filter((name) => /^\d+$/.test(name));

/** Processes come and go while they are looked at. */
function orNothing<T>(read: () => T, nothing: T): T {
  try {
    return read();
  } catch {
    return nothing;
  }
}

const linksIn = (directory: string): string[] =>
  orNothing(() => readdirSync(directory), []).map((name) =>
    orNothing(() => readlinkSync(join(directory, name)), ''),
  );

/** Processes in any group of the lab, and children of this process, zombies too. */
export function processesOf(lab: string): string[] {
  return pids().filter((pid) => {
    const groups = orNothing(() => readFileSync(`/proc/${pid}/cgroup`, 'utf8'), '');
    const status = orNothing(() => readFileSync(`/proc/${pid}/status`, 'utf8'), '');
    return groups.includes(`/${lab}`) || status.includes(`\nPPid:\t${process.pid}\n`);
  });
}

/** Every group of the lab, in every hierarchy. */
export function groupsOf(lab: string): string[] {
  const root = '/sys/fs/cgroup';
  return ['.', ...readdirSync(root)]
    .map((hierarchy) => join(root, hierarchy, lab))
    .filter((path) => existsSync(path))
    .flatMap(withGroupsBelow);
}

/** A group may go while it is being read. */
function withGroupsBelow(path: string): string[] {
  const below = orNothing(() => readdirSync(path, { withFileTypes: true }), [])
    .filter((entry) => entry.isDirectory())
    .flatMap((entry) => withGroupsBelow(join(path, entry.name)));
  return [path, ...below];
}

/** Those of the given namespaces, by inode, that a process is in, a descriptor holds or a mount keeps. */
export function livingNamespaces(type: string, inodes: ReadonlySet<string>): string[] {
  const links = pids().flatMap((pid) => [
    orNothing(() => readlinkSync(`/proc/${pid}/ns/${type}`), ''),
    ...linksIn(`/proc/${pid}/fd`),
    ...[
      ...orNothing(() => readFileSync(`/proc/${pid}/mountinfo`, 'utf8'), '').matchAll(
        /\w+:\[\d+\]/g,
      ),
    ].map(([link]) => link),
  ]);
  const living = new Set(links);
  return [...inodes].filter((inode) => living.has(`${type}:[${inode}]`));
}

/** Mounts of the host's own mount namespace. */
export const mounts = () => readFileSync('/proc/self/mountinfo', 'utf8').trim().split('\n');

/** Network interfaces of the host. */
export const interfaces = () => readdirSync('/sys/class/net');

/** What each open descriptor of this process is. */
export const descriptors = () => linksIn('/proc/self/fd').sort();

/** Loop devices with a file behind them. */
export const loopDevices = () =>
  readdirSync('/sys/block').filter(
    (name) => name.startsWith('loop') && existsSync(`/sys/block/${name}/loop`),
  );
