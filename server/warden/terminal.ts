import { statSync } from 'node:fs';
import { FLOW_CONTROL } from '../protocol/flow-control.ts';
import type { Frame } from '../protocol/frame.ts';
import type { Attached, InputPosition } from '../protocol/terminal.ts';
import { Attachment, type AttachmentEvents } from './attachment.ts';
import type { FloodQueue, FloodTurn } from './flood-queue.ts';
import { InputStreams } from './input-stream.ts';
import type { GistOf } from './output-gist.ts';
import { OutputPacer } from './output-pacer.ts';
import { ReplayBuffer, type TerminalSize } from './replay-buffer.ts';
import { ScreenUse } from './screen-use.ts';
import { Shell, type ShellEnd, type ShellStart } from './shell.ts';

export type { TerminalSize } from './replay-buffer.ts';

/** How a page looks at a terminal. */
export type Look = {
  /** What it has on its screen already. */
  readonly from: number;
  readonly size: TerminalSize;
  readonly used: boolean;
  readonly input: InputPosition;
};

/**
 * One terminal of a sandbox: a shell, what it has printed lately, and the pages that look at it. It
 * outlives its pages (a reload finds the screen as it was) and its shells (a new one prints on).
 */
export class Terminal {
  readonly #start: (size: TerminalSize) => ShellStart;
  readonly #tellPrinted: () => void;
  readonly #tellEnd: (end: ShellEnd) => void;
  readonly #printed: ReplayBuffer;
  readonly #attachments = new Map<Attachment, () => void>();
  readonly #inputs = new InputStreams();
  readonly #pacer = new OutputPacer(() => this.#sendToAll());
  readonly #use: ScreenUse;
  readonly #turn: FloodTurn;
  #shell: Shell | undefined;
  #shells = 0;
  #shellEnded: Promise<void> = Promise.resolve();
  readonly #begun: Promise<void>;
  #begin: () => void = () => {};
  #device = 0;
  /** While nobody looks: the offset up to which somebody had seen. */
  #seenOffset = 0;

  /** Opens the terminal and starts its first shell. Throws when that fails. */
  constructor(options: {
    start: (size: TerminalSize) => ShellStart;
    printed: () => void;
    ended: (end: ShellEnd) => void;
    size: TerminalSize;
    floods: FloodQueue;
    gistOf: GistOf;
  }) {
    this.#start = options.start;
    this.#tellPrinted = options.printed;
    this.#tellEnd = options.ended;
    this.#printed = new ReplayBuffer(FLOW_CONTROL.replayBytes, options.size, options.gistOf);
    this.#use = new ScreenUse(options.size, {
      resized: (size) => {
        this.#printed.resized(size);
        this.#shell?.resize(size.columns, size.rows);
      },
      changed: (size) => {
        for (const page of this.#attachments.keys())
          page.tell.size({ offset: this.head, ...size }, this.#use.isUsed(page));
      },
    });
    this.#turn = options.floods.join(() => this.#readOrPause());
    this.#begun = new Promise((resolve) => {
      this.#begin = resolve;
    });
    this.#startShell();
  }

  /** False when its shell has ended and no new one was started. */
  get running(): boolean {
    return this.#shell !== undefined;
  }

  /** How many shells it has had. */
  get shells(): number {
    return this.#shells;
  }

  /** Resolves when something has been printed, or when the first shell has ended without a word. */
  get begun(): Promise<void> {
    return this.#begun;
  }

  /** Number of bytes printed so far. */
  get head(): number {
    return this.#printed.head;
  }

  /** Device number of its tty, as `/proc/<pid>/stat` has it; 0 when there is none. */
  get device(): number {
    return this.#device;
  }

  get attachments(): number {
    return this.#attachments.size;
  }

  /**
   * A page begins to look: it goes on where it was, or later when that is forgotten. Nothing is sent before
   * `send`, so that the page can be told the answer first.
   */
  attach(
    { from, size, used, input }: Look,
    tell: AttachmentEvents,
  ): { attachment: Attachment; answer: Omit<Attached, 'channel'>; needsRedraw: boolean } {
    const printed = this.#printed;
    const known = from >= printed.start && from <= printed.head;
    const offset = known ? from : printed.lineStart();
    const { stream, accepted } = this.#inputs.open(input, this.running ? this.#shells : undefined);
    const attachment = new Attachment({ from: offset, size, input: stream, tell });
    const needsRedraw = !known && printed.isFullScreenSince(offset);
    if (used || this.#attachments.size === 0) this.#use.by(attachment);
    else this.#use.joinedBy(attachment);
    const answer = {
      ...printed.continueFrom(offset, known),
      head: printed.head,
      running: this.running,
      shell: this.#shells,
      inputOffset: accepted,
      inputTaken: stream.taken,
      used: this.#use.isUsed(attachment),
    };
    return { attachment, answer, needsRedraw };
  }

  /** The page has been told where it begins: send it the replay, and from now on all that is printed. */
  send(attachment: Attachment, needsRedraw = false): void {
    this.#attachments.set(attachment, attachment.input.listen(attachment.tell.taken));
    attachment.send(this.#printed);
    // A full-screen program draws all anew only for a screen of another size.
    if (needsRedraw) this.#use.stir();
    this.#readOrPause();
  }

  detach(attachment: Attachment): void {
    const stopListening = this.#attachments.get(attachment);
    this.#attachments.delete(attachment);
    this.#use.leave(attachment);
    if (stopListening === undefined) return;
    stopListening();
    this.#seenOffset = attachment.drawnOffset;
    this.#readOrPause();
  }

  /** A page types. The screen takes the size of the page that is being used. */
  type(attachment: Attachment, { kind, offset, payload }: Frame): void {
    const { input } = attachment;
    const fresh = input.accept(offset, payload, kind === 'interrupt');
    if (fresh === undefined) return;
    this.#use.by(attachment);
    this.#turn.typed();
    if (this.#shell === undefined) input.took(fresh.byteLength);
    else if (kind === 'interrupt') this.#shell.interrupt(fresh, input.took);
    else this.#shell.write(fresh, input.took);
  }

  resize(attachment: Attachment, size: TerminalSize): void {
    attachment.size = size;
    this.#use.by(attachment);
  }

  acknowledge(attachment: Attachment, offset: number): void {
    attachment.acknowledge(offset);
    attachment.send(this.#printed);
    this.#readOrPause();
  }

  /** Starts a new shell when there is none; the numbering of its bytes goes on. False when there is one. */
  restart(): boolean {
    if (this.#shell !== undefined) return false;
    this.#startShell();
    return true;
  }

  /** Ends the terminal for good. Resolves when its shell is no more and its pty is closed. */
  async close(): Promise<void> {
    this.#pacer.stop();
    this.#turn.stop();
    this.#use.stop();
    for (const stopListening of this.#attachments.values()) stopListening();
    this.#attachments.clear();
    this.#shell?.hangUp();
    await this.#shellEnded;
  }

  #startShell(): void {
    let ended: () => void = () => {};
    this.#shellEnded = new Promise((resolve) => {
      ended = resolve;
    });
    try {
      this.#shell = new Shell(this.#start(this.#use.size), {
        printed: (bytes) => this.#keep(bytes),
        ended: (end) => {
          this.#shell = undefined;
          this.#device = 0;
          this.#pacer.stop();
          this.#begin();
          ended();
          this.#tellEnd(end);
        },
      });
      this.#shells += 1;
      this.#device = statSync(this.#shell.path).rdev;
    } catch (error) {
      if (this.#shell === undefined) ended();
      else this.#shell.hangUp();
      throw error;
    }
    this.#readOrPause();
  }

  #keep(bytes: Uint8Array): void {
    this.#printed.append(bytes);
    this.#begin();
    this.#pacer.printed(bytes.byteLength);
    this.#turn.printed(bytes.byteLength);
    this.#tellPrinted();
    this.#readOrPause();
  }

  #sendToAll(): void {
    for (const attachment of this.#attachments.keys()) attachment.send(this.#printed);
    this.#readOrPause();
  }

  /**
   * Reads on while one page keeps up; a flood beside somebody who types, when its turn comes. When nobody
   * looks, a program may print as much as is remembered and then waits: what a page missed is there when it
   * comes back, and a flood that nobody sees costs nothing.
   */
  #readOrPause(): void {
    if (this.#turn.waits || this.#allAreBehind()) this.#shell?.pause();
    else this.#shell?.resume();
  }

  #allAreBehind(): boolean {
    if (this.#attachments.size === 0)
      return this.#printed.head - this.#seenOffset > FLOW_CONTROL.pauseAboveBytes;
    for (const page of this.#attachments.keys()) if (!page.blocked) return false;
    return true;
  }
}
