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
  if (echoes !== undefined) printEchoGoals(echoes);
  if (stopped !== undefined) {
    goal('a reader that stopped ≤ 1 MB', (stopped.rssKiB * 1024) / 1e6, (value) => value <= 1);
  }
  for (const { terminals, rssKiB } of open ?? []) {
    goal(`a terminal of ${terminals} ≤ 200 KB`, (rssKiB * 1024) / 1e3, (value) => value <= 200);
  }
}

function printEchoGoals({ idle, flood }: Echoes): void {
  const ours = (of: Echoes[keyof Echoes], share: number) => quantile(of.get(OURS) ?? [], share);
  const least = (of: Echoes[keyof Echoes], share: number) =>
    Math.min(...MINIMAL.map((name) => quantile(of.get(name) ?? [], share)));
  const p50 = ours(idle, 0.5);
  goal('echo, idle: p50 ≤ 1 ms', p50, (value) => value <= 1);
  goal('… ≤ 2 × the minimal server’s', p50 / least(idle, 0.5), (value) => value <= 2);
  goal('echo, idle: p99 ≤ 5 ms', ours(idle, 0.99), (value) => value <= 5);
  sayIfHostIsBusy(least(idle, 0.99), 5);
  goal('echo under flood: p99 ≤ 12 ms', ours(flood, 0.99), (value) => value <= 12);
  sayIfHostIsBusy(least(flood, 0.99), 12);
}

/** What not even the least of servers reaches says something of the host. */
function sayIfHostIsBusy(minimalMs: number, mostMs: number): void {
  if (minimalMs > mostMs) console.log(`      the minimal server’s is ${minimalMs.toFixed(2)}`);
}
