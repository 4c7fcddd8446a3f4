import type { Frame } from '../../server/protocol/frame.ts';
import type { TerminalName } from '../../server/protocol/identifiers.ts';
import type { Attached, Continuation, SizeAt } from '../../server/protocol/terminal.ts';
import { isTerminalAnswer } from '../_terminal/answers.ts';
import { type InputPiece, InputStream } from '../_terminal/input-stream.ts';
import { type OutputPiece, type OutputStep, OutputStream } from '../_terminal/output-stream.ts';
import { isInterrupt } from '../_terminal/typing.ts';

/** A terminal on the page, as the session needs it. */
export type TerminalScreen = {
  /** The size that the page has room for. */
  readonly size: () => TerminalSize;
  /** Gives the terminal this size, in order with what is written. */
  readonly resize: (size: TerminalSize) => void;
  /** Draws bytes after all drawn before; says when they are on the screen. Without a place they are nobody's output. */
  readonly write: (bytes: Uint8Array, drawn: () => void, output?: OutputPlace) => void;
  /** Clears everything, in order with what is written. */
  readonly reset: () => void;
  /** Ends whatever the output before was in the middle of; says what is missing, if it says so here. */
  readonly skip: (missedBytes: number | undefined) => void;
  /** Hides what is drawn until it is complete. */
  readonly conceal: (on: boolean) => void;
  /** True when the program on it wants pastes marked as such. */
  readonly wantsMarkedPastes: () => boolean;
  readonly focus: () => void;
};

/** Where bytes stand in a terminal's output. */
export type OutputPlace = {
  readonly offset: number;
  /** True while what is being drawn was printed before this page attached. */
  readonly isReplay: () => boolean;
};

export type TerminalSize = { readonly columns: number; readonly rows: number };

/** What the attachment needs of the session. */
export type AttachmentParts = {
  readonly sendFrame: (frame: Frame) => boolean;
  /** Output was not kept, and its place on the screen belongs to a full-screen program. */
  readonly missed: (bytes: number) => void;
  readonly now?: () => number;
};

/**
 * How long a shell may take to read again after Ctrl-C. A program that ignores it, or a shell that marks no
 * pastes, is typed at all the same, as a learner would.
 */
const READING_WITHIN_MS = 1_000;

/** A replay that is longer is drawn out of sight. */
const SEEN_REPLAY_BYTES = 4 * 1024;

const utf8 = new TextEncoder();

/**
 * One terminal of the machine and its screen on this page: which channel they talk on, how far output and
 * input have come, which sizes it and the page have. Lives as long as the page; the screen may come and go.
 */
export class TerminalAttachment {
  screen: TerminalScreen | undefined;
  channel: number | undefined;
  readonly #parts: AttachmentParts;
  readonly #now: () => number;
  #output = new OutputStream();
  #input = new InputStream();
  /** Which opening of the terminal both are of; 0 for none yet. */
  #serial = 0;
  #toldSize: TerminalSize | undefined;
  /** The terminal's own size, and whether this page is the one that decides it. */
  #ownSize: TerminalSize | undefined;
  #used = true;
  #waitingInput: string[] = [];
  #stopWaiting: ((reading: boolean) => void) | undefined;

  constructor(
    readonly name: TerminalName,
    parts: AttachmentParts,
  ) {
    this.#parts = parts;
    this.#now = parts.now ?? Date.now;
  }

  /** What to ask for to be attached, or nothing while there is no screen. */
  request(used: boolean) {
    // A page that comes back has the notices of its absence on it, and room for less than in a moment.
    const size = this.#toldSize ?? this.size();
    if (!this.screen || !size) return undefined;
    this.#toldSize = size;
    const input = this.#input.position(this.#now());
    const [serial, from] = [this.#serial, this.#output.received];
    return { terminal: this.name, serial, ...size, from, used, input };
  }

  /** The terminal has answered. Returns how much of what was typed before is lost. */
  attached(answer: Attached & { readonly serial: number }): number {
    if (this.isOther(answer.serial)) this.#forgetOpening(answer.inputOffset);
    this.channel = answer.channel;
    this.#serial = answer.serial;
    this.#used = answer.used;
    const isNew = this.#output.received === 0;
    this.#do(this.#output.attach(answer, answer.head));
    if (isNew && this.#output.replayBytes > SEEN_REPLAY_BYTES) this.screen?.conceal(true);
    const { pieces, lostBytes } = this.#input.attached(answer, this.#now());
    this.#sendInput(pieces);
    return lostBytes;
  }

  /** True when what the page has is of another opening. */
  isOther(serial: number): boolean {
    return this.#serial !== 0 && this.#serial !== serial;
  }

  /** True for output that the terminal had printed before this page attached. */
  replays(frame: Frame): boolean {
    return this.#output.isOld(frame.offset);
  }

  draw(frame: Frame): void {
    this.#do(this.#output.receive(frame.offset, frame.payload));
  }

  skipped(continuation: Continuation): void {
    this.#do(this.#output.skip(continuation));
  }

  resized(size: SizeAt, used: boolean): void {
    this.#used = used;
    this.#do(this.#output.resized(size));
  }

  /** The terminal has taken input. */
  taken(offset: number): void {
    this.#sendInput(this.#input.taken(offset, this.#now()));
  }

  /** Types, as far as the terminal takes it; the rest waits. False when nothing can be typed at. */
  type(text: string): boolean {
    if (this.channel === undefined) return false;
    if (isInterrupt(text)) this.#sendInput(this.#input.interrupt(utf8.encode(text), this.#now()));
    else this.typeBytes(utf8.encode(text));
    return true;
  }

  typeBytes(bytes: Uint8Array): boolean {
    if (this.channel === undefined) return false;
    this.#sendInput(this.#input.type(bytes, this.#now()));
    return true;
  }

  shellEnded(): void {
    this.#input.shellEnded();
  }

  shellStarted(shell: number): void {
    this.#input.shellStarted(shell);
  }

  /**
   * True for text that the screen says by itself and that no program waits for: it is about output which was
   * answered long ago, or another page answers, or nobody hears it.
   */
  isIdleAnswer(text: string): boolean {
    const isIdle = this.#output.replaying || !this.#used || this.channel === undefined;
    return isIdle && isTerminalAnswer(text);
  }

  /** The size that the page has room for. */
  size(): TerminalSize | undefined {
    return this.screen?.size();
  }

  /** That size, if the terminal has not been told it. */
  changedSize(): TerminalSize | undefined {
    const size = this.size();
    if (!size || isSame(size, this.#toldSize)) return undefined;
    if (this.channel !== undefined) this.#toldSize = size;
    // What is drawn keeps the size it was drawn for until the terminal has another.
    else if (this.#ownSize === undefined) this.screen?.resize(size);
    return size;
  }

  /** True when this page decides its size, and answers programs. */
  get isUsed(): boolean {
    return this.#used;
  }

  /** It is being looked at: the page's size, if another page has decided it or it was not told. */
  claimedSize(): TerminalSize | undefined {
    if (this.channel === undefined) return undefined;
    return this.changedSize() ?? (this.#used ? undefined : this.size());
  }

  /** The terminal's size, when it is another page's and not the one that this page has room for. */
  foreignSize(): TerminalSize | undefined {
    if (this.#used || this.channel === undefined) return undefined;
    return isSame(this.#ownSize, this.size()) ? undefined : this.#ownSize;
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
    if (this.channel !== undefined) this.#input.cut(this.#now());
    this.channel = undefined;
    this.#waitingInput = [];
    this.#stopWaiting?.(false);
    this.screen?.conceal(false);
  }

  /** The machine is another one: its terminal begins anew. */
  forget(): void {
    this.detach();
    if (this.#output.received > 0) this.screen?.reset();
    this.#begin();
    this.#input = new InputStream();
    this.#serial = 0;
  }

  /** What it has is of an opening that is no more. What it has asked for, with this size, holds for the other one. */
  #forgetOpening(inputOffset: number): void {
    const toldSize = this.#toldSize;
    this.forget();
    this.#toldSize = toldSize;
    this.#input = new InputStream(inputOffset);
  }

  /** The screen leaves the page, and what was on it with it. */
  removeScreen(screen: TerminalScreen): void {
    if (this.screen !== screen) return;
    this.detach();
    this.screen = undefined;
    this.#begin();
    this.#serial = 0;
  }

  #begin(): void {
    this.#output = new OutputStream();
    this.#toldSize = undefined;
    this.#ownSize = undefined;
    this.#used = true;
  }

  #sendInput(pieces: readonly InputPiece[]): void {
    const { channel } = this;
    if (channel === undefined) return;
    for (const { kind, offset, payload } of pieces)
      this.#parts.sendFrame({ kind, channel, offset, payload });
  }

  #do(steps: readonly OutputStep[]): void {
    const { screen } = this;
    if (!screen) return;
    for (const step of steps) {
      switch (step.kind) {
        case 'bytes':
          screen.write(step.bytes, this.#whenDrawn(screen, step), this.#placeOf(step));
          break;
        case 'size':
          this.#ownSize = { columns: step.columns, rows: step.rows };
          screen.resize(step);
          break;
        case 'reset':
          screen.reset();
          break;
        case 'gap':
          screen.skip(step.fullScreen ? undefined : step.missedBytes);
          if (step.fullScreen) this.#parts.missed(step.missedBytes);
          break;
        case 'modes':
          screen.write(utf8.encode(step.modes), () => {});
          break;
      }
    }
  }

  #placeOf(piece: OutputPiece): OutputPlace {
    const output = this.#output;
    return {
      offset: piece.end - piece.bytes.byteLength,
      isReplay: () => output.replaying,
    };
  }

  #whenDrawn(screen: TerminalScreen, piece: OutputPiece): () => void {
    const output = this.#output;
    return () => {
      if (screen.wantsMarkedPastes()) this.#stopWaiting?.(true);
      const offset = output.drawn(piece);
      if (output === this.#output && !output.replaying) screen.conceal(false);
      // Both may be another by now: the bytes of a machine that is gone are drawn, not acknowledged.
      if (offset === undefined || output !== this.#output || this.channel === undefined) return;
      this.#parts.sendFrame({
        kind: 'acknowledgement',
        channel: this.channel,
        offset,
        payload: new Uint8Array(),
      });
    };
  }
}

const isSame = (one: TerminalSize | undefined, other: TerminalSize | undefined) =>
  one?.columns === other?.columns && one?.rows === other?.rows;
