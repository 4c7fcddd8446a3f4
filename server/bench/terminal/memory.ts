import { setTimeout as wait } from 'node:timers/promises';
import { type BenchTerminal, SILENT } from './bench-terminal.ts';
import type { Contender } from './contenders.ts';
import { openTerminals } from './open-terminal.ts';
import { growth, type Memory, memoryOf, settledMemory } from './process-use.ts';

/**
 * The first ones bring along what is for all: code that is compiled, a heap that has its size. They stay, and
 * what is measured is what each further one costs.
 */
const WARM_UP = 50;
const WARM_UP_SLUGGARDS = 10;

/** More than any server remembers. */
const FULL = 'seq 1 150000';

/** What one terminal of so many takes. */
export type PerTerminal = Memory & { readonly terminals: number };

/** Terminals at their prompt, more and more of them. */
export async function measureOpen(
  { server, pids }: Contender,
  counts: readonly number[],
): Promise<PerTerminal[]> {
  const warm = await openTerminals(server, WARM_UP);
  const before = await settledMemory(pids());
  const open: BenchTerminal[] = [];
  const measured: PerTerminal[] = [];
  for (const count of counts) {
    open.push(...(await openTerminals(server, count - open.length)));
    measured.push({ terminals: count, ...growth(before, await settledMemory(pids()), count) });
  }
  for (const terminal of [...open, ...warm]) await terminal.close();
  return measured;
}

/** Terminals that have printed more than is remembered. */
export async function measureFull(
  { server, pids }: Contender,
  count: number,
): Promise<PerTerminal> {
  const warm = await openTerminals(server, WARM_UP);
  for (const terminal of warm) await terminal.run(FULL);
  const before = await settledMemory(pids());
  const full = await openTerminals(server, count);
  for (const terminal of full) await terminal.run(FULL);
  const measured = { terminals: count, ...growth(before, await settledMemory(pids()), count) };
  for (const terminal of [...full, ...warm]) await terminal.close();
  return measured;
}

const STOPPED_MS = 10_000;

/** `stopped` reads the socket no more; `silent` reads and never acknowledges. */
export type Sluggard = 'stopped' | 'silent';

/** What each of so many clients costs that start a flood and let it come, after ten seconds. */
export async function measureSluggards(
  { server, pids }: Contender,
  sluggard: Sluggard,
  count: number,
): Promise<Memory> {
  const warm = await openTerminals(server, WARM_UP_SLUGGARDS);
  for (const terminal of warm) await terminal.run(FULL);
  const terminals = await openTerminals(server, count);
  const before = await settledMemory(pids());
  for (const terminal of terminals) letFlood(terminal, sluggard);
  await wait(STOPPED_MS);
  const measured = growth(before, memoryOf(pids()), count);
  for (const terminal of [...terminals, ...warm]) await terminal.close();
  return measured;
}

function letFlood(terminal: BenchTerminal, sluggard: Sluggard): void {
  terminal.screen = SILENT;
  terminal.type('yes\r');
  if (sluggard === 'stopped') terminal.stopReading();
}
