import { setTimeout as wait } from 'node:timers/promises';
import { Chance } from '../../churn/chance.ts';
import type { BenchTerminal } from './bench-terminal.ts';
import type { Contender } from './contenders.ts';
import { openFlooders } from './flooders.ts';
import { openTerminal, openTerminals } from './open-terminal.ts';

/** What goes on in other terminals meanwhile. */
export const SURROUNDINGS = ['idle', 'flood', 'crowd'] as const;
export type Surroundings = (typeof SURROUNDINGS)[number];

export const FLOODING = 5;
export const CROWD = 100;

/** Not counted: a server that has just begun is compiling what it runs (a lab runs for days). */
const WARM_UP_KEYS = 500;

/** Keys in one turn; then it is another's. */
const KEYS_PER_TURN = 50;
const PAUSE_MS = { least: 1, most: 8 } as const;

/** Milliseconds of each key, by contender. */
export type Echoes = Readonly<Record<Surroundings, ReadonlyMap<string, readonly number[]>>>;

export async function measureEcho(contenders: readonly Contender[], keys: number): Promise<Echoes> {
  const typists = await Promise.all(contenders.map(sitDown));
  await takeTurns(typists, WARM_UP_KEYS, NOTHING);
  const idle = await takeTurns(typists, keys, NOTHING);
  const flood = await withFlood(typists, keys);
  const crowds: BenchTerminal[] = [];
  for (const { server } of contenders) crowds.push(...(await openTerminals(server, CROWD)));
  const crowd = await takeTurns(typists, keys, NOTHING);
  for (const terminal of [...crowds, ...typists.map(({ terminal }) => terminal)]) {
    await terminal.close();
  }
  return { idle, flood, crowd };
}

type Typist = { readonly contender: Contender; readonly terminal: BenchTerminal };
type Around = {
  readonly begin: (name: string) => Promise<void>;
  readonly stop: (name: string) => Promise<void>;
};
const NOTHING: Around = { begin: async () => {}, stop: async () => {} };

async function sitDown(contender: Contender): Promise<Typist> {
  const terminal = await openTerminal(contender.server);
  await terminal.echo();
  return { contender, terminal };
}

/** Each server is flooded while its own typist types, and no longer. */
async function withFlood(typists: readonly Typist[], keys: number) {
  const flooders = new Map(
    await Promise.all(
      typists.map(
        async ({ contender: { name, server } }) =>
          [name, await openFlooders(server, FLOODING)] as const,
      ),
    ),
  );
  const times = await takeTurns(typists, keys, {
    begin: async (name) => flooders.get(name)?.begin(),
    stop: async (name) => flooders.get(name)?.stop(),
  });
  for (const each of flooders.values()) await each.close();
  return times;
}

async function takeTurns(
  typists: readonly Typist[],
  keys: number,
  around: Around,
): Promise<ReadonlyMap<string, readonly number[]>> {
  const chance = new Chance(1);
  const times = new Map<string, number[]>(typists.map(({ contender }) => [contender.name, []]));
  for (let typed = 0; typed < keys; typed += KEYS_PER_TURN) {
    for (const { contender, terminal } of typists) {
      await around.begin(contender.name);
      for (let key = 0; key < KEYS_PER_TURN; key += 1) {
        await wait(PAUSE_MS.least + chance.next() * (PAUSE_MS.most - PAUSE_MS.least));
        times.get(contender.name)?.push(await terminal.key());
      }
      await around.stop(contender.name);
    }
  }
  return times;
}
