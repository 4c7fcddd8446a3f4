import { PATIENCE } from '../testing/patience.ts';
import { within } from '../testing/within.ts';
import type { Judgement } from './verdict.ts';

/**
 * A row takes no longer, even when its attack, witnesses and neighbour all use up their own time. All rows together
 * take two minutes; what comes after `run` is not tried, and has failed: so the last row and the end of the lab are
 * over before the suite's own limit.
 */
const LIMIT_SECONDS = { row: 120, run: 6 * 60 } as const;

/** One row of the table. */
export type Row = {
  readonly name: string;
  readonly judgement: Judgement;
  readonly seconds: number;
  /** What should have judged it failed itself: what was attacked may not be as the next row needs it. */
  readonly broken: boolean;
};

/**
 * The rows of a run, one after the other. None can take the others' time: one that hangs is a row that has
 * failed, with its name and what it waited for.
 */
export class Rows {
  readonly #limits: { readonly row: number; readonly run: number };
  readonly #rows: Row[] = [];
  readonly #began = performance.now();
  #running: { readonly name: string; readonly began: number } | undefined;
  #ended = false;

  /** The limits are longer where the machine is emulated. */
  constructor(seconds: { readonly row: number; readonly run: number } = LIMIT_SECONDS) {
    this.#limits = { row: seconds.row, run: seconds.run * PATIENCE };
  }

  /** Those that are over. */
  get all(): readonly Row[] {
    return this.#rows;
  }

  async try(name: string, act: () => Promise<Judgement>): Promise<Row> {
    const began = performance.now();
    if (began - this.#began >= this.#limits.run * 1000) {
      return this.#add(name, began, `not tried: all took more than ${this.#limits.run} s`);
    }
    this.#running = { name, began };
    try {
      const judgement = await within(this.#limits.row, name, act());
      return this.#add(name, began, judgement);
    } catch (error) {
      const why = error instanceof Error ? error.message : String(error);
      return this.#add(name, began, `it could not be tried: ${why}`);
    } finally {
      this.#running = undefined;
    }
  }

  /** The whole run fails here: in the row that is being tried, if one is. What comes after it counts no more. */
  fail(why: string): void {
    const { name, began } = this.#running ?? { name: 'the run', began: performance.now() };
    this.#add(name, began, why);
    this.#ended = true;
  }

  /** A sentence instead of a judgement says why there is none. */
  #add(name: string, began: number, judgement: Judgement | string): Row {
    const broken = typeof judgement === 'string';
    const row: Row = {
      name,
      judgement: broken ? { verdict: 'open', text: judgement } : judgement,
      seconds: (performance.now() - began) / 1000,
      broken,
    };
    if (!this.#ended) this.#rows.push(row);
    return row;
  }
}
