import { FLOW_CONTROL } from '../../server/protocol/flow-control.ts';

/** Bytes to draw, and where in the terminal's output they end. */
export type OutputPiece = {
  readonly bytes: Uint8Array;
  readonly end: number;
  /** Pieces from before a reset still come back from xterm.js after it; the epoch tells them apart. */
  readonly epoch: number;
};

export type Received = {
  /** What is on the screen does not continue with these bytes: clear it first. */
  readonly reset: boolean;
  readonly pieces: readonly OutputPiece[];
};

/**
 * Keeps account of one terminal's output by byte offset: what has arrived, what is on the screen, what
 * was acknowledged, and where the replay of old output ends. Knows nothing of sockets or xterm.js.
 */
export class OutputStream {
  #received = 0;
  #drawn = 0;
  #acknowledged = 0;
  #head = 0;
  #epoch = 0;

  /** Bytes that have arrived: what a reconnecting page asks to continue from. */
  get received(): number {
    return this.#received;
  }

  /**
   * True while bytes are drawn that the terminal had printed before this page attached. Programs asked
   * the terminal questions in them (where is the cursor?) which were answered long ago.
   */
  get replaying(): boolean {
    return this.#drawn < this.#head;
  }

  /** True for an offset that the terminal had passed before this page attached. */
  isOld(offset: number): boolean {
    return offset < this.#head;
  }

  /** The terminal answered: output continues at `offset`, and is a replay before `head`. */
  attach(offset: number, head: number): { readonly reset: boolean } {
    const reset = this.#continueAt(offset);
    this.#acknowledged = offset;
    this.#head = head;
    return { reset };
  }

  /** Output has arrived. It is cut at the end of the replay, so that a piece is either old or new. */
  receive(offset: number, payload: Uint8Array): Received {
    const reset = this.#continueAt(offset);
    const oldBytes = Math.min(Math.max(this.#head - offset, 0), payload.byteLength);
    const pieces = [payload.subarray(0, oldBytes), payload.subarray(oldBytes)]
      .filter((bytes) => bytes.byteLength > 0)
      .map((bytes) => {
        this.#received += bytes.byteLength;
        return { bytes, end: this.#received, epoch: this.#epoch };
      });
    return { reset, pieces };
  }

  /** A piece is on the screen. Returns the offset to acknowledge when it is time to. */
  drawn(piece: OutputPiece): number | undefined {
    if (piece.epoch !== this.#epoch) return undefined;
    this.#drawn = piece.end;
    if (this.#drawn - this.#acknowledged < FLOW_CONTROL.acknowledgeEveryBytes) return undefined;
    this.#acknowledged = this.#drawn;
    return this.#drawn;
  }

  #continueAt(offset: number): boolean {
    if (offset === this.#received) return false;
    // Nothing has been drawn yet: there is nothing to clear, the terminal has just forgotten its beginning.
    const reset = this.#received > 0;
    this.#received = offset;
    this.#drawn = offset;
    this.#acknowledged = offset;
    this.#epoch += 1;
    return reset;
  }
}
