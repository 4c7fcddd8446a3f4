import { type LinePlace, PLACE_KEPT_MS } from '../protocol/lifetime.ts';
import type { SandboxNeed } from '../protocol/needs.ts';
import type { SandboxRegistry } from './sandbox-registry.ts';
import type { Held } from './sandbox-registry-options.ts';
import { linePlaces, WaitingLine } from './waiting-line.ts';

/** More wait in no line: who comes last would wait for days. */
const LINE_MAX = 1_000;

/** Places are told anew this long after something has changed, once for all that changes together. */
const TELL_AFTER_MS = 50;

/** A time that moves by less is the same for who reads it in minutes. */
const SAME_MS = 1_000;

export type ReceptionEvents = {
  /** By owner: places that are others now, or whose turn comes at another time. */
  readonly placed: (places: ReadonlyMap<string, LinePlace>) => void;
  /** The owner's sandbox is being made. */
  readonly turn: (owner: string) => void;
  /** The first has begun to wait, or the last waits no more. */
  readonly lineBegunOrEnded: () => void;
};

/** What somebody gets who asks for a sandbox. */
export type Welcome = Held | { readonly ok: 'waits' };

/**
 * Who asks for a sandbox comes here first. In a full lab he is given a place in the line, and a sandbox when
 * one has ended and it is his turn. The line outlives web: a page that comes back finds its place.
 */
export class Reception {
  readonly #registry: SandboxRegistry;
  readonly #lifeMs: number;
  readonly #events: ReceptionEvents;
  readonly #line = new WaitingLine(LINE_MAX, PLACE_KEPT_MS, () => this.#changed());
  /** What was told last, by owner. */
  #told = new Map<string, LinePlace>();
  #somebodyWaits = false;
  #timer: NodeJS.Timeout | undefined;

  constructor(registry: SandboxRegistry, lifeMs: number, events: ReceptionEvents) {
    this.#registry = registry;
    this.#lifeMs = lifeMs;
    this.#events = events;
  }

  /** How many wait. */
  get waiting(): number {
    return this.#line.size;
  }

  /** The owner's sandbox, or a place in the line. A place is the page's only after `arrive`. */
  async hold(owner: string, needs: readonly SandboxNeed[]): Promise<Welcome> {
    const { sandboxesMax } = this.#registry;
    if (this.#registry.hasRoomFor(owner)) {
      if (this.#line.leave(owner)) {
        // Other pages of his wait no more either.
        this.#events.turn(owner);
        this.#changed();
      }
      return this.#registry.hold(owner, needs);
    }
    if (this.#line.join(owner, needs)) {
      this.#changed();
      return { ok: 'waits' };
    }
    return {
      ok: false,
      error: {
        code: 'lab-full',
        message: `All ${sandboxesMax} machines of this lab are in use, and ${LINE_MAX} people wait for one.`,
        hint: 'Come back later; the operator can allow more machines with --max-sandboxes.',
      },
    };
  }

  /** Where the owner stands now. */
  placeOf(owner: string): LinePlace | undefined {
    const index = this.#line.all().findIndex((place) => place.owner === owner);
    return this.#places()[index];
  }

  /** A page waits with the owner from now on. */
  arrive(owner: string): void {
    this.#line.arrive(owner);
    this.serve();
  }

  /** A page waits no more. The place is kept for a while. */
  depart(owner: string): void {
    this.#line.depart(owner);
  }

  /** The owner does not want to wait any more. */
  leave(owner: string): void {
    this.#line.leave(owner);
    this.#changed();
  }

  /** There may be room: gives sandboxes to those whose turn it is. */
  serve(): void {
    for (;;) {
      const next = this.#line.first();
      if (next === undefined || !this.#registry.hasRoomFor(next.owner)) break;
      this.#line.leave(next.owner);
      this.#registry.prepare(next.owner, next.needs);
      this.#events.turn(next.owner);
    }
    this.#changed();
  }

  /** Something has changed that places depend on. */
  refresh(): void {
    if (this.#line.size > 0) this.#changed();
  }

  stop(): void {
    clearTimeout(this.#timer);
    for (const { owner } of this.#line.all()) this.#line.leave(owner);
  }

  #changed(): void {
    const somebodyWaits = this.#line.size > 0;
    if (somebodyWaits !== this.#somebodyWaits) {
      this.#somebodyWaits = somebodyWaits;
      this.#events.lineBegunOrEnded();
    }
    if (this.#timer !== undefined) return;
    this.#timer = setTimeout(() => {
      this.#timer = undefined;
      this.#tell();
    }, TELL_AFTER_MS);
  }

  #tell(): void {
    const before = this.#told;
    this.#told = new Map();
    const changed = new Map<string, LinePlace>();
    const places = this.#places();
    for (const [index, { owner, pages }] of this.#line.all().entries()) {
      const place = places[index];
      if (place === undefined || pages === 0) continue;
      this.#told.set(owner, place);
      const known = before.get(owner);
      if (known === undefined || !isSame(known, place)) changed.set(owner, place);
    }
    if (changed.size > 0) this.#events.placed(changed);
  }

  #places(): readonly LinePlace[] {
    return linePlaces(this.#line.size, this.#registry.expectedEnds(), this.#lifeMs, Date.now());
  }
}

function isSame(one: LinePlace, other: LinePlace): boolean {
  return (
    one.position === other.position &&
    Math.abs(one.latestAt - other.latestAt) < SAME_MS &&
    Math.abs((one.likelyAt ?? 0) - (other.likelyAt ?? 0)) < SAME_MS
  );
}
