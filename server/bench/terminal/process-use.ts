import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { setTimeout as wait } from 'node:timers/promises';

const TICKS_PER_SECOND = Number(execFileSync('getconf', ['CLK_TCK'], { encoding: 'utf8' }));

/** Processor time of these processes until now, in user mode and in the kernel. */
export const cpuSeconds = (pids: readonly number[]): number =>
  sum(pids, (pid) => {
    // After the name, which may have anything in it: state, …, utime, stime.
    const fields = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ').at(-1)?.split(' ') ?? [];
    return (Number(fields[11]) + Number(fields[12])) / TICKS_PER_SECOND;
  });

/** Resident memory, and the same with shared pages counted by their share, in KiB. */
export type Memory = { readonly rssKiB: number; readonly pssKiB: number };

export function memoryOf(pids: readonly number[]): Memory {
  const field = (name: string) =>
    sum(pids, (pid) => {
      const rollup = readFileSync(`/proc/${pid}/smaps_rollup`, 'utf8');
      return Number(new RegExp(`^${name}:\\s+(\\d+) kB`, 'm').exec(rollup)?.[1]);
    });
  return { rssKiB: field('Rss'), pssKiB: field('Pss') };
}

export const growth = (before: Memory, after: Memory, parts: number): Memory => ({
  rssKiB: (after.rssKiB - before.rssKiB) / parts,
  pssKiB: (after.pssKiB - before.pssKiB) / parts,
});

const LOOK_MS = 500;
const STILL_KIB = 64;
const LOOKS_MAX = 20;

/** Memory when it no longer changes: what is left after a burst of work, not the burst. */
export async function settledMemory(pids: readonly number[]): Promise<Memory> {
  let last = memoryOf(pids);
  for (let look = 0; look < LOOKS_MAX; look += 1) {
    await wait(LOOK_MS);
    const now = memoryOf(pids);
    if (Math.abs(now.rssKiB - last.rssKiB) < STILL_KIB) return now;
    last = now;
  }
  return last;
}

const sum = (pids: readonly number[], value: (pid: number) => number) =>
  pids.reduce((total, pid) => total + value(pid), 0);
