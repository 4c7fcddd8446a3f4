import { once } from 'node:events';
import headless from '@xterm/headless';
import { plainText } from '../../lessons/format/output.ts';
import { Shell, type ShellStart } from '../warden/shell.ts';
import { eventually } from './eventually.ts';

/** bash says so when it begins to read a line, and when the line is complete (bracketed paste). */
const READS = '\u001b[?2004h';
const HAS_READ = '\u001b[?2004l\r';

/** `root@machine:~# `, with or without the name of the terminal before it; or that of a plain shell. */
const PROMPT = /^(?:\[\w+\] )?\S* ?[#$] $/;

/** Keys by the names that people give them. */
export const KEYS = {
  '^C': '\u0003',
  '^D': '\u0004',
  '^Z': '\u001a',
  Enter: '\r',
  Escape: '\u001b',
} as const;

/**
 * A person at a real terminal: a shell on a pty, and the screen that it draws, as xterm.js draws it on a
 * page. The emulator also answers what programs ask a terminal.
 */
export class Console {
  readonly #shell: Shell;
  readonly #emulator: headless.Terminal;
  readonly #ended: Promise<unknown>;
  readonly #decoder = new TextDecoder();
  #printed = '';
  #typedAt = 0;
  #typedLines = 0;

  constructor(start: ShellStart) {
    this.#emulator = new headless.Terminal({
      cols: start.columns,
      rows: start.rows,
      allowProposedApi: true,
    });
    const end = new EventTarget();
    this.#ended = once(end, 'ended');
    this.#shell = new Shell(start, {
      printed: (bytes) => {
        this.#printed += this.#decoder.decode(bytes, { stream: true });
        this.#emulator.write(bytes);
      },
      ended: () => end.dispatchEvent(new Event('ended')),
    });
    this.#emulator.onData((answer) => this.#shell.write(Buffer.from(answer)));
  }

  /** Types a command at the prompt and gives what it prints until the next prompt. */
  async run(command: string): Promise<string> {
    await this.type(command);
    await this.prompt();
    return this.output;
  }

  /** Types a command at the prompt; resolves when the shell has read it. */
  async type(command: string): Promise<void> {
    await this.prompt();
    this.#typedAt = this.#printed.length;
    this.#typedLines = command.split('\n').length;
    this.press(`${command.replaceAll('\n', '\r')}\r`);
    await eventually(
      () => `the shell reads ${command}; ${this.#shown()}`,
      () => this.#readLines >= this.#typedLines,
    );
  }

  press(keys: string): void {
    this.#shell.write(Buffer.from(keys));
  }

  resize(columns: number, rows: number): void {
    this.#emulator.resize(columns, rows);
    this.#shell.resize(columns, rows);
  }

  async prompt(): Promise<void> {
    await eventually(
      () => `a prompt comes; ${this.#shown()}`,
      () => this.atPrompt,
    );
  }

  /** What the last command has printed so far, without the prompt after it. */
  get output(): string {
    const text = this.#printed.slice(this.#typedAt);
    const read = text.lastIndexOf(HAS_READ);
    if (read >= 0) {
      const rest = text.slice(read + HAS_READ.length);
      return rest.includes(READS) ? rest.slice(0, rest.lastIndexOf(READS)) : rest;
    }
    // A shell that says nothing of its own: what follows the echo of what was typed, up to its prompt.
    const lines = text.split('\n').slice(this.#typedLines);
    return this.atPrompt ? lines.slice(0, -1).join('\n') : lines.join('\n');
  }

  /** True when a shell waits for the next command. */
  get atPrompt(): boolean {
    const text = this.#printed.slice(this.#typedAt);
    const reads = text.lastIndexOf(READS);
    const isRead = text.indexOf(HAS_READ, Math.max(0, reads)) >= 0;
    // After bash's own words comes a prompt of bash, or, within what it runs, one of another shell.
    const last = reads >= 0 && !isRead ? text.slice(reads) : text.slice(text.lastIndexOf('\n') + 1);
    if (reads < 0 && this.#readLines < this.#typedLines) return false;
    return PROMPT.test(plainText(last).join('\n'));
  }

  /** The screen as a person sees it, line by line. */
  get screen(): readonly string[] {
    const { active } = this.#emulator.buffer;
    return Array.from(
      { length: this.#emulator.rows },
      (_, row) => active.getLine(active.baseY + row)?.translateToString(true) ?? '',
    );
  }

  /** Waits until the screen is as it should be, and gives it. */
  async shows(what: string, isShown: (screen: readonly string[]) => boolean): Promise<void> {
    await eventually(
      () => `the screen shows ${what}; it shows\n${this.screen.join('\n')}`,
      () => isShown(this.screen),
    );
  }

  /** Hangs up; resolves when the shell has ended. */
  async close(): Promise<void> {
    this.#shell.hangUp();
    await this.#ended;
    this.#emulator.dispose();
  }

  /** How many lines of the last command a shell has read: bash says so, of others the echo tells. */
  get #readLines(): number {
    const text = this.#printed.slice(this.#typedAt);
    const said = text.split(HAS_READ).length - 1;
    return said > 0 ? said : text.split('\n').length - 1;
  }

  #shown(): string {
    return `it shows\n${plainText(this.#printed).slice(-15).join('\n')}`;
  }
}
