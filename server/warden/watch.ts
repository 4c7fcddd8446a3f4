import type { CheckQuestion, CheckState, StepState } from '../protocol/check.ts';
import type { XraySnapshot } from '../protocol/xray.ts';
import type { Evidence } from './check/evidence.ts';
import { isCut, type Needs, needsOfCheck, unionOfNeeds } from './check/needs.ts';
import { CheckProgress } from './check/progress.ts';

/** One page's question to the kernel: how far are these checks, what does the X-ray show, or both. */
export type Watch = {
  /** Names the step across pages and reloads: what was seen of its checks is remembered by it. */
  readonly key: string;
  readonly checks: readonly CheckQuestion[] | undefined;
  readonly xray: boolean;
  readonly tellCheck: (state: StepState) => void;
  readonly tellXray: (snapshot: XraySnapshot) => void;
};

/** What a watcher knows of its sandbox. */
export type WatchedSandbox = {
  /** Asks the kernel for all that these need, at one moment. */
  readonly look: (needs: Needs) => Promise<Evidence>;
  readonly xray: (evidence: Evidence) => XraySnapshot;
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

/** Checks whose progress one sandbox remembers; the lessons have far fewer. */
const PROGRESS_MAX = 1_000;

/** A check of a watch: what it asks, what that needs, and how far it has come. */
type Asked = {
  readonly question: CheckQuestion;
  readonly needs: Needs;
  readonly progress: CheckProgress;
};

type Watched = {
  readonly asked: readonly Asked[] | undefined;
  toldCheck: string | undefined;
  toldXray: string | undefined;
};

/**
 * Looks at one sandbox while somebody asks: one look for all its watches, never two at a time, and no
 * look at all when nobody asks.
 */
export class Watcher {
  readonly #sandbox: WatchedSandbox;
  readonly #watched = new Map<Watch, Watched>();
  readonly #progress = new Map<string, { question: string; progress: CheckProgress }>();
  #timer: NodeJS.Timeout | undefined;
  #stirredAt = Number.NEGATIVE_INFINITY;
  #lookedAt = 0;
  #looks = 0;
  #calm = false;
  #looking = false;
  #again = false;
  #failing = false;
  #stopped = false;

  constructor(sandbox: WatchedSandbox) {
    this.#sandbox = sandbox;
  }

  get watches(): number {
    return this.#watched.size;
  }

  /** How often the kernel has answered. */
  get looks(): number {
    return this.#looks;
  }

  /** Begins a watch: its first events come as soon as the kernel has answered, then at each change. */
  add(watch: Watch): void {
    const asked = watch.checks?.map((question, at) => ({
      question,
      needs: needsOfCheck(question),
      progress: this.#progressOf(`${watch.key} ${at}`, question),
    }));
    this.#watched.set(watch, { asked, toldCheck: undefined, toldXray: undefined });
    this.#lookNow();
  }

  remove(watch: Watch): void {
    this.#watched.delete(watch);
    if (this.#watched.size === 0) this.#rest();
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
    const watched = this.#watched.get(watch);
    if (watched === undefined) return;
    watched.toldCheck = undefined;
    watched.toldXray = undefined;
    this.#lookNow();
  }

  /** The sandbox is gone. */
  stop(): void {
    this.#stopped = true;
    this.#watched.clear();
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
      // Who comes while the kernel is asked has not been asked for: the next look is theirs.
      const watches = [...this.#watched];
      const evidence = await this.#sandbox.look(unionOfNeeds(openNeeds(watches)));
      this.#failing = false;
      this.#looks += 1;
      this.#tell(watches, evidence);
    } catch (error) {
      if (!this.#stopped && !this.#failing) this.#sandbox.failed(error);
      this.#failing = true;
    }
    this.#looking = false;
    if (this.#stopped || this.#watched.size === 0) return;
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

  #tell(watches: readonly (readonly [Watch, Watched])[], evidence: Evidence): void {
    const snapshot = watches.some(([{ xray }]) => xray) ? this.#sandbox.xray(evidence) : undefined;
    for (const [watch, watched] of watches) {
      if (this.#watched.get(watch) !== watched) continue;
      if (watched.asked !== undefined) {
        const state = stateOf(watched.asked, evidence);
        const text = JSON.stringify(state);
        if (text !== watched.toldCheck) watch.tellCheck(state);
        watched.toldCheck = text;
      }
      if (watch.xray && snapshot !== undefined) {
        const text = JSON.stringify(snapshot);
        if (text !== watched.toldXray) watch.tellXray(snapshot);
        watched.toldXray = text;
      }
    }
  }

  /** A lesson that was changed meanwhile begins its check anew. */
  #progressOf(place: string, question: CheckQuestion): CheckProgress {
    const text = JSON.stringify(question);
    const known = this.#progress.get(place);
    if (known?.question === text) return known.progress;
    const progress = new CheckProgress();
    this.#progress.set(place, { question: text, progress });
    const [oldest] = this.#progress.keys();
    if (this.#progress.size > PROGRESS_MAX && oldest !== undefined) this.#progress.delete(oldest);
    return progress;
  }
}

/** What is done stays so, and needs nothing more. */
function openNeeds(watches: readonly (readonly [Watch, Watched])[]): Needs[] {
  const open = watches.flatMap(([, { asked = [] }]) =>
    asked.filter(({ progress }) => !progress.done),
  );
  return open.map(({ needs }) => needs);
}

function stateOf(asked: readonly Asked[], evidence: Evidence): StepState {
  const open = asked.filter(({ progress }) => !progress.done);
  const checks: CheckState[] = asked.map(({ question, progress }) =>
    progress.look(question, evidence),
  );
  return { checks, cut: open.some(({ needs }) => isCut(needs, evidence.snapshot)) };
}
