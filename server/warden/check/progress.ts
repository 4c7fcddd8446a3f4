import type { CheckQuestion, CheckState } from '../../protocol/check.ts';
import { holds, type Sequences } from './assertion.ts';
import type { Evidence } from './evidence.ts';

/**
 * How far one check has come: its sequences, and whether it is done. Lives as long as the sandbox: a
 * reload of the page forgets nothing.
 */
export class CheckProgress implements Sequences {
  readonly #reached = new Map<string, number>();
  #done = false;

  /** Once done, a check stays done. */
  get done(): boolean {
    return this.#done;
  }

  /** Holds the check against the evidence. */
  look({ conditions, hints }: CheckQuestion, evidence: Evidence): CheckState {
    if (!this.#done) {
      const results = conditions.map((one, at) => holds(one, evidence, this, `${at}`));
      const due = hints.map((one, at) => holds(one, evidence, this, `hint ${at}`));
      this.#done = results.every((result) => result);
      if (!this.#done) return { done: false, conditions: results, hints: due };
    }
    return { done: true, conditions: conditions.map(() => true), hints: hints.map(() => false) };
  }

  reached(place: string): number {
    return this.#reached.get(place) ?? 0;
  }

  reach(place: string, members: number): void {
    this.#reached.set(place, members);
  }
}
