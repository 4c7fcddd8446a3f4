import { FLOW_CONTROL } from '../../server/protocol/flow-control.ts';
import type { Continuation, SizeAt } from '../../server/protocol/terminal.ts';

/** Bytes to draw, and where in the terminal's output they end. */
export type OutputPiece = {
  readonly kind: 'bytes';
  readonly bytes: Uint8Array;
  readonly end: number;
  /** Pieces from before a reset still come back from xterm.js after it; the epoch tells them apart. */
  readonly epoch: number;
};

/** What is to be done to the screen next. */
export type OutputStep =
  | OutputPiece
  /** The output that follows was printed for this size. */
  | { readonly kind: 'size'; readonly columns: number; readonly rows: number }
  /** What is on the screen is not of this terminal: clear all. */
  | { readonly kind: 'reset' }
  /** So many bytes are missing here, and are not kept anywhere. What was drawn stays; modes do not. */
  | { readonly kind: 'gap'; readonly missedBytes: number; readonly fullScreen: boolean }
  /** Sets the modes that hold from here on. */
  | { readonly kind: 'modes'; readonly modes: string };

/** Modes that bring a full-screen program's screen. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: escape sequences begin with ESC
const ALTERNATE_SCREEN = /\x1b\[\?(?:47|1047|1049)h/;

/**
 * Keeps account of one terminal's output by byte offset: what has arrived, what is on the screen, what
 * was acknowledged, where the replay of old output ends, and for which sizes it was printed. Knows nothing
 * of sockets or xterm.js.
 */
export class OutputStream {
  #received = 0;
  #drawn = 0;
  #acknowledged = 0;
  #head = 0;
  #epoch = 0;
  /** Sizes of output that has not arrived yet. */
  #sizes: SizeAt[] = [];

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

  /** Bytes of the replay that are still to be drawn. */
  get replayBytes(): number {
    return Math.max(0, this.#head - this.#drawn);
  }

  /** True for an offset that the terminal had passed before this page attached. */
  isOld(offset: number): boolean {
    return offset < this.#head;
  }

  /** The terminal answered: output continues as it says, and is a replay before `head`. */
  attach(continuation: Continuation, head: number): OutputStep[] {
    const steps = this.#continueWith(continuation);
    this.#acknowledged = continuation.offset;
    this.#head = head;
    return steps;
  }

  /** Output was skipped: it goes on as this says. */
  skip(continuation: Continuation): OutputStep[] {
    return this.#continueWith(continuation);
  }

  /** The terminal has another size, from an offset on. */
  resized(size: SizeAt): OutputStep[] {
    this.#sizes.push(size);
    return this.#dueSizes();
  }

  /** Output has arrived. It is cut where the replay ends, and where the size changes. */
  receive(offset: number, payload: Uint8Array): OutputStep[] {
    const steps: OutputStep[] = offset === this.#received ? [] : [this.#jumpTo(offset)];
    let rest = payload;
    while (rest.byteLength > 0) {
      steps.push(...this.#dueSizes());
      const cuts = [this.#head, ...this.#sizes.map((size) => size.offset)];
      const room = cuts.filter((cut) => cut > this.#received).map((cut) => cut - this.#received);
      const bytes = rest.subarray(0, Math.min(rest.byteLength, ...room));
      this.#received += bytes.byteLength;
      steps.push({ kind: 'bytes', bytes, end: this.#received, epoch: this.#epoch });
      rest = rest.subarray(bytes.byteLength);
    }
    return [...steps, ...this.#dueSizes()];
  }

  /** A piece is on the screen. Returns the offset to acknowledge when it is time to. */
  drawn(piece: OutputPiece): number | undefined {
    if (piece.epoch !== this.#epoch) return undefined;
    this.#drawn = piece.end;
    if (this.#drawn - this.#acknowledged < FLOW_CONTROL.acknowledgeEveryBytes) return undefined;
    this.#acknowledged = this.#drawn;
    return this.#drawn;
  }

  #continueWith({ offset, modes, sizes }: Continuation): OutputStep[] {
    this.#sizes = [...sizes];
    const steps: OutputStep[] = [];
    if (offset > this.#received && this.#received > 0) {
      const missedBytes = offset - this.#received;
      this.#jumpTo(offset);
      steps.push({ kind: 'gap', missedBytes, fullScreen: ALTERNATE_SCREEN.test(modes) });
    } else if (offset !== this.#received) {
      // Nothing has been drawn yet, and there is nothing to clear; or it is not the terminal that it was.
      const isOther = this.#received > 0;
      this.#jumpTo(offset);
      if (isOther) steps.push({ kind: 'reset' });
    }
    steps.push(...this.#dueSizes());
    if (modes !== '') steps.push({ kind: 'modes', modes });
    return steps;
  }

  #dueSizes(): OutputStep[] {
    const due = this.#sizes.filter((size) => size.offset <= this.#received);
    this.#sizes = this.#sizes.filter((size) => size.offset > this.#received);
    const last = due.at(-1);
    return last === undefined ? [] : [{ kind: 'size', columns: last.columns, rows: last.rows }];
  }

  #jumpTo(offset: number): OutputStep {
    this.#received = offset;
    this.#drawn = offset;
    this.#acknowledged = offset;
    this.#epoch += 1;
    return { kind: 'reset' };
  }
}
