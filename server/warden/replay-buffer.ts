import { type Continuation, SIZES_MAX, type SizeAt } from '../protocol/terminal.ts';
import type { GistOf } from './output-gist.ts';
import { TerminalModes } from './terminal-modes.ts';

/** A terminal's size in character cells. */
export type TerminalSize = { readonly columns: number; readonly rows: number };

/**
 * The last bytes that a terminal printed, addressed by absolute offset: byte 0 is the first it ever
 * printed; and what the forgotten ones leave behind: the modes they set, and the sizes that the known ones
 * were printed for. Memory grows with what is printed, up to the limit: most terminals print little.
 */
export class ReplayBuffer {
  readonly #limit: number;
  #ring: Buffer;
  #head = 0;
  #length = 0;
  /** The size at `start`, and each later one. */
  readonly #sizes: SizeAt[];
  /** The modes at `start`. */
  readonly #modes: TerminalModes;

  constructor(limit: number, size: TerminalSize, gistOf: GistOf) {
    this.#limit = limit;
    this.#ring = Buffer.allocUnsafeSlow(Math.min(limit, FIRST_BYTES));
    this.#sizes = [{ offset: 0, ...size }];
    this.#modes = new TerminalModes(size.rows, gistOf);
  }

  /** Offset after the last byte printed. */
  get head(): number {
    return this.#head;
  }

  /** Offset of the oldest byte that is still known. */
  get start(): number {
    return this.#head - this.#length;
  }

  append(bytes: Uint8Array): void {
    this.#forget(bytes);
    const kept = bytes.subarray(Math.max(0, bytes.byteLength - this.#limit));
    this.#head += bytes.byteLength - kept.byteLength;
    this.#reserve(this.#length + kept.byteLength);
    const capacity = this.#ring.byteLength;
    const at = this.#head % capacity;
    const first = kept.subarray(0, capacity - at);
    this.#ring.set(first, at);
    this.#ring.set(kept.subarray(first.byteLength), 0);
    this.#head += kept.byteLength;
    const known = this.#length + bytes.byteLength;
    this.#length = Math.min(known, capacity);
  }

  /** What is printed from now on is printed for this size. */
  resized(size: TerminalSize): void {
    if (this.#sizes.at(-1)?.offset === this.#head) this.#sizes.pop();
    this.#sizes.push({ offset: this.#head, ...size });
    // The oldest but one goes: the one before it then counts for a little longer than it did.
    if (this.#sizes.length > SIZES_MAX) this.#sizes.splice(1, 1);
  }

  /** A copy of at most `length` bytes from `offset` on, which must not be older than `start`. */
  read(offset: number, length: number): Buffer {
    if (offset < this.start || offset > this.#head) {
      throw new RangeError(`Byte ${offset} is not among ${this.start} to ${this.#head}.`);
    }
    const parts = this.#views(offset, Math.min(length, this.#head - offset));
    return Buffer.concat(parts);
  }

  /**
   * Where a page that has missed bytes goes on: at the beginning of a line if one begins soon, and never
   * inside an escape sequence or a character.
   */
  lineStart(): number {
    if (this.start === 0) return 0;
    const bytes = this.read(this.start, LINE_BYTES);
    const newline = bytes.indexOf(NEWLINE);
    if (newline >= 0) return this.start + newline + 1;
    const modes = this.#modes.copy();
    let at = 0;
    while (at < bytes.byteLength && (!modes.betweenSequences || isContinued(bytes[at]))) {
      modes.scan(bytes.subarray(at, at + 1));
      at += 1;
    }
    return this.start + at;
  }

  /** How a page goes on from `offset`. One that has drawn all before it has its modes already. */
  continueFrom(offset: number, hasDrawnBefore: boolean): Continuation {
    const last = this.#sizes.findLastIndex((size) => size.offset <= offset);
    const sizes = this.#sizes.slice(Math.max(0, last));
    const isNew = offset === 0 || hasDrawnBefore;
    return { offset, modes: isNew ? '' : this.#modesAt(offset).preamble(), sizes };
  }

  /** True when a full-screen program has had the other screen since before `offset`. */
  isFullScreenSince(offset: number): boolean {
    return this.#modesAt(offset).alternate && this.#modesAt(this.#head).alternate;
  }

  #modesAt(offset: number): TerminalModes {
    const modes = this.#modes.copy();
    this.#scan(modes, this.start, this.#views(this.start, offset - this.start));
    return modes;
  }

  /** Takes leave of what the next bytes push out, and of the first of these if they are too many. */
  #forget(next: Uint8Array): void {
    const lost = this.#length + next.byteLength - this.#limit;
    if (lost <= 0) return;
    const known = this.#views(this.start, Math.min(lost, this.#length));
    const own = next.subarray(0, Math.max(0, lost - this.#length));
    this.#scan(this.#modes, this.start, [...known, own]);
    const start = this.start + lost;
    while ((this.#sizes[1]?.offset ?? Number.POSITIVE_INFINITY) <= start) this.#sizes.shift();
  }

  /** Has the bytes from `offset` on change the modes, and the resizes among them. */
  #scan(modes: TerminalModes, offset: number, parts: readonly Uint8Array[]): void {
    let at = offset;
    for (const part of parts) {
      const end = at + part.byteLength;
      let scanned = 0;
      for (const size of this.#sizes) {
        if (size.offset <= at || size.offset > end) continue;
        modes.scan(part.subarray(scanned, size.offset - at));
        modes.resized(size.rows);
        scanned = size.offset - at;
      }
      modes.scan(part.subarray(scanned));
      at = end;
    }
  }

  /** The bytes as they lie in the ring. */
  #views(offset: number, length: number): Buffer[] {
    const at = offset % this.#ring.byteLength;
    const first = this.#ring.subarray(at, at + length);
    return [first, this.#ring.subarray(0, length - first.byteLength)];
  }

  #reserve(length: number): void {
    let capacity = this.#ring.byteLength;
    if (length <= capacity || capacity === this.#limit) return;
    while (capacity < length) capacity *= 2;
    capacity = Math.min(capacity, this.#limit);
    const known = this.read(this.start, this.#length);
    const ring = Buffer.allocUnsafeSlow(capacity);
    // A byte lies at its offset modulo the capacity, so all move when the capacity changes.
    const at = this.start % capacity;
    const first = known.subarray(0, capacity - at);
    ring.set(first, at);
    ring.set(known.subarray(first.byteLength), 0);
    this.#ring = ring;
  }
}

/** True for a byte in the middle of a character. */
const isContinued = (byte: number | undefined) => ((byte ?? 0) & 0xc0) === 0x80;

const FIRST_BYTES = 4 * 1024;
const LINE_BYTES = 4 * 1024;
const NEWLINE = 0x0a;
