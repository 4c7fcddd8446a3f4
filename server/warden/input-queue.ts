/** Told how many bytes of somebody's input were taken. */
export type Took = (bytes: number) => void;

type Piece = { bytes: Uint8Array; start: number; end: number; readonly took: Took };

/** Keys that come one by one share a piece of so many bytes. */
const PIECE_BYTES = 256;

/** More than this is no typing any more, whatever each page by itself may send. */
const QUEUE_MAX = { pieces: 4096, bytes: 2 * 1024 * 1024 } as const;

/**
 * Input that waits for a pty, in the order it came. It copies what it keeps, so that a key does not hold on
 * to the packet it came in. Each page bounds what it sends; a flood of pages is bounded here.
 */
export class InputQueue {
  #pieces: Piece[] = [];
  #bytes = 0;

  get isEmpty(): boolean {
    return this.#pieces.length === 0;
  }

  /** What is to be written next. */
  get next(): Uint8Array | undefined {
    const piece = this.#pieces[0];
    return piece?.bytes.subarray(piece.start, piece.end);
  }

  add(bytes: Uint8Array, took: Took): void {
    if (this.#pieces.length >= QUEUE_MAX.pieces || this.#bytes >= QUEUE_MAX.bytes) {
      // For a program that reads nothing what comes now is lost, as it is on a real line.
      took(bytes.byteLength);
      return;
    }
    this.#bytes += bytes.byteLength;
    const last = this.#pieces.at(-1);
    if (last?.took === took && last.end + bytes.byteLength <= last.bytes.byteLength) {
      last.bytes.set(bytes, last.end);
      last.end += bytes.byteLength;
    } else {
      const kept = new Uint8Array(Math.max(bytes.byteLength, PIECE_BYTES));
      kept.set(bytes);
      this.#pieces.push({ bytes: kept, start: 0, end: bytes.byteLength, took });
    }
  }

  /** So much of the next piece has been written. */
  taken(bytes: number): void {
    const piece = this.#pieces[0];
    if (piece === undefined) return;
    piece.start += bytes;
    this.#bytes -= bytes;
    if (piece.start === piece.end) this.#pieces.shift();
    piece.took(bytes);
  }

  /** Throws away what waits. Who typed it is told that it is gone, as if it had been taken. */
  clear(): void {
    this.#bytes = 0;
    for (const { start, end, took } of this.#pieces.splice(0)) took(end - start);
  }
}
