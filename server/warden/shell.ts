import { readSync, writeSync } from 'node:fs';
import { Socket } from 'node:net';
import { type IPty, spawn } from 'node-pty';
import { flushInput } from './flush-input.ts';
import { InputQueue, type Took } from './input-queue.ts';

/** What to run, and on how large a screen. */
export type ShellStart = {
  readonly file: string;
  readonly arguments: readonly string[];
  readonly environment: Readonly<Record<string, string>>;
  readonly columns: number;
  readonly rows: number;
};

export type ShellEnd = { readonly exitCode: number; readonly signal: number };

/** A program that ignores SIGHUP may live on without its terminal, but not `enter`, which waits for it. */
const HANG_UP_MS = 2_000;

/** More than a pty holds; a program that was left behind may print on without end. */
const PTY_BYTES_MAX = 128 * 1024;
const READ_BYTES = 4 * 1024;

const RETRY_MS = { first: 2, last: 200 } as const;

/**
 * A program on a pty of its own. Bytes in, bytes out, never strings: what a learner's terminal prints
 * need not be text.
 */
export class Shell {
  readonly #pty: IPty;
  readonly #master: number;
  readonly #stream: Socket;
  readonly #input = new InputQueue();
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
    // node-pty closes the pty soon after its program has ended, whatever is still in it.
    const { destroy } = this.#stream;
    this.#stream.destroy = (error) => {
      this.#readRest(events.printed);
      return destroy.call(this.#stream, error);
    };
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

  /**
   * Types. `took` is told what the pty has taken, now or later; what a shell that has ended does not take
   * any more counts as well.
   */
  write(bytes: Uint8Array, took: Took = () => {}): void {
    if (!this.#open) {
      took(bytes.byteLength);
      return;
    }
    if (this.#input.isEmpty) this.#writeNow(bytes, took);
    else this.#input.add(bytes, took);
  }

  /** Types what must not wait behind what no program reads: that is thrown away, in the kernel too. */
  interrupt(bytes: Uint8Array, took: Took = () => {}): void {
    if (this.#open && !this.#input.isEmpty) {
      this.#forgetInput();
      flushInput(this.path);
    }
    this.write(bytes, took);
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

  /** What a program that has ended left in the pty: it is read, though nobody has wanted more yet. */
  #readRest(printed: (bytes: Uint8Array) => void): void {
    if (!this.#open || this.#killing !== undefined) return;
    // Node may have read some already and hold it back: it is told like all else, by this.
    if (this.#stream.readableLength > 0) this.#stream.read();
    for (let rest = PTY_BYTES_MAX; rest > 0; ) {
      const bytes = this.#readSome();
      if (bytes.byteLength === 0) return;
      printed(bytes);
      rest -= bytes.byteLength;
    }
  }

  #readSome(): Uint8Array {
    const bytes = Buffer.allocUnsafe(READ_BYTES);
    try {
      return bytes.subarray(0, readSync(this.#master, bytes));
    } catch {
      // EAGAIN while somebody still has the other end, EIO when nobody has.
      return bytes.subarray(0, 0);
    }
  }

  /** Closes the pty. The kernel sends SIGHUP to who is on it; `ended` follows when the program has ended. */
  hangUp(): void {
    this.#forgetInput();
    this.#killing ??= setTimeout(() => this.#pty.kill('SIGKILL'), HANG_UP_MS);
    this.#stream.destroy();
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
  #writeNow(bytes: Uint8Array, took: Took): void {
    const written = this.#writeSome(bytes);
    if (written > 0) took(written);
    if (written === bytes.byteLength) return;
    if (!this.#open) {
      took(bytes.byteLength - written);
      return;
    }
    this.#input.add(bytes.subarray(written), took);
    this.#writeLater();
  }

  #writeWaiting(): void {
    this.#retry = undefined;
    for (;;) {
      const { next } = this.#input;
      if (next === undefined || !this.#open) return;
      const written = this.#writeSome(next);
      if (written > 0) this.#input.taken(written);
      if (written < next.byteLength) break;
    }
    this.#writeLater();
  }

  #writeLater(): void {
    this.#retry ??= setTimeout(() => this.#writeWaiting(), this.#retryMs);
    this.#retryMs = Math.min(this.#retryMs * 2, RETRY_MS.last);
  }

  /** How much the pty took now. */
  #writeSome(bytes: Uint8Array): number {
    try {
      const written = writeSync(this.#master, bytes);
      this.#retryMs = RETRY_MS.first;
      return written;
    } catch (error) {
      if (error instanceof Error && 'code' in error && error.code === 'EAGAIN') return 0;
      // EIO or EBADF: the program is ending, and its exit will be told.
      this.#forgetInput();
      return bytes.byteLength;
    }
  }

  #forgetInput(): void {
    clearTimeout(this.#retry);
    this.#retry = undefined;
    this.#input.clear();
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
