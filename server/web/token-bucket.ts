/** Names that are remembered at once; who has been quiet for longest is forgotten first, and begins with a full bucket. */
const NAMES_MAX = 10_000;

/** A bucket of tokens for each name: so many at once, and then so many a second. */
export class TokenBucket {
  readonly #burst: number;
  readonly #perSecond: number;
  readonly #buckets = new Map<string, { tokens: number; at: number }>();

  constructor(burst: number, perSecond: number) {
    this.#burst = burst;
    this.#perSecond = perSecond;
  }

  /** Takes one; false when there is none. */
  take(name: string, now = performance.now()): boolean {
    const known = this.#buckets.get(name);
    const filled = known && known.tokens + ((now - known.at) / 1000) * this.#perSecond;
    const tokens = Math.min(this.#burst, filled ?? this.#burst);
    const has = tokens >= 1;
    // Last in the order of the map: it was used last.
    this.#buckets.delete(name);
    this.#buckets.set(name, { tokens: has ? tokens - 1 : tokens, at: now });
    if (this.#buckets.size > NAMES_MAX) {
      const [oldest] = this.#buckets.keys();
      if (oldest !== undefined) this.#buckets.delete(oldest);
    }
    return has;
  }
}
