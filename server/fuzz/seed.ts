import { randomInt } from 'node:crypto';

/** The seed of this run; `GLASSBOX_FUZZ_SEED` repeats another one. */
export function fuzzSeed(): number {
  const given = process.env.GLASSBOX_FUZZ_SEED;
  if (given === undefined || given === '') return randomInt(2 ** 31);
  const seed = Number(given);
  if (!Number.isInteger(seed) || seed < 0)
    throw new Error(`GLASSBOX_FUZZ_SEED=${given} is no seed.`);
  return seed;
}

/** A seed for one of many that run at the same time: each repeats, whatever the others do. */
export const partSeed = (seed: number, part: number): number =>
  (seed ^ Math.imul(part + 1, 0x9e3779b1)) >>> 0;
