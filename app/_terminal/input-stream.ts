import { FLOW_CONTROL } from '../../server/protocol/flow-control.ts';
import type { Attached, InputPosition } from '../../server/protocol/terminal.ts';
import { cutPaste } from './typing.ts';

/** Input as it goes out, at its offset in the stream. */
export type InputPiece = {
  readonly kind: 'input' | 'interrupt';
  readonly offset: number;
  readonly payload: Uint8Array;
};

type SentPiece = InputPiece & { readonly at: number };

/** What was typed longer ago than this, and may not have arrived, is given up: the screen has changed since. */
export const INPUT_KEPT_MS = 30_000;

/**
 * What a page types into one terminal of one machine. Each byte has its offset for ever; what the terminal
 * has not taken is kept and sent again over the next connection, if that comes soon, and the terminal cuts
 * off what it has. No more is under way than the window; the rest of a long paste waits here.
 */
export class InputStream {
  readonly #stream = randomStream();
  #sent: number;
  #taken: number;
  #shell = 0;
  #pieces: SentPiece[] = [];
  #waiting: Uint8Array[] = [];
  /** When the connection was lost; what waits was to go out then. */
  #cutAt: number | undefined;
  #toldPosition: InputPosition | undefined;

  /** `from`: where the terminal expects its first byte, when it has told so already. */
  constructor(from = 0) {
    this.#sent = from;
    this.#taken = from;
  }

  /** What to say of it when the page attaches. Gives up what is too old. */
  position(now: number): InputPosition {
    const young = this.#pieces.find((piece) => now - piece.at <= INPUT_KEPT_MS);
    this.#toldPosition = {
      stream: this.#stream,
      from: young?.offset ?? this.#sent,
      end: this.#sent,
      shell: this.#shell,
    };
    return this.#toldPosition;
  }

  /** The terminal has answered. Returns what goes out now, and how many bytes are lost for good. */
  attached(
    answer: Pick<Attached, 'inputOffset' | 'inputTaken' | 'shell' | 'running'>,
    now: number,
  ): { readonly pieces: readonly InputPiece[]; readonly lostBytes: number } {
    const { from = 0, shell = 0 } = this.#toldPosition ?? {};
    const sameShell = answer.running && (shell === answer.shell || shell === 0);
    const come = Math.max(answer.inputOffset, sameShell ? from : this.#sent);
    let lostBytes = Math.min(come, this.#sent) - Math.min(answer.inputOffset, this.#sent);
    const isLate = this.#cutAt !== undefined && now - this.#cutAt > INPUT_KEPT_MS;
    if (isLate || !sameShell) lostBytes += this.#forgetWaiting();
    this.#cutAt = undefined;
    this.#shell = answer.shell;
    this.#taken = answer.inputTaken;
    this.#pieces = this.#pieces.filter((piece) => endOf(piece) > come);
    const again = [...this.#pieces];
    // All that was under way may have been taken meanwhile: then nothing else makes the rest go on.
    return { pieces: [...again, ...this.#send(now)], lostBytes };
  }

  /** The connection is lost. */
  cut(now: number): void {
    this.#cutAt ??= now;
  }

  /** Types; the pieces that may go out now. */
  type(bytes: Uint8Array, now: number): InputPiece[] {
    this.#waiting.push(bytes);
    return this.#send(now);
  }

  /** Types what must not wait: what waits is thrown away. */
  interrupt(bytes: Uint8Array, now: number): InputPiece[] {
    this.#forgetWaiting();
    return [this.#keep('interrupt', bytes, now)];
  }

  /** The terminal has taken all before `offset`; the pieces that may go out now. */
  taken(offset: number, now: number): InputPiece[] {
    this.#taken = Math.max(this.#taken, offset);
    const first = this.#pieces.findIndex((piece) => endOf(piece) > this.#taken);
    this.#pieces.splice(0, first < 0 ? this.#pieces.length : first);
    return this.#send(now);
  }

  /** Its shell has ended: what waits was for that one. */
  shellEnded(): void {
    this.#forgetWaiting();
  }

  shellStarted(shell: number): void {
    this.#shell = shell;
  }

  #send(now: number): InputPiece[] {
    const pieces: InputPiece[] = [];
    for (;;) {
      const room = FLOW_CONTROL.inputWindowBytes - (this.#sent - this.#taken);
      const next = this.#waiting[0];
      if (next === undefined || room <= 0) return pieces;
      const payload = cutPaste(next, Math.min(room, FLOW_CONTROL.inputPieceBytes));
      if (payload.byteLength === next.byteLength) this.#waiting.shift();
      else this.#waiting[0] = next.subarray(payload.byteLength);
      pieces.push(this.#keep('input', payload, now));
    }
  }

  #keep(kind: InputPiece['kind'], payload: Uint8Array, at: number): InputPiece {
    const piece = { kind, offset: this.#sent, payload, at };
    this.#sent += payload.byteLength;
    this.#pieces.push(piece);
    return piece;
  }

  #forgetWaiting(): number {
    return this.#waiting.splice(0).reduce((sum, bytes) => sum + bytes.byteLength, 0);
  }
}

const endOf = (piece: InputPiece) => piece.offset + piece.payload.byteLength;

function randomStream(): string {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('');
}
