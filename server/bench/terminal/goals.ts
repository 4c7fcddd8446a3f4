import { goal } from '../goals.ts';
import { median, quantile } from '../statistics.ts';
import { MINIMAL, OURS, TTYD } from './contenders.ts';
import type { Echoes } from './echo.ts';
import type { PerTerminal } from './memory.ts';
import type { Memory } from './process-use.ts';
import type { Flows } from './throughput.ts';

/** What was measured; parts that were left out are missing. */
export type Measured = {
  readonly flows?: Flows | undefined;
  readonly echoes?: Echoes | undefined;
  readonly open?: readonly PerTerminal[] | undefined;
  readonly stopped?: Memory | undefined;
};

export function printGoals({ flows, echoes, open, stopped }: Measured): void {
  console.log('');
  for (const { content, screen, of } of flows ?? []) {
    const speed = (name: string) =>
      median((of.get(name) ?? []).map(({ megabytesPerSecond }) => megabytesPerSecond));
    const minimal = Math.max(...MINIMAL.map(speed));
    const [other, least, name] = of.has(TTYD)
      ? [speed(TTYD), 1, 'ttyd’s']
      : [minimal, 0.75, 'the minimal server’s'];
    goal(
      `${content}, ${screen}: ≥ ${least} × ${name}`,
      speed(OURS) / other,
      (value) => value >= least,
    );
  }
  if (echoes !== undefined) {
    const idle = echoes.idle.get(OURS) ?? [];
    const minimal = Math.min(...MINIMAL.map((name) => median(echoes.idle.get(name) ?? [])));
    goal('echo, idle: p50 ≤ 1 ms', median(idle), (value) => value <= 1);
    goal('… ≤ 2 × the minimal server’s', median(idle) / minimal, (value) => value <= 2);
    goal('echo, idle: p99 ≤ 5 ms', quantile(idle, 0.99), (value) => value <= 5);
    const flooded = quantile(echoes.flood.get(OURS) ?? [], 0.99);
    goal('echo under flood: p99 ≤ 12 ms', flooded, (value) => value <= 12);
  }
  if (stopped !== undefined) {
    goal('a reader that stopped ≤ 1 MB', (stopped.rssKiB * 1024) / 1e6, (value) => value <= 1);
  }
  for (const { terminals, rssKiB } of open ?? []) {
    goal(`a terminal of ${terminals} ≤ 200 KB`, (rssKiB * 1024) / 1e3, (value) => value <= 200);
  }
}
