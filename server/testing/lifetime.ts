import type { Lifetime } from '../protocol/lifetime.ts';

/** A life with nothing special about it. */
export const exampleLife = (change: Partial<Lifetime> = {}): Lifetime => ({
  now: 0,
  endsAt: 1e13,
  extension: { kind: 'refused', why: 'not-allowed' },
  idle: null,
  idleMs: 1_800_000,
  ...change,
});
