import { readFileSync } from 'node:fs';
import { spawn } from 'node-pty';
import { PATIENCE } from '../testing/patience.ts';
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
const PATIENCE_MS = 30_000 * PATIENCE;

/** From SIGKILL to the end. What the kernel holds longer is not waited for. */
const DEATH_MS = 10_000 * PATIENCE;

/** A program on a terminal of its own, followed line by line. */
export class Program {
  readonly #pty;
  readonly #lines: string[] = [];
  readonly #waiting = new Set<() => void>();
  readonly ended: Promise<ProgramEnd>;
  #rest = '';
  #over = false;
  #looking = false;

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
        if (line === 'look') void this.#look(look);
      }
      this.#wake();
    });
    this.ended = new Promise((resolve) => {
      const end = (exitCode: number) => {
        clearTimeout(deadline);
        this.#over = true;
        this.#wake();
        const sayings = this.#lines.flatMap((line) => parseSaying(line) ?? []);
        resolve({ sayings, output: this.output, exitCode });
      };
      let deadline = setTimeout(() => {
        this.#lines.push(`open: it did not end in ${PATIENCE_MS / 1000} s, ${this.#state()}`);
        this.#pty.kill('SIGKILL');
        deadline = setTimeout(() => {
          this.#lines.push(`open: it did not even end by SIGKILL, ${this.#state()}`);
          end(-1);
        }, DEATH_MS);
      }, PATIENCE_MS);
      this.#pty.onExit(({ exitCode }) => end(exitCode));
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
        this.#waiting.add(resolve);
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

  /** A host that can't look has not seen that all is well. */
  async #look(look: () => void | Promise<void>): Promise<void> {
    this.#looking = true;
    try {
      await look();
    } catch (error) {
      const why = error instanceof Error ? error.message : String(error);
      this.#lines.push(`open: the host could not look: ${why}`);
    }
    this.#looking = false;
    this.type('\n');
  }

  #wake(): void {
    for (const wake of this.#waiting) wake();
    this.#waiting.clear();
  }

  /** Where it is, for who has to find out why it does not end. */
  #state(): string {
    const last = this.output.trim().split('\n').at(-1) ?? '';
    const looks = this.#looking ? 'the host looks' : 'the host does not look';
    const pid = String(this.#pty.pid);
    const below = read(`/proc/${pid}/task/${pid}/children`).split(' ').filter(Boolean);
    return `${looks}, last line "${last}", ${[pid, ...below].map(processState).join(', ')}`;
  }
}

/** Name, state and where in the kernel it waits, of `enter` and of who is inside. */
function processState(pid: string): string {
  const [, name = 'ended', state = ''] = /\((.*)\) (.)/s.exec(read(`/proc/${pid}/stat`)) ?? [];
  return `${name} ${state} ${read(`/proc/${pid}/wchan`)}`.trim();
}

function read(path: string): string {
  try {
    return readFileSync(path, 'utf8').trim();
  } catch {
    return '';
  }
}
