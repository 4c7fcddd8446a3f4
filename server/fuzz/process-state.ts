import { readdirSync, readFileSync, readlinkSync } from 'node:fs';

/** Descriptors of a process, by what they are, but for those of terminals: learners open and close these. */
export function descriptorsOf(pid: number): string[] {
  return allDescriptorsOf(pid).filter((path) => path !== TERMINAL);
}

export const terminalsOf = (pid: number): number =>
  allDescriptorsOf(pid).filter((path) => path === TERMINAL).length;

const TERMINAL = '/dev/ptmx';

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
