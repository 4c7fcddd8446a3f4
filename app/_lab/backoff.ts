const FIRST_MS = 250;
const LONGEST_MS = 15_000;

/**
 * How long to wait before attempt number `attempt` (from 0) to reconnect: twice as long each time, and
 * spread at random over the upper half, so that a class whose lab restarts does not come back at once.
 */
export function reconnectDelayMs(attempt: number, random: () => number = Math.random): number {
  const ceiling = Math.min(FIRST_MS * 2 ** attempt, LONGEST_MS);
  return Math.round(ceiling / 2 + (ceiling / 2) * random());
}
