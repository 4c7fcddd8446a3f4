import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { statfs } from 'node:fs/promises';
import { join } from 'node:path';
import type { Pressure } from '../protocol/pressure.ts';
import { SANDBOX_LIMITS } from './sandbox-limits.ts';

const ROOT = '/sys/fs/cgroup';

/** After output: what a learner did shows there, and the counters have moved by then. */
const LOOK_AFTER_MS = 300;

/** The kernel charges some pages ahead, so the peak is a little below the limit. */
const PEAK_BYTES = 4 * 1024 ** 2;

/** The same limit is told again after this, should it be met again. */
const TELL_AGAIN_MS = 10_000;

/** What the kernel has counted so far, and how full it is now. */
export type Counters = {
  /** Times the sandbox's own memory limit was met, and processes that were ended in its groups. */
  readonly memoryMet: number;
  readonly killed: number;
  /** Times a new process was refused. */
  readonly processesRefused: number;
  readonly diskFull: boolean;
  readonly filesFull: boolean;
};

/** What has been met between two looks. */
export function pressures(before: Counters, now: Counters): readonly Pressure[] {
  const { memoryBytes, pidsMax, diskBytes, diskInodes } = SANDBOX_LIMITS;
  const met: Pressure[] = [];
  if (now.killed > before.killed && now.memoryMet > before.memoryMet) {
    met.push({ kind: 'memory', limit: memoryBytes });
  }
  if (now.processesRefused > before.processesRefused) {
    met.push({ kind: 'processes', limit: pidsMax });
  }
  if (now.diskFull && !before.diskFull) met.push({ kind: 'disk', limit: diskBytes });
  if (now.filesFull && !before.filesFull) met.push({ kind: 'files', limit: diskInodes });
  return met;
}

/**
 * Notices the limits that one sandbox meets, by the kernel's own counters. It looks only after something
 * was printed: who meets a limit is told so by the program, and an idle sandbox costs nothing.
 */
export class PressureWatch {
  readonly #hostPid: number;
  readonly #tell: (pressure: Pressure) => void;
  readonly #toldAt = new Map<Pressure['kind'], number>();
  #before: Counters | undefined;
  #timer: NodeJS.Timeout | undefined;
  #stopped = false;

  constructor(hostPid: number, tell: (pressure: Pressure) => void) {
    this.#hostPid = hostPid;
    this.#tell = tell;
  }

  /** Something was printed. Called for every piece of output. */
  stir(): void {
    if (this.#timer !== undefined || this.#stopped) return;
    this.#timer = setTimeout(() => void this.#look(), LOOK_AFTER_MS);
  }

  stop(): void {
    this.#stopped = true;
    clearTimeout(this.#timer);
  }

  async #look(): Promise<void> {
    const now = await readCounters(this.#hostPid).catch(() => undefined);
    this.#timer = undefined;
    if (now === undefined || this.#stopped) return;
    const before = this.#before ?? NOTHING_YET;
    this.#before = now;
    for (const pressure of pressures(before, now)) {
      const at = performance.now();
      const toldAt = this.#toldAt.get(pressure.kind) ?? Number.NEGATIVE_INFINITY;
      if (at - toldAt < TELL_AGAIN_MS) continue;
      this.#toldAt.set(pressure.kind, at);
      this.#tell(pressure);
    }
  }
}

const NOTHING_YET: Counters = {
  memoryMet: 0,
  killed: 0,
  processesRefused: 0,
  diskFull: false,
  filesFull: false,
};

/** The counters of the sandbox that this PID 1 is of. Throws when it is no more. */
export async function readCounters(hostPid: number): Promise<Counters> {
  const groups = readFileSync(`/proc/${hostPid}/cgroup`, 'utf8');
  // A magic link of the kernel's, to PID 1's own root, and nothing of the learner's below it.
  const disk = await statfs(`/proc/${hostPid}/root`);
  const full = { diskFull: disk.bavail === 0, filesFull: disk.files > 0 && disk.ffree === 0 };
  return existsSync(join(ROOT, 'cgroup.controllers'))
    ? { ...countersOfV2(groups), ...full }
    : { ...countersOfV1(groups), ...full };
}

/** PID 1 is in the group that was handed over, or in a leaf below; the limits are in the one above. */
function limitGroup(path: string): string {
  return path.replace(/\/machine(\/init)?$/, '');
}

/**
 * In version 1 a group counts for itself only, and none says that it was its limit that was met: its peak
 * does. The peak is begun anew, so that it says so of the next time, too.
 */
function countersOfV1(groups: string): Omit<Counters, 'diskFull' | 'filesFull'> {
  const pathOf = (controller: string) =>
    new RegExp(`^\\d+:(?:\\w+,)*${controller}(?:,\\w+)*:(.*)$`, 'm').exec(groups)?.[1] ?? '';
  const memory = join(ROOT, 'memory', pathOf('memory'));
  const pids = join(ROOT, 'pids', pathOf('pids'));
  const killed = count(join(memory, 'memory.oom_control'), /^oom_kill (\d+)/m);
  const peak = join(limitGroup(memory), 'memory.max_usage_in_bytes');
  const isMet = count(peak, /^(\d+)/) > SANDBOX_LIMITS.memoryBytes - PEAK_BYTES;
  if (isMet) writeFileSync(peak, '0');
  return {
    memoryMet: isMet ? killed : 0,
    killed,
    processesRefused: count(join(pids, 'pids.events'), /^max (\d+)/m),
  };
}

function countersOfV2(groups: string): Omit<Counters, 'diskFull' | 'filesFull'> {
  const path = /^0::(.*)$/m.exec(groups)?.[1] ?? '';
  const group = limitGroup(join(ROOT, path));
  return {
    memoryMet: count(join(group, 'memory.events.local'), /^oom (\d+)/m),
    killed: count(join(group, 'memory.events'), /^oom_kill (\d+)/m),
    processesRefused: count(join(group, 'pids.events.local'), /^max (\d+)/m),
  };
}

/** A counter that this kernel has not never moves. */
function count(path: string, pattern: RegExp): number {
  return existsSync(path) ? Number(pattern.exec(readFileSync(path, 'utf8'))?.[1] ?? 0) : 0;
}
