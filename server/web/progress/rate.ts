/** Names that are counted at once; when there are more, the count begins anew for all. */
const NAMES_MAX = 10_000;

/** So many times in each span of time, and no more. */
export class Rate {
  readonly #most: number;
  readonly #spanMs: number;
  readonly #taken = new Map<string, number>();
  #began = performance.now();

  constructor(most: number, spanMs: number) {
    this.#most = most;
    this.#spanMs = spanMs;
  }

  /** Counts one more of this name; false when it is one too many. */
  take(name: string): boolean {
    const now = performance.now();
    if (now - this.#began >= this.#spanMs || this.#taken.size >= NAMES_MAX) {
      this.#began = now;
      this.#taken.clear();
    }
    const taken = (this.#taken.get(name) ?? 0) + 1;
    this.#taken.set(name, taken);
    return taken <= this.#most;
  }
}
