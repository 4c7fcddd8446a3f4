import { PATIENCE } from '../testing/patience.ts';
import { within } from '../testing/within.ts';
import type { Judgement } from './verdict.ts';

/** More than any row takes whose attack, witnesses and neighbour all use up their own time. */
const ROW_SECONDS = 120;

/**
 * All rows together take two minutes. What comes after this is not tried, and has failed: so the last row and the
 * end of the lab are over before the suite's own limit.
 */
const RUN_SECONDS = 6 * 60;

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
  readonly #rows: Row[] = [];
  readonly #began = performance.now();
  #running: { readonly name: string; readonly began: number } | undefined;
  #ended = false;

  /** Those that are over. */
  get all(): readonly Row[] {
    return this.#rows;
  }

  async try(name: string, act: () => Promise<Judgement>): Promise<Row> {
    const began = performance.now();
    if (began - this.#began > RUN_SECONDS * PATIENCE * 1000) {
      return this.#add(name, began, `not tried: all took more than ${RUN_SECONDS * PATIENCE} s`);
    }
    this.#running = { name, began };
    try {
      const judgement = await within(ROW_SECONDS, name, act());
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
