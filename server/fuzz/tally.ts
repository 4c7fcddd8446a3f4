/** How many cases of each kind came to which end, and those that came to a wrong one. */
export class Tally {
  readonly wrong: string[] = [];
  readonly #counts = new Map<string, Map<string, number>>();
  readonly #every: number;
  readonly #tell: (sentence: string) => void;
  #cases = 0;

  /** Tells each time that so many more have been tried. */
  constructor(every = Number.POSITIVE_INFINITY, tell: (sentence: string) => void = () => {}) {
    this.#every = every;
    this.#tell = tell;
  }

  get cases(): number {
    return this.#cases;
  }

  count(kind: string, outcome: string): void {
    const outcomes = this.#counts.get(kind) ?? new Map<string, number>();
    this.#counts.set(kind, outcomes);
    outcomes.set(outcome, (outcomes.get(outcome) ?? 0) + 1);
    this.#cases += 1;
    if (this.#cases % this.#every === 0) {
      this.#tell(`${this.#cases} cases, ${this.wrong.length} of them wrong`);
    }
  }

  /** One line for each kind. */
  lines(): string[] {
    return [...this.#counts]
      .toSorted(([one], [other]) => (one < other ? -1 : 1))
      .map(([kind, outcomes]) => {
        const parts = [...outcomes].map(([outcome, count]) => `${outcome} ${count}`);
        return `${kind.padEnd(34)} ${parts.toSorted().join(', ')}`;
      });
  }
}
