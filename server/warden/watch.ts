import type { Assertion, CheckState } from '../protocol/check.ts';
import type { XraySnapshot } from '../protocol/xray.ts';
import { CheckProgress, type Evidence } from './evaluate.ts';
import type { Inspection } from './native-interface.ts';

/** One page's question to the kernel: is this check done, what does the X-ray show, or both. */
export type Watch = {
  /** Names the check across pages and reloads. */
  readonly key: string;
  readonly conditions: readonly Assertion[] | undefined;
  readonly xray: boolean;
  readonly tellCheck: (state: CheckState) => void;
  readonly tellXray: (snapshot: XraySnapshot) => void;
};

/** What a watcher knows of its sandbox. */
export type WatchedSandbox = {
  readonly inspect: () => Promise<Inspection>;
  readonly evidence: (inspection: Inspection) => Evidence;
  readonly xray: (inspection: Inspection) => XraySnapshot;
  /** The kernel could not be asked; told once for each run of failures. */
  readonly failed: (error: unknown) => void;
};

/**
 * From one look to the next. Green within a second of the deed: what a learner does in a terminal shows
 * there, so it is while terminals print that looks come quickly. What happens in silence is seen in time,
 * too, and a class of readers costs little: a look takes half a millisecond of a CPU.
 */
const LOOK_EVERY_MS = { brisk: 200, calm: 700 } as const;

/** How long looks stay brisk after the last byte. */
const BRISK_MS = 2_000;

/** A look may take this share of the time at most: a sandbox full of processes slows its own watches only. */
const LOOK_SHARE = 0.1;

/** Checks whose progress one sandbox remembers; the lessons have far fewer steps. */
const PROGRESS_MAX = 500;

type Told = { check: string | undefined; xray: string | undefined };

/**
 * Looks at one sandbox while somebody asks: one look for all its watches, never two at a time, and no
 * look at all when nobody asks.
 */
export class Watcher {
  readonly #sandbox: WatchedSandbox;
  readonly #told = new Map<Watch, Told>();
  readonly #progress = new Map<string, { conditions: string; progress: CheckProgress }>();
  #timer: NodeJS.Timeout | undefined;
  #stirredAt = Number.NEGATIVE_INFINITY;
  #lookedAt = 0;
  #calm = false;
  #looking = false;
  #again = false;
  #failing = false;
  #stopped = false;

  constructor(sandbox: WatchedSandbox) {
    this.#sandbox = sandbox;
  }

  get watches(): number {
    return this.#told.size;
  }

  /** Begins a watch: its first events come as soon as the kernel has answered, then at each change. */
  add(watch: Watch): void {
    this.#told.set(watch, { check: undefined, xray: undefined });
    this.#lookNow();
  }

  remove(watch: Watch): void {
    this.#told.delete(watch);
    if (this.#told.size === 0) this.#rest();
  }

  /** Something was printed: looks come quickly for a while. Called for every piece of output. */
  stir(): void {
    this.#stirredAt = performance.now();
    if (!this.#calm || this.#timer === undefined) return;
    clearTimeout(this.#timer);
    this.#calm = false;
    this.#lookAfter(this.#lookedAt + LOOK_EVERY_MS.brisk - this.#stirredAt);
  }

  /** Looks now and sends the events of this watch, changed or not. */
  look(watch: Watch): void {
    if (!this.#told.has(watch)) return;
    this.#told.set(watch, { check: undefined, xray: undefined });
    this.#lookNow();
  }

  /** The sandbox is gone. */
  stop(): void {
    this.#stopped = true;
    this.#told.clear();
    this.#rest();
  }

  #rest(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    this.#again = false;
  }

  #lookNow(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    // A look that has begun may have missed what the learner has just done.
    if (this.#looking) this.#again = true;
    else void this.#look();
  }

  async #look(): Promise<void> {
    this.#looking = true;
    const began = performance.now();
    try {
      const inspection = await this.#sandbox.inspect();
      this.#failing = false;
      this.#tell(inspection);
    } catch (error) {
      if (!this.#stopped && !this.#failing) this.#sandbox.failed(error);
      this.#failing = true;
    }
    this.#looking = false;
    if (this.#stopped || this.#told.size === 0) return;
    const now = performance.now();
    const tookMs = now - began;
    this.#lookedAt = began;
    this.#calm = now - this.#stirredAt > BRISK_MS;
    const everyMs = this.#calm ? LOOK_EVERY_MS.calm : LOOK_EVERY_MS.brisk;
    this.#lookAfter(this.#again ? 0 : Math.max(everyMs - tookMs, tookMs / LOOK_SHARE));
    this.#again = false;
  }

  #lookAfter(pauseMs: number): void {
    this.#timer = setTimeout(() => void this.#look(), Math.max(0, pauseMs));
  }

  #tell(inspection: Inspection): void {
    const evidence = this.#sandbox.evidence(inspection);
    const snapshot = this.#sandbox.xray(inspection);
    for (const [watch, told] of this.#told) {
      if (watch.conditions !== undefined) {
        const progress = this.#progressOf(watch.key, watch.conditions);
        const state = progress.look(watch.conditions, evidence);
        const text = JSON.stringify(state);
        if (text !== told.check) watch.tellCheck(state);
        told.check = text;
      }
      if (watch.xray) {
        const text = JSON.stringify(snapshot);
        if (text !== told.xray) watch.tellXray(snapshot);
        told.xray = text;
      }
    }
  }

  /** A lesson that was changed meanwhile begins its check anew. */
  #progressOf(key: string, conditions: readonly Assertion[]): CheckProgress {
    const text = JSON.stringify(conditions);
    const known = this.#progress.get(key);
    if (known?.conditions === text) return known.progress;
    const progress = new CheckProgress();
    this.#progress.set(key, { conditions: text, progress });
    const [oldest] = this.#progress.keys();
    if (this.#progress.size > PROGRESS_MAX && oldest !== undefined) this.#progress.delete(oldest);
    return progress;
  }
}
