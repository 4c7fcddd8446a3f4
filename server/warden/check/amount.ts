import type { Amount } from '../../protocol/check.ts';

/** Is it so much? What is not known never is. */
export function isAmount(wanted: Amount, actual: number | undefined): boolean {
  if (actual === undefined || !Number.isFinite(actual)) return false;
  if (typeof wanted === 'number') return actual === wanted;
  const { atLeast = Number.NEGATIVE_INFINITY, atMost = Number.POSITIVE_INFINITY } = wanted;
  return actual >= atLeast && actual <= atMost;
}

/** The same where the pattern may leave it out. */
export function allows(wanted: Amount | undefined, actual: number | undefined): boolean {
  return wanted === undefined || isAmount(wanted, actual);
}
