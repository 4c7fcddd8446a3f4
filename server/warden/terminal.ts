import { statSync } from 'node:fs';
import { FLOW_CONTROL } from '../protocol/flow-control.ts';
import { Attachment } from './attachment.ts';
import { OutputPacer } from './output-pacer.ts';
import { ReplayBuffer } from './replay-buffer.ts';
import { Shell, type ShellEnd, type ShellStart } from './shell.ts';

/** A terminal's size in character cells. */
export type TerminalSize = { readonly columns: number; readonly rows: number };

/**
 * One terminal of a sandbox: a shell, what it has printed lately, and the pages that look at it. It
 * outlives its pages (a reload finds the screen as it was) and its shells (a new one prints on).
 */
export class Terminal {
  readonly #start: (size: TerminalSize) => ShellStart;
  readonly #tellPrinted: () => void;
  readonly #tellEnd: (end: ShellEnd) => void;
  readonly #printed = new ReplayBuffer(FLOW_CONTROL.replayBytes);
  readonly #attachments = new Set<Attachment>();
  readonly #pacer = new OutputPacer(() => this.#sendToAll());
  #shell: Shell | undefined;
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
  }) {
    this.#start = options.start;
    this.#tellPrinted = options.printed;
    this.#tellEnd = options.ended;
    this.#begun = new Promise((resolve) => {
      this.#begin = resolve;
    });
    this.#startShell(options.size);
  }

  /** False when its shell has ended and no new one was started. */
  get running(): boolean {
    return this.#shell !== undefined;
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
   * A page begins to look. `from`: what it has on its screen already; it goes on there, or later when
   * that is forgotten. Nothing is sent before `send`, so that the page can be told the offset first.
   */
  attach(
    from: number,
    size: TerminalSize,
    deliver: (offset: number, payload: Uint8Array) => void,
  ): { attachment: Attachment; offset: number } {
    const known = from >= this.#printed.start && from <= this.#printed.head;
    const offset = known ? from : this.#printed.lineStart();
    const attachment = new Attachment({ from: offset, ...size, deliver });
    this.#shell?.resize(size.columns, size.rows);
    return { attachment, offset };
  }

  /** The page has been told where it begins: send it the replay, and from now on all that is printed. */
  send(attachment: Attachment): void {
    this.#attachments.add(attachment);
    attachment.send(this.#printed);
    this.#readOrPause();
  }

  detach(attachment: Attachment): void {
    if (!this.#attachments.delete(attachment)) return;
    this.#seenOffset = attachment.drawnOffset;
    this.#readOrPause();
  }

  /** A page types. The screen takes the size of the page that is being used. */
  type(attachment: Attachment, bytes: Uint8Array): void {
    this.#shell?.resize(attachment.columns, attachment.rows);
    this.#shell?.write(bytes);
  }

  resize(attachment: Attachment, size: TerminalSize): void {
    attachment.columns = size.columns;
    attachment.rows = size.rows;
    this.#shell?.resize(size.columns, size.rows);
  }

  acknowledge(attachment: Attachment, offset: number): void {
    attachment.acknowledge(offset);
    attachment.send(this.#printed);
    this.#readOrPause();
  }

  /** Starts a new shell when there is none; the numbering of its bytes goes on. */
  restart(size: TerminalSize): void {
    if (this.#shell === undefined) this.#startShell(size);
  }

  /** Ends the terminal for good. Resolves when its shell is no more and its pty is closed. */
  async close(): Promise<void> {
    this.#pacer.stop();
    this.#attachments.clear();
    this.#shell?.hangUp();
    await this.#shellEnded;
  }

  #startShell(size: TerminalSize): void {
    let ended: () => void = () => {};
    this.#shellEnded = new Promise((resolve) => {
      ended = resolve;
    });
    try {
      this.#shell = new Shell(this.#start(size), {
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
    this.#tellPrinted();
    this.#readOrPause();
  }

  #sendToAll(): void {
    for (const attachment of this.#attachments) attachment.send(this.#printed);
    this.#readOrPause();
  }

  /**
   * Reads on while one page keeps up. When nobody looks, a program may print as much as is remembered
   * and then waits: what a page missed is there when it comes back, and a flood that nobody sees costs
   * nothing.
   */
  #readOrPause(): void {
    const pages = [...this.#attachments];
    const unseenBytes = this.#printed.head - this.#seenOffset;
    const pause =
      pages.length > 0
        ? pages.every((page) => page.blocked)
        : unseenBytes > FLOW_CONTROL.pauseAboveBytes;
    if (pause) this.#shell?.pause();
    else this.#shell?.resume();
  }
}
