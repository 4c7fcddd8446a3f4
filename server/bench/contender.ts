import type { TraceCall } from '../protocol/trace.ts';

/** One round: from nothing to nothing, in milliseconds. */
export type Sample = {
  readonly totalMs: number;
  /** Until PID 1 runs, and from then until nothing is left, where the two can be told apart. */
  readonly createMs?: number;
  readonly destroyMs?: number;
  readonly trace?: readonly TraceCall[];
};

/** One of those that take turns. */
export type Contender = {
  readonly name: string;
  readonly round: () => Promise<Sample>;
  readonly close: () => Promise<void>;
};

/** A contender, or why there is none on this host. */
export type Entrant = Contender | { readonly name: string; readonly skipped: string };
