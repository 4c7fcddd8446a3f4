import type { GoneReason } from '../protocol/sandbox-state.ts';

/** So many owners are remembered whose sandbox is no more; the longest ago is forgotten first. */
const REMEMBERED_MAX = 10_000;

/** So long it is worth knowing. */
const DAY_MS = 24 * 60 * 60_000;

/** Why an owner's last sandbox is no more: for a page that was asleep when it ended. */
export class Farewells {
  readonly #byOwner = new Map<string, { readonly reason: GoneReason; readonly at: number }>();

  note(owner: string, reason: GoneReason): void {
    this.#byOwner.delete(owner);
    this.#byOwner.set(owner, { reason, at: Date.now() });
    if (this.#byOwner.size <= REMEMBERED_MAX) return;
    const [oldest] = this.#byOwner.keys();
    if (oldest !== undefined) this.#byOwner.delete(oldest);
  }

  forget(owner: string): void {
    this.#byOwner.delete(owner);
  }

  /** Nothing is known of what an earlier lab had. */
  of(owner: string): GoneReason {
    const last = this.#byOwner.get(owner);
    return last === undefined || Date.now() - last.at > DAY_MS ? 'restarted' : last.reason;
  }
}
