import { PATIENCE } from '../server/testing/patience.ts';
import type { Attachment } from '../server/warden/attachment.ts';
import type { Terminal } from '../server/warden/terminal.ts';
import { plainText } from './output.ts';

/** How long a command may take before a lesson counts as broken. */
const DEADLINE_MS = 20_000 * PATIENCE;

const SIZE = { columns: 200, rows: 50 } as const;

/** bash says so when it begins to read a line, and when the line is complete (bracketed paste). */
const READS = '\u001b[?2004h';
const HAS_READ = '\u001b[?2004l\r';

/** `root@machine:~# `, with or without the name of the terminal before it. */
const PROMPT = /^(?:\[\w+\] )?\w+@[\w-]+:\S*[#$] $/;

/** `/ # `, of a shell that says nothing of its own: the one of busybox, in a tree that has no bash. */
const PLAIN_PROMPT = /^\S* [#$] $/;

const KEYS: Readonly<Record<string, string>> = {
  'Ctrl-C': '\u0003',
  'Ctrl-D': '\u0004',
  'Ctrl-Z': '\u001a',
  q: 'q',
};

/** Someone at a real terminal: types, and knows from what is printed when it is their turn again. */
export class Typist {
  readonly #terminal: Terminal;
  readonly #attachment: Attachment;
  readonly #decoder = new TextDecoder();
  readonly #name: string;
  #printed = '';
  /** Where what came after the last command begins, and how many lines that command had. */
  #typedAt = 0;
  #typedLines = 0;
  #wake: () => void = () => {};

  constructor(name: string, terminal: Terminal) {
    this.#name = name;
    this.#terminal = terminal;
    const { attachment } = terminal.attach(0, SIZE, (offset, payload) => {
      this.#printed += this.#decoder.decode(payload, { stream: true });
      // Afterwards: what is being delivered does not count as sent yet.
      queueMicrotask(() => terminal.acknowledge(attachment, offset + payload.byteLength));
      this.#wake();
    });
    this.#attachment = attachment;
    terminal.send(attachment);
  }

  /** True when a shell waits for the next command. */
  get atPrompt(): boolean {
    const text = this.#printed.slice(this.#typedAt);
    if (this.#readLines < this.#typedLines) return false;
    const reads = text.lastIndexOf(READS);
    if (reads > text.lastIndexOf(HAS_READ)) return PROMPT.test(lastOf(text.slice(reads)));
    return PLAIN_PROMPT.test(lastOf(text.slice(text.lastIndexOf('\n') + 1)));
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
    this.#terminal.type(this.#attachment, Buffer.from(`${command.replaceAll('\n', '\r')}\r`));
    await this.#until(`the echo of ${command}`, () => this.#readLines >= this.#typedLines);
  }

  press(key: string): void {
    this.#terminal.type(this.#attachment, Buffer.from(KEYS[key] ?? key));
  }

  /** What the last command has printed so far, without the prompt after it. */
  get output(): string {
    const text = this.#printed.slice(this.#typedAt);
    const read = text.lastIndexOf(HAS_READ);
    if (read === -1) {
      // What follows the echo of what was typed, up to the prompt of bash or of the same plain shell.
      const rest = text.split('\n').slice(this.#typedLines).join('\n');
      if (rest.includes(READS)) return rest.slice(0, rest.lastIndexOf(READS));
      return this.atPrompt ? rest.slice(0, rest.lastIndexOf('\n') + 1) : rest;
    }
    const rest = text.slice(read + HAS_READ.length);
    if (rest.includes(READS)) return rest.slice(0, rest.lastIndexOf(READS));
    return this.atPrompt ? rest.slice(0, rest.lastIndexOf('\n') + 1) : rest;
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
    if (!done()) {
      const screen = plainText(this.#printed).slice(-12).join('\n');
      throw new Error(`The ${this.#name} terminal never showed ${what}. It shows:\n${screen}`);
    }
  }
}

const lastOf = (bytes: string) => plainText(bytes).join('\n');
