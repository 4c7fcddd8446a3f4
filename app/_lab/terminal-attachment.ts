import type { Frame } from '../../server/protocol/frame.ts';
import type { TerminalName } from '../../server/protocol/identifiers.ts';
import { isTerminalAnswer } from '../_terminal/answers.ts';
import { OutputStream } from '../_terminal/output-stream.ts';

/** A terminal on the page, as the session needs it. */
export type TerminalScreen = {
  readonly size: () => TerminalSize;
  /** Draws bytes after all drawn before; says when they are on the screen. */
  readonly write: (bytes: Uint8Array, drawn: () => void) => void;
  /** Clears everything, in order with what is written. */
  readonly reset: () => void;
  /** True when the program on it wants pastes marked as such. */
  readonly wantsMarkedPastes: () => boolean;
  readonly focus: () => void;
};

export type TerminalSize = { readonly columns: number; readonly rows: number };

/**
 * How long a shell may take to read again after Ctrl-C. A program that ignores it, or a shell that marks no
 * pastes, is typed at all the same, as a learner would.
 */
const READING_WITHIN_MS = 1_000;

/**
 * One terminal of the machine and its screen on this page: which channel they talk on, how far the
 * output has come, which size was last told. Lives as long as the page; the screen may come and go.
 */
export class TerminalAttachment {
  screen: TerminalScreen | undefined;
  channel: number | undefined;
  #stream = new OutputStream();
  /** Which opening of the terminal the stream is of; 0 for none yet. */
  #serial = 0;
  #toldSize: TerminalSize | undefined;
  #waitingInput: string[] = [];
  #stopWaiting: ((reading: boolean) => void) | undefined;

  constructor(readonly name: TerminalName) {}

  /** What to ask for to be attached, or nothing while there is no screen. */
  request() {
    const size = this.size();
    if (!size) return undefined;
    this.#toldSize = size;
    return { terminal: this.name, serial: this.#serial, ...size, from: this.#stream.received };
  }

  /** The terminal has answered. Returns the screen's size if it has changed since it was told. */
  attached(answer: {
    channel: number;
    serial: number;
    offset: number;
    head: number;
  }): TerminalSize | undefined {
    if (this.isOther(answer.serial)) this.forget();
    this.channel = answer.channel;
    this.#serial = answer.serial;
    if (this.#stream.attach(answer.offset, answer.head).reset) this.screen?.reset();
    return this.changedSize();
  }

  /** True when what the page has is of another opening. */
  isOther(serial: number): boolean {
    return this.#serial !== 0 && this.#serial !== serial;
  }

  /** True for output that the terminal had printed before this page attached. */
  replays(frame: Frame): boolean {
    return this.#stream.isOld(frame.offset);
  }

  draw(frame: Frame, sendFrame: (frame: Frame) => void): void {
    const { screen } = this;
    const stream = this.#stream;
    if (!screen) return;
    const { reset, pieces } = stream.receive(frame.offset, frame.payload);
    if (reset) screen.reset();
    for (const piece of pieces) {
      screen.write(piece.bytes, () => {
        if (screen.wantsMarkedPastes()) this.#stopWaiting?.(true);
        const offset = stream.drawn(piece);
        // Both may be another by now: the bytes of a machine that is gone are drawn, not acknowledged.
        if (offset === undefined || stream !== this.#stream || this.channel === undefined) return;
        sendFrame({
          kind: 'acknowledgement',
          channel: this.channel,
          offset,
          payload: new Uint8Array(),
        });
      });
    }
  }

  /** True for text that the screen says by itself about output which was answered long ago. */
  isReplayAnswer(text: string): boolean {
    return this.#stream.replaying && isTerminalAnswer(text);
  }

  size(): TerminalSize | undefined {
    return this.screen?.size();
  }

  /** The size, if the terminal has not been told it. */
  changedSize(): TerminalSize | undefined {
    const size = this.size();
    const told = this.#toldSize;
    if (!size || (size.columns === told?.columns && size.rows === told.rows)) return undefined;
    this.#toldSize = size;
    return size;
  }

  wantsMarkedPastes(): boolean {
    return this.screen?.wantsMarkedPastes() ?? false;
  }

  focus(): void {
    this.screen?.focus();
  }

  /**
   * Calls back when something was drawn and a shell reads (it asks for pastes to be marked), or after a
   * while. Not at all when the terminal is lost meanwhile.
   */
  whenReading(then: () => void): void {
    this.#stopWaiting?.(false);
    const stop = (reading: boolean) => {
      clearTimeout(timer);
      this.#stopWaiting = undefined;
      if (reading) then();
    };
    const timer = setTimeout(() => stop(true), READING_WITHIN_MS);
    this.#stopWaiting = stop;
  }

  /** Keeps text for the shell that is being started. */
  holdInput(text: string): void {
    this.#waitingInput.push(text);
  }

  takeWaitingInput(): string[] {
    return this.#waitingInput.splice(0);
  }

  /** The link is lost; what is on the screen stays, and is continued. */
  detach(): void {
    this.channel = undefined;
    this.#waitingInput = [];
    this.#stopWaiting?.(false);
  }

  /** The machine is another one: its terminal begins anew. */
  forget(): void {
    this.detach();
    if (this.#stream.received > 0) this.screen?.reset();
    this.#stream = new OutputStream();
    this.#serial = 0;
    this.#toldSize = undefined;
  }

  /** The screen leaves the page, and what was on it with it. */
  removeScreen(screen: TerminalScreen): void {
    if (this.screen !== screen) return;
    this.screen = undefined;
    this.channel = undefined;
    this.#stream = new OutputStream();
    this.#serial = 0;
    this.#toldSize = undefined;
  }
}
