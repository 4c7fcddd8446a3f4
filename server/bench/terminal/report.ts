import { median, quantile, table } from '../statistics.ts';
import { OURS } from './contenders.ts';
import { CROWD, type Echoes, FLOODING, SURROUNDINGS } from './echo.ts';
import type { PerTerminal, Sluggard } from './memory.ts';
import type { Memory } from './process-use.ts';
import type { Flows } from './throughput.ts';

export function printThroughput(flows: Flows, megabytes: number): void {
  const rows = flows.flatMap(({ content, screen, of }) => {
    const speed = (name: string) =>
      (of.get(name) ?? []).map(({ megabytesPerSecond }) => megabytesPerSecond);
    return [...of].map(([name, all]) => [
      `${content}, ${screen}: ${name}`,
      median(speed(name)),
      Math.min(...speed(name)),
      median(all.map(({ cpuMsPerMegabyte }) => cpuMsPerMegabyte)),
      median(speed(OURS)) / median(speed(name)),
    ]);
  });
  const headings = ['', 'MB/s', 'worst', 'server ms/MB', 'ours ×'];
  console.log(`\n${megabytes} MB a turn, all in turns; blind parses nothing, xterm draws\n`);
  console.log(table([headings, ...rows]));
}

const TITLES = {
  idle: 'idle',
  flood: `${FLOODING} others flood`,
  crowd: `${CROWD} others open`,
} as const;

export function printEcho(echoes: Echoes): void {
  const rows = SURROUNDINGS.flatMap((surroundings) => {
    const of = echoes[surroundings];
    const ours = median(of.get(OURS) ?? []);
    return [...of].map(([name, times]) => [
      `${TITLES[surroundings]}: ${name}`,
      median(times),
      quantile(times, 0.95),
      quantile(times, 0.99),
      ours / median(times),
    ]);
  });
  const keys = echoes.idle.get(OURS)?.length ?? 0;
  console.log(`\n${keys} keys, milliseconds from the press until it is back\n`);
  console.log(table([['', 'p50', 'p95', 'p99', 'ours ×'], ...rows]));
}

export function printMemory(
  open: ReadonlyMap<string, readonly PerTerminal[]>,
  full: PerTerminal,
): void {
  const row = (name: string, { terminals, rssKiB, pssKiB }: PerTerminal) => [
    `${terminals} open: ${name}`,
    rssKiB,
    pssKiB,
  ];
  const rows = [...open].flatMap(([name, all]) => all.map((each) => row(name, each)));
  console.log('\nKiB for each terminal more, of all processes of the server\n');
  console.log(
    table([['', 'RSS', 'PSS'], ...rows, row(`${OURS}, which remember all they may`, full)]),
  );
}

export function printSluggards(
  uses: readonly { readonly name: string; readonly sluggard: Sluggard; readonly memory: Memory }[],
): void {
  const rows = uses.map(({ name, sluggard, memory }) => [
    `${sluggard}: ${name}`,
    memory.rssKiB,
    memory.pssKiB,
  ]);
  console.log('\nKiB for each client more that lets a flood come, after ten seconds\n');
  console.log(table([['', 'RSS', 'PSS'], ...rows]));
}
