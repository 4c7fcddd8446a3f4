import { writeSync } from 'node:fs';
import { Socket } from 'node:net';
import { type IPty, spawn } from 'node-pty';

/** What to run, and on how large a screen. */
export type ShellStart = {
  readonly file: string;
  readonly arguments: readonly string[];
  readonly environment: Readonly<Record<string, string>>;
  readonly columns: number;
  readonly rows: number;
};

export type ShellEnd = { readonly exitCode: number; readonly signal: number };

/** What a program that does not read may leave unread before more input is thrown away. */
export const INPUT_BYTES_MAX = 256 * 1024;

/** A program that ignores SIGHUP may live on without its terminal, but not `enter`, which waits for it. */
const HANG_UP_MS = 2_000;

const RETRY_MS = { first: 5, last: 200 } as const;

/**
 * A program on a pty of its own. Bytes in, bytes out, never strings: what a learner's terminal prints
 * need not be text.
 */
export class Shell {
  readonly #pty: IPty;
  readonly #master: number;
  readonly #stream: Socket;
  #input: Uint8Array[] = [];
  #inputBytes = 0;
  #retry: NodeJS.Timeout | undefined;
  #retryMs: number = RETRY_MS.first;
  #killing: NodeJS.Timeout | undefined;

  /** Starts the program. Throws when the pty or the process can't be made. */
  constructor(
    start: ShellStart,
    events: { printed: (bytes: Uint8Array) => void; ended: (end: ShellEnd) => void },
  ) {
    this.#pty = spawn(start.file, [...start.arguments], {
      name: 'xterm-256color',
      cols: start.columns,
      rows: start.rows,
      cwd: '/',
      env: { ...start.environment },
      encoding: null,
    });
    ({ master: this.#master, stream: this.#stream } = insideOf(this.#pty));
    // With `encoding: null` node-pty hands out Buffers, whatever its types say.
    this.#pty.onData((bytes: unknown) => {
      if (bytes instanceof Uint8Array) events.printed(bytes);
    });
    this.#pty.onExit(({ exitCode, signal }) => {
      clearTimeout(this.#killing);
      this.#forgetInput();
      events.ended({ exitCode, signal: signal ?? 0 });
    });
  }

  /** Pid of the program on the host. */
  get pid(): number {
    return this.#pty.pid;
  }

  /** Path of the pty's slave in the host's devpts. */
  get path(): string {
    const path: unknown = Reflect.get(this.#pty, 'ptsName');
    if (typeof path !== 'string') throw new TypeError('node-pty does not say the name of its pty.');
    return path;
  }

  /** Types. Input for a program that reads nothing is thrown away beyond a limit, as a real line would. */
  write(bytes: Uint8Array): void {
    if (!this.#open || this.#inputBytes + bytes.byteLength > INPUT_BYTES_MAX) return;
    this.#input.push(bytes);
    this.#inputBytes += bytes.byteLength;
    if (this.#retry === undefined) this.#writeInput();
  }

  resize(columns: number, rows: number): void {
    if (!this.#open || (this.#pty.cols === columns && this.#pty.rows === rows)) return;
    this.#pty.resize(columns, rows);
  }

  /** Stops reading: the program blocks when the kernel's buffer is full. */
  pause(): void {
    this.#stream.pause();
  }

  resume(): void {
    this.#stream.resume();
  }

  /** Closes the pty. The kernel sends SIGHUP to who is on it; `ended` follows when the program has ended. */
  hangUp(): void {
    this.#forgetInput();
    this.#stream.destroy();
    this.#killing ??= setTimeout(() => this.#pty.kill('SIGKILL'), HANG_UP_MS);
  }

  /**
   * False from the moment the master is closed, which may be before the program's end is told. The
   * number of the descriptor may then already be another terminal's: it must not be used any more.
   */
  get #open(): boolean {
    return !this.#stream.destroyed;
  }

  /**
   * node-pty's own write goes through the thread pool, where it would wait behind the making of
   * sandboxes, and spins when the pty is full. The master is non-blocking: write here and now, and when
   * it is full, which no event of Node's tells the end of, try again later and later.
   */
  #writeInput(): void {
    this.#retry = undefined;
    while (this.#open) {
      const [first] = this.#input;
      if (first === undefined) return;
      const written = this.#writeSome(first);
      if (written === undefined) return;
      this.#inputBytes -= written;
      if (written === first.byteLength) this.#input.shift();
      else this.#input[0] = first.subarray(written);
    }
  }

  /** How much the pty took, or nothing when it took nothing. */
  #writeSome(bytes: Uint8Array): number | undefined {
    try {
      const written = writeSync(this.#master, bytes);
      this.#retryMs = RETRY_MS.first;
      return written;
    } catch (error) {
      if (error instanceof Error && 'code' in error && error.code === 'EAGAIN') {
        this.#retry = setTimeout(() => this.#writeInput(), this.#retryMs);
        this.#retryMs = Math.min(this.#retryMs * 2, RETRY_MS.last);
      } else {
        // EIO or EBADF: the program is ending, and its exit will be told.
        this.#forgetInput();
      }
      return undefined;
    }
  }

  #forgetInput(): void {
    clearTimeout(this.#retry);
    this.#retry = undefined;
    this.#input = [];
    this.#inputBytes = 0;
  }
}

/** What node-pty has and its types keep quiet about. */
function insideOf(pty: IPty): { master: number; stream: Socket } {
  const master: unknown = Reflect.get(pty, 'fd');
  const stream: unknown = Reflect.get(pty, '_socket');
  if (typeof master !== 'number' || !(stream instanceof Socket)) {
    throw new TypeError('This node-pty is not made as the one this was written for.');
  }
  return { master, stream };
}
