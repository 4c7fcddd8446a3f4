import { FLOW_CONTROL } from '../protocol/flow-control.ts';
import type { InputPosition } from '../protocol/terminal.ts';

/**
 * What one page has typed into one terminal, by offset: each byte is accepted once, whatever connection it
 * comes over and how often, and the page is told what has been taken.
 */
export class InputStream {
  #accepted: number;
  #taken: number;
  #told: number;
  #timer: NodeJS.Timeout | undefined;
  readonly #listeners = new Set<(offset: number) => void>();

  constructor(from: number) {
    this.#accepted = from;
    this.#taken = from;
    this.#told = from;
  }

  /** Bytes that have come, in order and without a gap. */
  get accepted(): number {
    return this.#accepted;
  }

  /** Of these, bytes that the pty has taken, or that were thrown away. */
  get taken(): number {
    return this.#taken;
  }

  get listened(): boolean {
    return this.#listeners.size > 0;
  }

  /** Tells a page what has been taken; returns what ends that. */
  listen(taken: (offset: number) => void): () => void {
    this.#listeners.add(taken);
    return () => {
      this.#listeners.delete(taken);
      if (this.listened) return;
      clearTimeout(this.#timer);
      this.#timer = undefined;
    };
  }

  /** The bytes before `offset` count as come: a late connection that still brings them comes too late. */
  skipTo(offset: number): void {
    if (offset <= this.#accepted) return;
    const skipped = offset - this.#accepted;
    this.#accepted = offset;
    this.took(skipped);
  }

  /**
   * The part of a payload that is new; nothing when none is, when bytes before it are missing, or when the
   * page sends more than it may. An interrupt finds room always: it makes room.
   */
  accept(offset: number, payload: Uint8Array, interrupts: boolean): Uint8Array | undefined {
    if (offset > this.#accepted) return undefined;
    const fresh = payload.subarray(this.#accepted - offset);
    const waiting = this.#accepted - this.#taken + fresh.byteLength;
    if (fresh.byteLength === 0) return undefined;
    if (waiting > FLOW_CONTROL.inputWindowBytes && !interrupts) return undefined;
    this.#accepted += fresh.byteLength;
    return fresh;
  }

  /** The pty has taken bytes, or they were thrown away: for the page it is the same. */
  readonly took = (bytes: number): void => {
    this.#taken += bytes;
    if (this.#taken - this.#told >= FLOW_CONTROL.acknowledgeInputEveryBytes) this.#tell();
    else if (this.#timer === undefined && this.listened) {
      this.#timer = setTimeout(() => this.#tell(), FLOW_CONTROL.acknowledgeInputAfterMs);
    }
  };

  #tell(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    this.#told = this.#taken;
    for (const listener of this.#listeners) listener(this.#taken);
  }
}

/** More pages than may look at a terminal at once; of the others, those are forgotten that were gone longest. */
const STREAMS_MAX = 64;

/** The input streams that a terminal knows. A page that returns finds its own. */
export class InputStreams {
  readonly #streams = new Map<string, InputStream>();

  /**
   * The page's stream; how far it had come, which the page is told; and it goes on as the page says. What was
   * typed for another shell than this, which runs, is given up.
   */
  open(
    position: InputPosition,
    shell: number | undefined,
  ): { stream: InputStream; accepted: number } {
    const { stream: id, from, end } = position;
    const known = this.#streams.get(id);
    const stream = known ?? new InputStream(from);
    // Last in the order of the map: the one that was opened last.
    this.#streams.delete(id);
    this.#streams.set(id, stream);
    this.#forgetOldest();
    const { accepted } = stream;
    stream.skipTo(position.shell === shell ? from : Math.max(from, end));
    return { stream, accepted };
  }

  #forgetOldest(): void {
    for (const [id, stream] of this.#streams) {
      if (this.#streams.size <= STREAMS_MAX) return;
      if (!stream.listened) this.#streams.delete(id);
    }
  }
}
