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

/** Green within a second of the deed, with room for a busy machine. */
const LOOK_EVERY_MS = 200;

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
    const tookMs = performance.now() - began;
    const pauseMs = this.#again ? 0 : Math.max(LOOK_EVERY_MS - tookMs, tookMs / LOOK_SHARE);
    this.#again = false;
    this.#timer = setTimeout(() => void this.#look(), pauseMs);
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
