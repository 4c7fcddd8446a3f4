import { readdirSync, readFileSync, readlinkSync } from 'node:fs';

/** What the warden keeps open of a machine, and of each of its terminals. Learners decide how many there are. */
const MACHINE = 'anon_inode:[pidfd]';
const TERMINAL = '/dev/ptmx';

/** Descriptors of a process, by what they are, but for those of machines and terminals. */
export function descriptorsOf(pid: number): string[] {
  return allDescriptorsOf(pid).filter((path) => path !== MACHINE && path !== TERMINAL);
}

export const machinesOf = (pid: number): number => count(pid, MACHINE);
export const terminalsOf = (pid: number): number => count(pid, TERMINAL);

const count = (pid: number, meant: string) =>
  allDescriptorsOf(pid).filter((path) => path === meant).length;

/** The number of one socket or pipe is nothing to compare. */
function allDescriptorsOf(pid: number): string[] {
  return readdirSync(`/proc/${pid}/fd`)
    .flatMap((name) => {
      try {
        return [readlinkSync(`/proc/${pid}/fd/${name}`).replace(/\d+/g, 'N')];
      } catch {
        return [];
      }
    })
    .sort();
}

export function residentMiB(pid: number): number {
  const status = readFileSync(`/proc/${pid}/status`, 'utf8');
  return Number(/VmRSS:\s+(\d+) kB/.exec(status)?.[1]) / 1024;
}
