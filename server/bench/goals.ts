import type { MemoryUse } from './memory.ts';
import { median } from './statistics.ts';
import type { Throughput } from './throughput.ts';

/** Milliseconds of each round of those that have goals. */
export type Measured = {
  readonly sandboxMs: readonly number[];
  readonly floorMs: readonly number[];
  readonly boxMs: readonly number[];
  readonly crunMs: readonly number[];
};

type All = Measured & {
  readonly throughput: Throughput;
  readonly warmMs: readonly number[];
  readonly memory: readonly MemoryUse[];
  readonly groupsKiB: number;
};

/** What two bare memory groups take on a host that never had many mounts. */
const USUAL_GROUPS_KIB = 64;

/** Each goal, what came of it, and whether it is met. */
export function printGoals(all: All): void {
  const { throughput, memory } = all;
  const sandbox = median(all.sandboxMs);
  const crun = median(all.crunMs);
  const most = Math.max(...memory.map(({ sumKiB }) => sumKiB));
  console.log('');
  goal('a sandbox ≤ 1.4 × the floor', sandbox / median(all.floorMs), (value) => value <= 1.4);
  goal('a sandbox ≤ 0.4 × crun run', sandbox / crun, (value) => value <= 0.4);
  goal('box run ≤ 0.5 × crun run', median(all.boxMs) / crun, (value) => value <= 0.5);
  goal(
    'sandboxes per second ≥ 3 × crun’s',
    throughput.ours / (throughput.crun ?? Number.NaN),
    (value) => value >= 3,
  );
  const least = throughput.floor / (throughput.crun ?? Number.NaN);
  if (least < 3) {
    console.log(`      the system calls alone, in C, reach ${least.toFixed(2)}`);
  }
  goal('an idle sandbox ≤ 1 MiB', most / 1024, (value) => value <= 1);
  const excess = all.groupsKiB - USUAL_GROUPS_KIB;
  if (excess > 0) {
    goal('… but for the past of this host', (most - excess) / 1024, (value) => value <= 1);
  }
  goal('prompt from the warm pool < 20 ms', median(all.warmMs), (value) => value < 20);
}

/** One goal: the value, and whether it is met. */
export function goal(sentence: string, value: number, isMet: (value: number) => boolean): void {
  const verdict = Number.isNaN(value) ? 'not measured' : isMet(value) ? 'met' : 'NOT MET';
  console.log(`goal  ${sentence.padEnd(48)} ${value.toFixed(2).padStart(7)}  ${verdict}`);
}
