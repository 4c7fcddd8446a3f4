import type { TraceCall } from '../protocol/trace.ts';
import type { Sample } from './contender.ts';
import type { MemoryUse } from './memory.ts';
import { median, quantile, table } from './statistics.ts';
import type { Throughput } from './throughput.ts';

/** Who took how long, from nothing to nothing. */
export function printTurns(
  rounds: number,
  samples: ReadonlyMap<string, readonly Sample[]>,
  about: { readonly floor: string; readonly warden: string },
): void {
  const totals = (name: string) => (samples.get(name) ?? []).map(({ totalMs }) => totalMs);
  const floor = median(totals(about.floor));
  const crun = median(totals('crun run true'));
  const part = (all: readonly Sample[], key: 'createMs' | 'destroyMs') => {
    const values = all.map((sample) => sample[key]).filter((value) => value !== undefined);
    return values.length === 0 ? '' : median(values);
  };
  const ratio = (value: number, to: number) => (Number.isNaN(to) ? '' : value / to);
  const rows = [...samples].map(([name, all]) => {
    const own = median(totals(name));
    return [
      name,
      own,
      quantile(totals(name), 0.95),
      part(all, 'createMs'),
      part(all, 'destroyMs'),
      ratio(own, floor),
      ratio(own, crun),
    ];
  });
  console.log(
    `${rounds} rounds, all in turns, milliseconds from nothing to nothing; the warden has ${about.warden}\n`,
  );
  console.log(table([['', 'median', 'p95', 'create', 'destroy', '× floor', '× crun'], ...rows]));
}

/** Where the time of a creation goes, step by step; the two sides work at the same time. */
export function printSteps(samples: readonly Sample[], busy: Throughput['traces']): void {
  const steps = stepsOf(samples.flatMap(({ trace }) => (trace === undefined ? [] : [trace])));
  const busySteps = stepsOf(busy);
  const rows = [...steps].map(([name, values]) => [
    name,
    median(values),
    quantile(values, 0.95),
    median(busySteps.get(name) ?? []),
  ]);
  const headings = ['step of a creation, ms', 'median', 'p95', 'all cores busy'];
  console.log(`\n${table([headings, ...rows])}\n`);
}

/** The time of each step in each creation. */
function stepsOf(traces: readonly (readonly TraceCall[])[]): ReadonlyMap<string, number[]> {
  const steps = new Map<string, number[]>();
  for (const trace of traces) {
    const sums = new Map<string, number>();
    for (const { side, step, durationNs } of trace) {
      const name = `${side} ${step}`;
      sums.set(name, (sums.get(name) ?? 0) + durationNs / 1e6);
    }
    for (const [name, sum] of sums) steps.set(name, [...(steps.get(name) ?? []), sum]);
  }
  return steps;
}

export function printMemory(uses: readonly MemoryUse[], groupsKiB: number): void {
  const names = [...(uses[0]?.parts.keys() ?? [])];
  const rows = uses.map(({ alive, parts, sumKiB, lessAvailableKiB }) => [
    String(alive),
    ...parts.values(),
    sumKiB,
    lessAvailableKiB,
  ]);
  const title = 'KiB for each idle sandbox, alive';
  console.log(`\n${table([[title, ...names, 'sum', 'less MemAvailable'], ...rows])}`);
  const caches = uses.at(-1)?.caches.map(([name, kib]) => `${name} ${kib.toFixed(0)}`) ?? [];
  console.log(`the slab caches that grew most: ${caches.join(', ')}`);
  console.log(`two bare memory groups take ${groupsKiB.toFixed(0)} KiB on this host`);
}
