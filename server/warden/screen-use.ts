import type { Attachment } from './attachment.ts';
import type { TerminalSize } from './replay-buffer.ts';

/** How long a program may take to hear of the size that is there to make it draw anew. */
const STIR_MS = 250;

/**
 * Which of the pages that look at a terminal is the one that is used, and so decides the terminal's size,
 * as with tmux's `window-size latest`: who attached, typed or was resized last. The others draw the
 * content at that size, whatever room they have.
 */
export class ScreenUse {
  readonly #resized: (size: TerminalSize) => void;
  readonly #changed: (size: TerminalSize) => void;
  /** All that look, the one that is used last. */
  readonly #pages = new Set<Attachment>();
  #size: TerminalSize;
  #stirring: NodeJS.Timeout | undefined;

  constructor(
    size: TerminalSize,
    events: {
      resized: (size: TerminalSize) => void;
      /** The size, or the page that is used, is another now. */
      changed: (size: TerminalSize) => void;
    },
  ) {
    this.#size = size;
    this.#resized = events.resized;
    this.#changed = events.changed;
  }

  get size(): TerminalSize {
    return this.#size;
  }

  isUsed(page: Attachment): boolean {
    return this.#used === page;
  }

  /** A page looks, and is not used. */
  joinedBy(page: Attachment): void {
    this.#pages.delete(page);
    const used = this.#used;
    this.#pages.add(page);
    if (used === undefined) return;
    this.#pages.delete(used);
    this.#pages.add(used);
  }

  /** A page is used. */
  by(page: Attachment): void {
    const isNews = this.#used !== page;
    if (isNews) {
      this.#pages.delete(page);
      this.#pages.add(page);
    }
    if (this.#take(page.size) || isNews) this.#changed(this.#size);
  }

  /** A page is gone: the one that was used before it decides again. */
  leave(page: Attachment): void {
    const wasUsed = this.#used === page;
    this.#pages.delete(page);
    const next = this.#used;
    if (!wasUsed || next === undefined) return;
    this.#take(next.size);
    this.#changed(this.#size);
  }

  /** Takes one line away, and gives it back when the program must have seen it. */
  stir(): void {
    if (this.#stirring !== undefined || this.#size.rows < 2) return;
    const { columns, rows } = this.#size;
    this.#setSize({ columns, rows: rows - 1 });
    this.#changed(this.#size);
    this.#stirring = setTimeout(() => this.#calm(), STIR_MS);
  }

  stop(): void {
    clearTimeout(this.#stirring);
    this.#stirring = undefined;
    this.#pages.clear();
  }

  get #used(): Attachment | undefined {
    return [...this.#pages].at(-1);
  }

  #calm(): void {
    clearTimeout(this.#stirring);
    this.#stirring = undefined;
    const used = this.#used;
    if (used !== undefined && this.#take(used.size)) this.#changed(this.#size);
  }

  /** False when it is the size already. */
  #take(size: TerminalSize): boolean {
    if (size.columns === this.#size.columns && size.rows === this.#size.rows) return false;
    this.#setSize(size);
    return true;
  }

  #setSize(size: TerminalSize): void {
    this.#size = size;
    this.#resized(size);
  }
}
