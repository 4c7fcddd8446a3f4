import * as z from 'zod';

/** What a suite of tests came to. */
export type Outcome = {
  readonly passed: number;
  readonly failed: number;
  readonly skipped: number;
  /** What failed, one line each; the details have been printed when they were known. */
  readonly failures: readonly string[];
  /** Why tests were skipped. */
  readonly reasons: readonly string[];
};

/** The same as it is read from a file of another process. */
export const outcomeSchema = z.object({
  passed: z.int(),
  failed: z.int(),
  skipped: z.int(),
  failures: z.array(z.string()),
  reasons: z.array(z.string()),
});

export const passed = (): Outcome => ({
  passed: 1,
  failed: 0,
  skipped: 0,
  failures: [],
  reasons: [],
});

export const failed = (failure: string): Outcome => ({
  passed: 0,
  failed: 1,
  skipped: 0,
  failures: [failure],
  reasons: [],
});

export const skipped = (what: string, reason: string): Outcome => ({
  passed: 0,
  failed: 0,
  skipped: 1,
  failures: [],
  reasons: [`${what}: ${reason}`],
});

export function add(one: Outcome, other: Outcome): Outcome {
  return {
    passed: one.passed + other.passed,
    failed: one.failed + other.failed,
    skipped: one.skipped + other.skipped,
    failures: [...one.failures, ...other.failures],
    reasons: [...one.reasons, ...other.reasons],
  };
}

export const NOTHING: Outcome = { passed: 0, failed: 0, skipped: 0, failures: [], reasons: [] };

/**
 * A runner that ends badly without having said that a test failed, or that has run no test at all, has
 * failed itself: silence never counts as success.
 */
export function judge(counted: Outcome, ended: string): Outcome {
  // With an exit code it says that a test has failed, and that one is counted already.
  const isKnown = counted.failed > 0 && ended.startsWith('exit code');
  if (ended !== '' && !isKnown) return add(counted, failed(`the runner ended with ${ended}`));
  if (counted.passed + counted.failed + counted.skipped === 0) return failed('no test was run');
  return counted;
}
