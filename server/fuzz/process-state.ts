import { readdirSync, readFileSync, readlinkSync } from 'node:fs';

/** Descriptors of a process, by what they are; the number of one socket or pipe is nothing to compare. */
export function descriptorsOf(pid: number): string[] {
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
