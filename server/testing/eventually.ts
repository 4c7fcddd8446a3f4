import { setTimeout as wait } from 'node:timers/promises';
import { PATIENCE } from './patience.ts';

/** How long a test waits for what must come: far longer than it takes on a busy machine. */
const DEADLINE_MS = 20_000 * PATIENCE;

/** For what tells no event: looks again and again until it is there, and fails with the sentence when it never is. */
export async function eventually<T>(
  sentence: string | (() => string),
  look: () => T | undefined | false | Promise<T | undefined | false>,
  deadlineMs = DEADLINE_MS,
): Promise<T> {
  const deadline = performance.now() + deadlineMs;
  for (;;) {
    const seen = await look();
    if (seen !== undefined && seen !== false) return seen;
    if (performance.now() > deadline) {
      throw new Error(`Never came true: ${typeof sentence === 'string' ? sentence : sentence()}`);
    }
    await wait(5);
  }
}
