import { availableParallelism } from 'node:os';

/**
 * Who types comes first. A key and its echo need a core seven times on their way, and programs that print as
 * fast as they are read take every core there is. So while somebody types in one terminal, the others' floods
 * are read in turns, one read each, and all together no more often than leaves cores free. While nobody else
 * types, a flood is read as fast as it comes.
 */
export class FloodQueue {
  readonly #waiting = new Set<FloodTurn>();
  #timer: NodeJS.Timeout | undefined;
  #typist: FloodTurn | undefined;
  #typistTypedMs = Number.NEGATIVE_INFINITY;
  /** When anybody but the last typist did. */
  #othersTypedMs = Number.NEGATIVE_INFINITY;
  /** Reads that have been earned and not used. */
  #reads = 0;
  #earnedMs = 0;
  readonly #readsPerMs: number;

  constructor(readsPerSecond = FLOODS.readsPerSecondAndCore * availableParallelism()) {
    this.#readsPerMs = readsPerSecond / 1_000;
  }

  /** A terminal's place in this queue. It is told when it may be read again. */
  join(readOn: () => void): FloodTurn {
    return new FloodTurn(this, readOn);
  }

  typed(turn: FloodTurn): void {
    if (turn !== this.#typist) this.#othersTypedMs = this.#typistTypedMs;
    this.#typist = turn;
    this.#typistTypedMs = performance.now();
  }

  /** True when somebody has just typed in another terminal than this one. */
  hasTypists(turn: FloodTurn, nowMs: number): boolean {
    const typedMs = turn === this.#typist ? this.#othersTypedMs : this.#typistTypedMs;
    return nowMs - typedMs < FLOODS.typingMs;
  }

  waits(turn: FloodTurn): boolean {
    return this.#waiting.has(turn);
  }

  enter(turn: FloodTurn): void {
    this.#waiting.add(turn);
    this.#timer ??= setTimeout(() => this.#tick(), FLOODS.tickMs);
  }

  leave(turn: FloodTurn): void {
    this.#waiting.delete(turn);
  }

  /** Its terminal is no more: nothing of it is kept but that somebody has typed. */
  forget(turn: FloodTurn): void {
    this.leave(turn);
    if (turn !== this.#typist) return;
    this.#typist = undefined;
    this.#othersTypedMs = this.#typistTypedMs;
  }

  #tick(): void {
    this.#timer = undefined;
    const now = performance.now();
    const earned = (now - this.#earnedMs) * this.#readsPerMs;
    this.#reads = Math.min(this.#reads + earned, Math.max(2, LATE_TICKS * this.#readsPerMs));
    this.#earnedMs = now;
    for (const turn of [...this.#waiting]) {
      const isFree = !this.hasTypists(turn, now);
      if (!isFree && this.#reads < 1) continue;
      if (!isFree) this.#reads -= 1;
      turn.begin();
    }
    if (this.#waiting.size > 0) this.#timer ??= setTimeout(() => this.#tick(), FLOODS.tickMs);
  }
}

/** What one terminal prints, and whether it waits to be read again. */
export class FloodTurn {
  readonly #queue: FloodQueue;
  readonly #readOn: () => void;
  /** Bytes printed beyond the rate of what is no flood. */
  #level = 0;
  #levelMs = 0;

  constructor(queue: FloodQueue, readOn: () => void) {
    this.#queue = queue;
    this.#readOn = readOn;
  }

  get waits(): boolean {
    return this.#queue.waits(this);
  }

  /** So many bytes have just been read. */
  printed(bytes: number): void {
    const now = performance.now();
    const drained = ((now - this.#levelMs) * FLOODS.bytes) / FLOODS.drainMs;
    this.#level = Math.min(Math.max(0, this.#level - drained) + bytes, 2 * FLOODS.bytes);
    this.#levelMs = now;
    if (this.#level >= FLOODS.bytes && this.#queue.hasTypists(this, now)) this.#queue.enter(this);
  }

  /** Somebody types here: what answers does not wait. */
  typed(): void {
    this.#queue.typed(this);
    if (this.waits) this.begin();
  }

  begin(): void {
    this.#queue.leave(this);
    this.#readOn();
  }

  /** The terminal has ended. */
  stop(): void {
    this.#queue.forget(this);
  }
}

/**
 * A flood is who has printed `bytes` more than it may in each `drainMs`; typing is who has pressed a key in
 * the last `typingMs`. A read brings 4 KiB (N_TTY_BUF_SIZE), and what it costs, the program that prints it
 * and the page that draws it included, is some half millisecond of a core and more for short lines.
 */
export const FLOODS = {
  bytes: 8 * 1024,
  drainMs: 25,
  typingMs: 10_000,
  readsPerSecondAndCore: 250,
  tickMs: 1,
} as const;

/** After a tick that comes late, no more than these would have brought. */
const LATE_TICKS = 4;
