import { setTimeout as wait } from 'node:timers/promises';
import type { BenchTerminal } from '../bench/terminal/bench-terminal.ts';
import { openTerminal } from '../bench/terminal/open-terminal.ts';
import { PATIENCE } from '../testing/patience.ts';

const KEY_MS = 20;
const LOST_MS = 20_000 * PATIENCE;

/** A learner who types while others misbehave. */
export type HonestPage = {
  /** How many keys have come back; throws when one has not, or came back as another. */
  readonly stop: () => Promise<{ readonly keys: number; readonly slowestMs: number }>;
};

/** Types until it is stopped; each key must come back before the next one. */
export async function honestPage(address: string): Promise<HonestPage> {
  const terminal = await openTerminal({ speaks: 'glassbox', address });
  await terminal.echo();
  let stopped = false;
  const typed = typeUntil(terminal, () => stopped);
  typed.catch(() => {});
  return {
    async stop() {
      stopped = true;
      const { keys, slowestMs } = await typed;
      await terminal.close();
      return { keys, slowestMs };
    },
  };
}

async function typeUntil(terminal: BenchTerminal, isStopped: () => boolean) {
  const shown: Buffer[] = [];
  terminal.screen = (bytes, drawn) => {
    shown.push(Buffer.from(bytes));
    drawn();
  };
  let keys = 0;
  let slowestMs = 0;
  while (!isStopped()) {
    const lost = wait(LOST_MS, undefined, { ref: false }).then(() => {
      throw new Error(`Key ${keys + 1} never came back.`);
    });
    slowestMs = Math.max(slowestMs, await Promise.race([terminal.key(), lost]));
    keys += 1;
    await wait(KEY_MS);
  }
  const text = Buffer.concat(shown).toString('latin1');
  if (text !== 'x'.repeat(keys)) throw new Error(`${keys} keys came back as ${text}`);
  return { keys, slowestMs };
}
