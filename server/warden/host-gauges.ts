import { readFileSync } from 'node:fs';
import { join } from 'node:path';

/** What the host has of the things that no control group counts. */
export type HostGauges = {
  readonly totalBytes: number;
  /** Memory that the kernel uses and has charged to no sandbox: socket buffers above all. */
  readonly unchargedBytes: number;
  /** Groups of the memory controller, each with its price; in cgroup v1 nobody limits their number. */
  readonly memoryGroups: number;
  /** Pseudo-terminals in use, and how many sandboxes can have in all. */
  readonly ptys: number;
  readonly ptysMax: number;
};

const ROOT = '/sys/fs/cgroup';

/** Reads the gauges. A file that this kernel has not counts as nothing. */
export function readHostGauges(lab: string): HostGauges {
  const meminfo = read('/proc/meminfo');
  const bytes = (name: string) => 1024 * number(meminfo, new RegExp(`^${name}:\\s+(\\d+) kB`, 'm'));
  // All that is neither free, nor a cache, nor a program's.
  const others = ['MemFree', 'Buffers', 'Cached', 'SwapCached', 'AnonPages', 'SReclaimable'];
  const totalBytes = bytes('MemTotal');
  const kernelBytes = totalBytes - others.map(bytes).reduce((sum, one) => sum + one, 0);
  const pty = (name: string) => number(read(`/proc/sys/kernel/pty/${name}`), /^(\d+)/);
  return {
    totalBytes,
    unchargedBytes: kernelBytes - chargedBytes(lab),
    memoryGroups: number(read('/proc/cgroups'), /^memory\s+\d+\s+(\d+)/m),
    ptys: pty('nr'),
    ptysMax: pty('max') - pty('reserve'),
  };
}

/** Kernel memory charged to the lab's sandboxes: version 1 in a file of its own, version 2 in a line. */
function chargedBytes(lab: string): number {
  const v1 = read(join(ROOT, 'memory', lab, 'memory.kmem.usage_in_bytes'));
  if (v1 !== '') return number(v1, /^(\d+)/);
  const stat = read(join(ROOT, lab, 'memory.stat'));
  return number(stat, /^kernel (\d+)/m) + number(stat, /^sock (\d+)/m);
}

/** All these files are the kernel's, short, and no learner's. */
function read(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return '';
  }
}

const number = (text: string, pattern: RegExp) => Number(pattern.exec(text)?.[1] ?? 0);
