import type { ErrorReport } from '../protocol/errors.ts';
import { type ExtensionRefusal, type Lifetime, PLACE_KEPT_MS } from '../protocol/lifetime.ts';

/** How long sandboxes may live: the operator's to choose. */
export type LifePolicy = {
  readonly lifeMs: number;
  /** In all, with every extension. */
  readonly lifeMaxMs: number;
  /** What one extension gives; 0 when there are none. */
  readonly extendMs: number;
  /** How long a sandbox is kept that nobody uses. */
  readonly idleMs: number;
  /** How long one is kept that has no page. */
  readonly awayMs: number;
};

export type LifeEvents = {
  readonly ended: (reason: 'expired' | 'idle') => void;
  /** What `state` says is not what it said before. */
  readonly changed: () => void;
  /** True while people wait for a sandbox: then nobody's life gets longer. */
  readonly othersWait: () => boolean;
};

/** So long before the end, a machine that nobody uses says so. One with a very short time: half of it. */
const IDLE_WARNING_MS = 5 * 60_000;

/** Less than this is no extension worth a button. */
const EXTENSION_MIN_MS = 30_000;

/**
 * The clocks of one sandbox: it ends at a time that is known, or earlier when nobody uses it. Use is noted
 * with every key, so it costs no more than a time stamp: the timer finds out by itself, when it goes off,
 * that it went off too early.
 */
export class Life {
  readonly #policy: LifePolicy;
  readonly #events: LifeEvents;
  readonly #beganAt = Date.now();
  #endsAt: number;
  #usedAt = this.#beganAt;
  #pages: number;
  #leftAt = this.#beganAt;
  #met: boolean;
  #warned = false;
  #lifeTimer: NodeJS.Timeout | undefined;
  #idleTimer: NodeJS.Timeout | undefined;

  /** Begins now, with so many pages, and ends at `endsAtMost` if that comes first. */
  constructor(policy: LifePolicy, events: LifeEvents, pages: number, endsAtMost = Infinity) {
    this.#policy = policy;
    this.#events = events;
    this.#pages = pages;
    this.#met = pages > 0;
    this.#endsAt = Math.min(this.#beganAt + policy.lifeMs, endsAtMost);
    this.#armLife();
    this.#armIdle();
  }

  get beganAt(): number {
    return this.#beganAt;
  }

  get endsAt(): number {
    return this.#endsAt;
  }

  /** When it ends if nobody uses it from now on, where that is to be expected: no page, or long unused. */
  get likelyEndsAt(): number {
    const unused = this.#pages === 0 || this.#warned;
    return unused ? Math.min(this.#endsAt, this.#idleEndsAt) : this.#endsAt;
  }

  /** Somebody uses it. */
  use(): void {
    this.#usedAt = Date.now();
    if (this.#warned) this.#settle();
  }

  pageCame(): void {
    this.#pages += 1;
    this.#met = true;
    this.#settle();
  }

  pageLeft(): void {
    this.#pages -= 1;
    if (this.#pages > 0) return;
    this.#leftAt = Date.now();
    this.#settle();
  }

  /** Lives longer, as far as the operator allows; says why not otherwise. */
  extend(): ErrorReport | undefined {
    const refusal = this.#refusal();
    if (refusal !== undefined) return REFUSALS[refusal];
    this.#endsAt = Math.min(this.#endsAt + this.#policy.extendMs, this.#latestAt);
    this.#armLife();
    this.use();
    this.#events.changed();
    return undefined;
  }

  state(): Lifetime {
    const why = this.#refusal();
    const byMs = Math.min(this.#policy.extendMs, this.#latestAt - this.#endsAt);
    return {
      now: Date.now(),
      endsAt: this.#endsAt,
      extension:
        why === undefined
          ? { kind: 'possible', byMs, latestAt: this.#latestAt }
          : { kind: 'refused', why },
      idle: this.#warned ? { since: this.#usedAt, endsAt: this.#idleEndsAt } : null,
      idleMs: this.#policy.idleMs,
    };
  }

  stop(): void {
    clearTimeout(this.#lifeTimer);
    clearTimeout(this.#idleTimer);
  }

  get #latestAt(): number {
    return this.#beganAt + this.#policy.lifeMaxMs;
  }

  /** A page that is only open is no use of it; without any page, less time is enough. */
  get #idleEndsAt(): number {
    const unusedEndsAt = this.#usedAt + this.#policy.idleMs;
    if (this.#pages > 0) return unusedEndsAt;
    // Its turn came, and nobody took it.
    const { awayMs } = this.#policy;
    return Math.min(
      unusedEndsAt,
      this.#leftAt + (this.#met ? awayMs : Math.min(awayMs, PLACE_KEPT_MS)),
    );
  }

  get #warnsAt(): number {
    return this.#idleEndsAt - Math.min(IDLE_WARNING_MS, this.#policy.idleMs / 2);
  }

  #refusal(): ExtensionRefusal | undefined {
    if (this.#policy.extendMs === 0) return 'not-allowed';
    if (this.#latestAt - this.#endsAt < Math.min(EXTENSION_MIN_MS, this.#policy.extendMs))
      return 'maximum';
    return this.#events.othersWait() ? 'others-wait' : undefined;
  }

  #armLife(): void {
    clearTimeout(this.#lifeTimer);
    this.#lifeTimer = setTimeout(
      () => this.#events.ended('expired'),
      Math.max(0, this.#endsAt - Date.now()),
    );
  }

  #armIdle(): void {
    clearTimeout(this.#idleTimer);
    const wakesAt = this.#warned ? this.#idleEndsAt : this.#warnsAt;
    this.#idleTimer = setTimeout(() => this.#wake(), Math.max(0, wakesAt - Date.now()));
  }

  #wake(): void {
    if (Date.now() >= this.#idleEndsAt) this.#events.ended('idle');
    else this.#settle();
  }

  /** Says so if the warning is due now and was not, or the other way round. */
  #settle(): void {
    const due = Date.now() >= this.#warnsAt;
    const changed = due !== this.#warned || due;
    this.#warned = due;
    this.#armIdle();
    if (changed) this.#events.changed();
  }
}

const REFUSALS: Readonly<Record<ExtensionRefusal, ErrorReport>> = {
  'not-allowed': {
    code: 'life-maximum',
    message: 'Machines of this lab get no more time than they begin with.',
    hint: 'The operator can allow it with --extend-minutes.',
  },
  maximum: {
    code: 'life-maximum',
    message: 'This machine lives as long as is allowed already.',
    hint: 'The operator can allow more with --life-max-minutes.',
  },
  'others-wait': {
    code: 'others-wait',
    message: 'People wait for a machine, and their turn counts.',
    hint: 'The operator can allow more machines with --max-sandboxes.',
  },
};
