import { eventually } from '../../server/testing/eventually.ts';
import { Onlooker } from '../../server/testing/onlooker.ts';
import { PATIENCE } from '../../server/testing/patience.ts';
import type { Terminal } from '../../server/warden/terminal.ts';
import { plainText } from '../format/output.ts';

/** How long a command may take before a lesson counts as broken. */
const DEADLINE_MS = 20_000 * PATIENCE;

const SIZE = { columns: 200, rows: 50 } as const;
const SCREEN_LINES = 14;

/** bash says so when it begins to read a line, and when the line is complete (bracketed paste). */
const READS = '\u001b[?2004h';
const HAS_READ = '\u001b[?2004l\r';

/** `root@machine:~# `, with or without the name of the terminal before it; or that of a plain shell. */
const PROMPT = /^(?:\[\w+\] )?\S* ?[#$] $/;
const BASH_PROMPT = /^(?:\[\w+\] )?\S* ?[#$] /;

/** What a key sends. */
const KEYS: Readonly<Record<string, string>> = {
  'Ctrl-C': '\u0003',
  'Ctrl-D': '\u0004',
  'Ctrl-Z': '\u001a',
  Enter: '\r',
  q: 'q',
};

/** Someone at a real terminal: types, and knows from what is printed when it is their turn again. */
export class Typist {
  readonly #onlooker: Onlooker;
  readonly #decoder = new TextDecoder();
  readonly #name: string;
  #printed = '';
  #printedAt = performance.now();
  #typedAt = 0;
  #typedLines = 0;
  #wake: () => void = () => {};

  constructor(name: string, terminal: Terminal) {
    this.#name = name;
    this.#onlooker = new Onlooker(terminal, {
      size: SIZE,
      output: (offset, payload) => {
        this.#printed += this.#decoder.decode(payload, { stream: true });
        this.#printedAt = performance.now();
        // Afterwards: what is being delivered does not count as sent yet.
        queueMicrotask(() =>
          terminal.acknowledge(this.#onlooker.attachment, offset + payload.byteLength),
        );
        this.#wake();
      },
    });
  }

  /** True when a shell waits for the next command. */
  get atPrompt(): boolean {
    const text = this.#printed.slice(this.#typedAt);
    const reads = text.lastIndexOf(READS);
    const isRead = text.indexOf(HAS_READ, Math.max(0, reads)) >= 0;
    if (reads < 0 && this.#readLines < this.#typedLines) return false;
    // After bash's own words comes its prompt, and maybe what a job in the background has to say.
    if (reads >= 0 && !isRead) return BASH_PROMPT.test(plainText(text.slice(reads))[0] ?? '');
    // Within what bash runs, it may be the prompt of another shell.
    return PROMPT.test(plainText(text.slice(text.lastIndexOf('\n') + 1)).join('\n'));
  }

  /** Resolves when a shell waits for the next command. */
  prompt(): Promise<void> {
    return this.#until('a prompt', () => this.atPrompt);
  }

  /** Types a command at the prompt. What it prints is read by `output`. */
  async type(command: string): Promise<void> {
    await this.prompt();
    this.#typedAt = this.#printed.length;
    this.#typedLines = command.split('\n').length;
    this.#onlooker.type(`${command.replaceAll('\n', '\r')}\r`);
    await this.#until(`the echo of ${command}`, () => this.#readLines >= this.#typedLines);
  }

  /** Presses a key; resolves with what comes of it: a prompt, or nothing more for so long. */
  async press(key: string, quietMs: number): Promise<void> {
    const before = { at: this.#typedAt, lines: this.#typedLines };
    this.#typedAt = this.#printed.length;
    this.#typedLines = 0;
    this.#printedAt = performance.now();
    this.#onlooker.type(KEYS[key] ?? key);
    await eventually(`something comes of ${key}`, () => this.atPrompt || this.quietMs > quietMs);
    if (this.#printed.length > this.#typedAt) return;
    // Nobody has taken the key: where a prompt stood, it stands.
    this.#typedAt = before.at;
    this.#typedLines = before.lines;
  }

  /** What the last command has printed so far, without the prompt after it. */
  get output(): string {
    const text = this.#printed.slice(this.#typedAt);
    const read = text.lastIndexOf(HAS_READ);
    if (read >= 0) {
      const rest = text.slice(read + HAS_READ.length);
      if (rest.includes(READS)) return rest.slice(0, rest.lastIndexOf(READS));
      // A shell that says nothing of its own has begun in this one.
      return this.atPrompt ? rest.slice(0, rest.lastIndexOf('\n') + 1) : rest;
    }
    // Of such a shell: what follows the echo of what was typed, up to its prompt or that of the shell around.
    const lines = text.split('\n').slice(this.#typedLines);
    return this.atPrompt ? lines.slice(0, -1).join('\n') : lines.join('\n');
  }

  /** Milliseconds since something was printed. */
  get quietMs(): number {
    return performance.now() - this.#printedAt;
  }

  /** The last lines, for who has to find out what went wrong. */
  get screen(): string {
    const lines = plainText(this.#printed).slice(-SCREEN_LINES);
    return [`The ${this.#name} terminal shows:`, ...lines.map((line) => `  │ ${line}`)].join('\n');
  }

  /** Resolves when the last command has printed what `matches` accepts. */
  printed(what: string, matches: (output: string) => boolean): Promise<void> {
    return this.#until(what, () => matches(this.output));
  }

  /** How many lines of the last command a shell has read: bash says so, of others the echo tells. */
  get #readLines(): number {
    const text = this.#printed.slice(this.#typedAt);
    const said = text.split(HAS_READ).length - 1;
    return said > 0 ? said : text.split('\n').length - 1;
  }

  async #until(what: string, done: () => boolean): Promise<void> {
    let late = false;
    const timer = setTimeout(() => {
      late = true;
      this.#wake();
    }, DEADLINE_MS);
    while (!done() && !late) {
      await new Promise<void>((resolve) => {
        this.#wake = resolve;
      });
    }
    clearTimeout(timer);
    if (!done()) throw new Error(`The ${this.#name} terminal never showed ${what}.`);
  }
}
