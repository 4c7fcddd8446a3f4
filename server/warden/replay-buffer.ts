/**
 * The last bytes that a terminal printed, addressed by absolute offset: byte 0 is the first it ever
 * printed. Memory grows with what is printed, up to the limit: most terminals print little.
 */
export class ReplayBuffer {
  readonly #limit: number;
  #ring: Buffer;
  #head = 0;
  #length = 0;

  constructor(limit: number) {
    this.#limit = limit;
    this.#ring = Buffer.allocUnsafeSlow(Math.min(limit, FIRST_BYTES));
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

  /** A copy of at most `length` bytes from `offset` on, which must not be older than `start`. */
  read(offset: number, length: number): Buffer {
    if (offset < this.start || offset > this.#head) {
      throw new RangeError(`Byte ${offset} is not among ${this.start} to ${this.#head}.`);
    }
    const bytes = Buffer.allocUnsafe(Math.min(length, this.#head - offset));
    const capacity = this.#ring.byteLength;
    const at = offset % capacity;
    const copied = this.#ring.copy(bytes, 0, at, Math.min(capacity, at + bytes.byteLength));
    this.#ring.copy(bytes, copied, 0, bytes.byteLength - copied);
    return bytes;
  }

  /**
   * Where a page that has missed bytes goes on: at the beginning of a line if one begins soon, so that
   * the screen does not begin inside an escape sequence or a character.
   */
  lineStart(): number {
    if (this.start === 0) return 0;
    const newline = this.read(this.start, LINE_BYTES).indexOf(NEWLINE);
    return newline < 0 ? this.start : this.start + newline + 1;
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

const FIRST_BYTES = 4 * 1024;
const LINE_BYTES = 4 * 1024;
const NEWLINE = 0x0a;
