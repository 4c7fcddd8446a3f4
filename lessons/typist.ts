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
    const reads = this.#printed.lastIndexOf(READS);
    if (reads === -1 || this.#printed.indexOf(HAS_READ, reads) !== -1) return false;
    return PROMPT.test(plainText(this.#printed.slice(reads)).join('\n'));
  }

  /** Resolves when a shell waits for the next command. */
  prompt(): Promise<void> {
    return this.#until('a prompt', () => this.atPrompt);
  }

  /** Types a command at the prompt. What it prints is read by `output`. */
  async type(command: string): Promise<void> {
    await this.prompt();
    const from = this.#printed.length;
    const lines = command.split('\n').length;
    this.#terminal.type(this.#attachment, Buffer.from(`${command.replaceAll('\n', '\r')}\r`));
    await this.#until(`the echo of ${command}`, () => {
      return this.#printed.slice(from).split(HAS_READ).length > lines;
    });
  }

  press(key: string): void {
    this.#terminal.type(this.#attachment, Buffer.from(KEYS[key] ?? key));
  }

  /** What the last command has printed so far, without the prompt after it. */
  get output(): string {
    const rest = this.#printed.slice(this.#printed.lastIndexOf(HAS_READ) + HAS_READ.length);
    const prompt = rest.lastIndexOf(READS);
    return prompt === -1 ? rest : rest.slice(0, prompt);
  }

  /** Resolves when the last command has printed what `matches` accepts. */
  printed(what: string, matches: (output: string) => boolean): Promise<void> {
    return this.#until(what, () => matches(this.output));
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
