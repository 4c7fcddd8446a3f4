/** What happened on a terminal, with the time of the clock in milliseconds. */
export type RecordedEvent =
  | {
      readonly kind: 'output';
      readonly at: number;
      /** Where in the terminal's output the bytes begin. */
      readonly offset: number;
      readonly bytes: Uint8Array;
    }
  | {
      readonly kind: 'resize';
      readonly at: number;
      readonly columns: number;
      readonly rows: number;
    };

type Resize = Extract<RecordedEvent, { kind: 'resize' }>;

/** What a recording may take, in the page's memory and on the browser's disk. */
export const RECORDING_BYTES_MAX = 8 * 1024 ** 2;

/** What an event takes beside its bytes: a terminal that prints byte by byte must be bounded, too. */
const EVENT_BYTES = 64;

/** Events are let go of in the array one by one, and taken out of it this many at a time. */
const COMPACT_EVERY = 1_024;

/**
 * The output of one terminal with its times. Bytes have offsets, so what comes again (a page that is
 * reloaded is sent old output) is not recorded twice. Beyond its bound the oldest events go.
 */
export class Recording {
  #events: RecordedEvent[] = [];
  /** Events at the front of the array that are gone. */
  #gone = 0;
  /** Number that the first event of the array has, counted from the beginning. */
  #firstNumber = 0;
  #end = 0;
  #size: Resize | undefined;
  /** The last size that is gone: what is left was drawn on it. */
  #sizeBefore: Resize | undefined;
  #bytes = 0;

  /** Bytes arrived, or come again: what is known already is left out. */
  record(offset: number, bytes: Uint8Array, at: number): void {
    const known = Math.max(this.#end - offset, 0);
    if (known >= bytes.byteLength) return;
    this.#end = offset + bytes.byteLength;
    this.#add({ kind: 'output', at, offset: offset + known, bytes: bytes.subarray(known) });
  }

  resized(columns: number, rows: number, at: number): void {
    if (columns === this.#size?.columns && rows === this.#size.rows) return;
    const event = { kind: 'resize', at, columns, rows } as const;
    this.#size = event;
    this.#add(event);
  }

  /**
   * Puts what was recorded before this page was loaded before what it has recorded itself. Returns the
   * number of the first event that is the page's own.
   */
  restore(stored: readonly RecordedEvent[]): number {
    const recorded = this.events();
    this.#events = [];
    this.#gone = 0;
    this.#firstNumber = 0;
    this.#end = 0;
    this.#size = undefined;
    this.#sizeBefore = undefined;
    this.#bytes = 0;
    for (const event of stored) this.#take(event);
    const own = this.#firstNumber + this.#events.length;
    for (const event of recorded) this.#take(event);
    return own;
  }

  /** All that is left, beginning with the size of the screen. */
  events(): readonly RecordedEvent[] {
    const events = this.#events.slice(this.#gone);
    const first = events[0];
    if (!first || !this.#sizeBefore || first.kind === 'resize') return events;
    return [{ ...this.#sizeBefore, at: first.at }, ...events];
  }

  /** Events from a number on, and the number of the one that comes next. */
  eventsFrom(number: number): { readonly events: readonly RecordedEvent[]; readonly next: number } {
    const index = Math.max(number - this.#firstNumber, this.#gone);
    return {
      events: this.#events.slice(index),
      next: this.#firstNumber + this.#events.length,
    };
  }

  get isEmpty(): boolean {
    return this.#end === 0;
  }

  #take(event: RecordedEvent): void {
    if (event.kind === 'output') this.record(event.offset, event.bytes, event.at);
    else this.resized(event.columns, event.rows, event.at);
  }

  #add(event: RecordedEvent): void {
    this.#events.push(event);
    this.#bytes += cost(event);
    while (this.#bytes > RECORDING_BYTES_MAX) this.#dropOldest();
    if (this.#gone < COMPACT_EVERY) return;
    this.#events.splice(0, this.#gone);
    this.#firstNumber += this.#gone;
    this.#gone = 0;
  }

  #dropOldest(): void {
    const oldest = this.#events[this.#gone];
    if (!oldest) return;
    this.#gone += 1;
    this.#bytes -= cost(oldest);
    if (oldest.kind === 'resize') this.#sizeBefore = oldest;
  }
}

/** What an event counts for. */
export function cost(event: RecordedEvent): number {
  return EVENT_BYTES + (event.kind === 'output' ? event.bytes.byteLength : 0);
}
