import { spawn } from 'node-pty';
import { parseSaying, type Saying } from './verdict.ts';

/** A program and its arguments. */
export type ProgramStart = {
  readonly file: string;
  readonly arguments: readonly string[];
  readonly environment?: Readonly<Record<string, string>>;
};

/** What became of a program. */
export type ProgramEnd = {
  readonly sayings: readonly Saying[];
  readonly output: string;
  readonly exitCode: number;
};

/** Longer than any attack takes. One that is not over then has not been refused. */
const PATIENCE_MS = 30_000;

/** A program on a terminal of its own, followed line by line. */
export class Program {
  readonly #pty;
  readonly #lines: string[] = [];
  readonly #waiting = new Set<() => void>();
  readonly ended: Promise<ProgramEnd>;
  #rest = '';
  #over = false;

  /** Starts it. `look` is called when it says "look"; it goes on when that has been done. */
  constructor(start: ProgramStart, look: () => void | Promise<void> = () => {}) {
    const { file, environment } = start;
    const env = { ...environment };
    this.#pty = spawn(file, [...start.arguments], { cols: 400, rows: 50, cwd: '/', env });
    this.#pty.onData((text) => {
      const lines = (this.#rest + text).split(/\r?\n/);
      this.#rest = lines.pop() ?? '';
      for (const line of lines) {
        this.#lines.push(line);
        if (line === 'look') void Promise.resolve(look()).then(() => this.type('\n'));
      }
      for (const wake of this.#waiting) wake();
    });
    this.ended = new Promise((resolve) => {
      const deadline = setTimeout(() => {
        this.#lines.push('open: it did not end in time');
        this.#pty.kill('SIGKILL');
      }, PATIENCE_MS);
      this.#pty.onExit(({ exitCode }) => {
        clearTimeout(deadline);
        this.#over = true;
        for (const wake of this.#waiting) wake();
        const sayings = this.#lines.flatMap((line) => parseSaying(line) ?? []);
        resolve({ sayings, output: [...this.#lines, this.#rest].join('\n'), exitCode });
      });
    });
  }

  get output(): string {
    return [...this.#lines, this.#rest].join('\n');
  }

  type(text: string): void {
    if (!this.#over) this.#pty.write(text);
  }

  /** Waits for a line that matches; throws when the program ends without it. */
  async line(pattern: RegExp): Promise<string> {
    for (;;) {
      const at = this.#lines.findIndex((line) => pattern.test(line));
      const found = this.#lines[at];
      if (found !== undefined) {
        this.#lines.splice(at, 1);
        return found;
      }
      if (this.#over) throw new Error(`It ended without ${pattern}: ${this.output}`);
      await new Promise<void>((resolve) => {
        const wake = () => {
          this.#waiting.delete(wake);
          resolve();
        };
        this.#waiting.add(wake);
      });
    }
  }

  /** For witnesses: how much has come so far. */
  async count(): Promise<number> {
    this.type('\n');
    return Number((await this.line(/^count: \d+/)).slice('count: '.length));
  }

  async stop(): Promise<void> {
    if (!this.#over) this.#pty.kill('SIGKILL');
    await this.ended;
  }
}
