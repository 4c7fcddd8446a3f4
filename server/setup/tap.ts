import { NOTHING, type Outcome } from './outcome.ts';

/** A result line of the Test Anything Protocol: `ok 3 - it adds # SKIP reason`. Indented ones are details. */
const RESULT = /^(not )?ok\b(?: +\d+)?(?: +-)? *(.*?)(?: *# *(SKIP|TODO)\b *(.*))?$/i;

const PLAN = /^1\.\.(\d+)/;

/**
 * Counts the results of one or more programs whose output follows each other. A plan (`1..N`) that promises
 * more than there is means that a program has crashed.
 */
export function parseTap(output: string): Outcome {
  let planned = 0;
  const outcome = {
    ...NOTHING,
    failures: [] as string[],
    reasons: [] as string[],
  };
  for (const line of output.split('\n')) {
    planned += Number(PLAN.exec(line)?.[1] ?? 0);
    const [match, bad, name = '', directive, reason] = RESULT.exec(line) ?? [];
    if (match === undefined) continue;
    if (directive) {
      outcome.skipped += 1;
      outcome.reasons.push(`${name}: ${reason || 'no reason given'}`);
    } else if (bad) {
      outcome.failed += 1;
      outcome.failures.push(name);
    } else {
      outcome.passed += 1;
    }
  }
  const lost = planned - outcome.passed - outcome.failed - outcome.skipped;
  if (lost > 0) {
    outcome.failed += lost;
    outcome.failures.push(`${lost} planned tests have not been run`);
  }
  return outcome;
}
