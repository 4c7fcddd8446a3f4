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
  /** So much more stays in the ring, until it is worth while to see what modes it sets. */
  readonly #slack: number;
  #ring: Buffer;
  #head = 0;
  #length = 0;
  /** Up to here, what is forgotten is in the modes. The ring begins here. */
  #modesOffset = 0;
  readonly #modes: TerminalModes;
  /** The size at `#modesOffset`, and each later one. */
  readonly #sizes: SizeAt[];

  constructor(limit: number, size: TerminalSize, gistOf: GistOf) {
    this.#limit = limit;
    this.#slack = Math.min(limit, SLACK_BYTES);
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
    for (let at = 0; at < bytes.byteLength; at += this.#slack) {
      this.#appendPart(bytes.subarray(at, at + this.#slack));
    }
  }

  #appendPart(bytes: Uint8Array): void {
    const length = bytes.byteLength;
    if (this.#held + length > this.#limit + this.#slack)
      this.#forget(this.#head + length - this.#limit);
    this.#reserve(this.#held + length);
    const at = this.#head % this.#ring.byteLength;
    const room = this.#ring.byteLength - at;
    if (length <= room) this.#ring.set(bytes, at);
    else {
      this.#ring.set(bytes.subarray(0, room), at);
      this.#ring.set(bytes.subarray(room), 0);
    }
    this.#head += length;
    this.#length = Math.min(this.#length + length, this.#limit);
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
    const modes = this.#modesAt(this.start);
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
    const from = this.#modesOffset;
    this.#scan(modes, from, this.#views(from, offset - from));
    return modes;
  }

  /** How many bytes are in the ring. */
  get #held(): number {
    return this.#head - this.#modesOffset;
  }

  /** Takes leave of all before `offset`. */
  #forget(offset: number): void {
    const from = this.#modesOffset;
    this.#scan(this.#modes, from, this.#views(from, offset - from));
    this.#modesOffset = offset;
    while ((this.#sizes[1]?.offset ?? Number.POSITIVE_INFINITY) <= offset) this.#sizes.shift();
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
    if (length <= capacity) return;
    while (capacity < length) capacity *= 2;
    capacity = Math.min(capacity, this.#limit + this.#slack);
    const known = Buffer.concat(this.#views(this.#modesOffset, this.#held));
    const ring = Buffer.allocUnsafeSlow(capacity);
    // A byte lies at its offset modulo the capacity, so all move when the capacity changes.
    const at = this.#modesOffset % capacity;
    const first = known.subarray(0, capacity - at);
    ring.set(first, at);
    ring.set(known.subarray(first.byteLength), 0);
    this.#ring = ring;
  }
}

/** True for a byte in the middle of a character. */
const isContinued = (byte: number | undefined) => ((byte ?? 0) & 0xc0) === 0x80;

const FIRST_BYTES = 4 * 1024;
const SLACK_BYTES = 64 * 1024;
const LINE_BYTES = 4 * 1024;
const NEWLINE = 0x0a;
