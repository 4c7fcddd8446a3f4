import type { LinePlace } from '../protocol/lifetime.ts';
import type { SandboxNeed } from '../protocol/needs.ts';

/** One who waits for a sandbox. */
export type Waiting = {
  readonly owner: string;
  needs: readonly SandboxNeed[];
  /** Pages that wait with him. Without one, the place is kept for a while, and others are served first. */
  pages: number;
  lapse: NodeJS.Timeout | undefined;
};

/** Who waits for a sandbox, first come first served: one place for each owner, however many pages wait with him. */
export class WaitingLine {
  readonly #places = new Map<string, Waiting>();
  readonly #max: number;
  readonly #keptMs: number;
  readonly #lapsed: () => void;

  /** `lapsed` is told when somebody who did not come back has lost his place. */
  constructor(max: number, keptMs: number, lapsed: () => void) {
    this.#max = max;
    this.#keptMs = keptMs;
    this.#lapsed = lapsed;
  }

  get size(): number {
    return this.#places.size;
  }

  /** A place at the end, or the one that the owner has. False when the line is too long for one more. */
  join(owner: string, needs: readonly SandboxNeed[]): boolean {
    const known = this.#places.get(owner);
    if (known !== undefined) {
      known.needs = needs;
      return true;
    }
    if (this.#places.size >= this.#max) return false;
    const place: Waiting = { owner, needs, pages: 0, lapse: undefined };
    this.#places.set(owner, place);
    this.#keep(place);
    return true;
  }

  /** One page more waits with the owner. */
  arrive(owner: string): void {
    const place = this.#places.get(owner);
    if (place === undefined) return;
    place.pages += 1;
    clearTimeout(place.lapse);
  }

  /** One page less. */
  depart(owner: string): void {
    const place = this.#places.get(owner);
    if (place === undefined) return;
    place.pages -= 1;
    if (place.pages <= 0) this.#keep(place);
  }

  /** Gives up the place; false when there was none. */
  leave(owner: string): boolean {
    clearTimeout(this.#places.get(owner)?.lapse);
    return this.#places.delete(owner);
  }

  /** The first who is there. */
  first(): Waiting | undefined {
    for (const place of this.#places.values()) if (place.pages > 0) return place;
    return undefined;
  }

  /** All, in their order. */
  all(): readonly Waiting[] {
    return [...this.#places.values()];
  }

  #keep(place: Waiting): void {
    clearTimeout(place.lapse);
    place.lapse = setTimeout(() => {
      this.#places.delete(place.owner);
      this.#lapsed();
    }, this.#keptMs);
    place.lapse.unref();
  }
}

/** When a sandbox that somebody has now ends: for certain, and if it goes on as it seems. */
export type ExpectedEnd = { readonly endsAt: number; readonly likelyEndsAt: number };

/** From the end of one sandbox until the next is there. */
const HANDOVER_MS = 5_000;

/** Sooner by less than this is not worth a word. */
const SOONER_MS = 60_000;

/**
 * The places of a line. Whoever waits knows the worst: lives end when they must, they get no longer while
 * somebody waits, and whoever is served before keeps a sandbox for a whole life.
 */
export function linePlaces(
  waiting: number,
  ends: readonly ExpectedEnd[],
  lifeMs: number,
  now: number,
): readonly LinePlace[] {
  const latest = turnTimes(
    waiting,
    ends.map(({ endsAt }) => endsAt),
    lifeMs,
  );
  const likely = turnTimes(
    waiting,
    ends.map(({ likelyEndsAt }) => likelyEndsAt),
    lifeMs,
  );
  return latest.map((latestAt, index) => {
    const likelyAt = likely[index] ?? latestAt;
    return {
      now,
      position: index + 1,
      latestAt,
      // Nothing is known of what those will do who are served before.
      likelyAt: index < ends.length && latestAt - likelyAt >= SOONER_MS ? likelyAt : null,
    };
  });
}

/** Serves the line with the sandboxes that end, and then with those that were given to the line itself. */
function turnTimes(waiting: number, ends: readonly number[], lifeMs: number): readonly number[] {
  const known = [...ends].sort((one, other) => one - other);
  const given: number[] = [];
  const times: number[] = [];
  let usedKnown = 0;
  let usedGiven = 0;
  for (let place = 0; place < waiting; place += 1) {
    const fromKnown = known[usedKnown] ?? Infinity;
    const fromGiven = given[usedGiven] ?? Infinity;
    if (fromKnown <= fromGiven) usedKnown += 1;
    else usedGiven += 1;
    const time = Math.min(fromKnown, fromGiven) + HANDOVER_MS;
    times.push(time);
    // In order, because they are served in order.
    given.push(time + lifeMs);
  }
  return times;
}
