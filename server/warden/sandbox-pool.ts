/** Nobody has asked for a sandbox for so long before one is made ahead. */
export const POOL_PAUSE_MS = 250;

/** After one could not be made: what is wrong with the host will not pass at once. */
const RETRY_MS = 30_000;

/**
 * Keeps a few things made ahead. They are made one at a time, and only when nobody has wanted one for a
 * while: a class that starts all at once is not made to wait for the next class. Lives and deaths are the
 * owner's, who says so with `drop`.
 */
export class SandboxPool<T> {
  readonly #size: number;
  readonly #make: () => Promise<T | undefined>;
  readonly #ready: T[] = [];
  #timer: NodeJS.Timeout | undefined;
  #making = false;
  #stopped = false;

  /** `make` gives nothing when there is no room, or when it failed and has said so. */
  constructor(size: number, make: () => Promise<T | undefined>) {
    this.#size = size;
    this.#make = make;
  }

  /** How many are ready. */
  get ready(): number {
    return this.#ready.length;
  }

  /** The oldest, if there is one. It is the caller's from now on. */
  take(): T | undefined {
    const taken = this.#ready.shift();
    this.fillLater();
    return taken;
  }

  /** This one is no good any more. */
  drop(dropped: T): void {
    const index = this.#ready.indexOf(dropped);
    if (index < 0) return;
    this.#ready.splice(index, 1);
    this.fillLater();
  }

  /** Begins to fill after the pause, which begins anew each time that somebody wants something. */
  fillLater(afterMs = POOL_PAUSE_MS): void {
    clearTimeout(this.#timer);
    if (this.#stopped || this.#making || this.#ready.length >= this.#size) return;
    this.#timer = setTimeout(() => void this.#fill(), afterMs);
  }

  /** Makes no more. What is ready, and what is being made, is left to its owner. */
  stop(): void {
    this.#stopped = true;
    clearTimeout(this.#timer);
    this.#ready.length = 0;
  }

  async #fill(): Promise<void> {
    this.#making = true;
    const made = await this.#make();
    this.#making = false;
    if (made !== undefined && !this.#stopped) this.#ready.push(made);
    this.fillLater(made === undefined ? RETRY_MS : POOL_PAUSE_MS);
  }
}
