import { PLACE_KEPT_MS } from '../protocol/lifetime.ts';
import type { GoneReason } from '../protocol/sandbox-state.ts';

/** Whoever throws a machine away, or loses it by an accident while a page shows it, gets the next one without waiting in a line. */
const KEEPS = {
  reset: true,
  died: true,
  expired: false,
  idle: false,
  exhausted: false,
  shutdown: false,
  restarted: false,
} as const satisfies Record<GoneReason, boolean>;

/** Room in a full lab that is kept for owners between one sandbox and the next. */
export class KeptRooms {
  readonly #byOwner = new Map<
    string,
    { readonly endsAt: number; readonly lapse: NodeJS.Timeout }
  >();
  readonly #lapsed: () => void;

  constructor(lapsed: () => void) {
    this.#lapsed = lapsed;
  }

  get size(): number {
    return this.#byOwner.size;
  }

  has(owner: string): boolean {
    return this.#byOwner.has(owner);
  }

  /** Until when those sandboxes would have lived. */
  ends(): readonly number[] {
    return [...this.#byOwner.values()].map(({ endsAt }) => endsAt);
  }

  /** A sandbox is no more for this reason; it would have ended then. */
  keep(owner: string, reason: GoneReason, endsAt: number): void {
    if (!KEEPS[reason]) return;
    this.take(owner);
    const lapse = setTimeout(() => {
      this.#byOwner.delete(owner);
      this.#lapsed();
    }, PLACE_KEPT_MS);
    lapse.unref();
    this.#byOwner.set(owner, { endsAt, lapse });
  }

  /** The owner is back: when the sandbox before would have ended. */
  take(owner: string): number | undefined {
    const kept = this.#byOwner.get(owner);
    clearTimeout(kept?.lapse);
    this.#byOwner.delete(owner);
    return kept?.endsAt;
  }
}
