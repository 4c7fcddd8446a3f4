import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { readdirSync, readFileSync } from 'node:fs';
import { createInterface } from 'node:readline';
import type { Readable } from 'node:stream';
import { ROOT } from '../../server/setup/paths.mjs';
import { Stop } from '../../server/setup/stop.mjs';

/** What a program that has ended by itself said last. */
const KEPT_LINES = 30;

/** A program in a process group of its own, so that Ctrl-C in the terminal is for us alone to pass on. */
export class Child {
  readonly process: ChildProcess;
  readonly failed: Promise<never>;
  readonly #closed: Promise<unknown>;
  readonly #lines: string[] = [];
  #ending = false;
  #hear: (line: string) => void = () => {};

  constructor(
    name: string,
    command: readonly string[],
    environment: Readonly<Record<string, string>>,
  ) {
    // Should this process be killed, what it has started ends as well.
    this.process = spawn('setpriv', ['--pdeathsig', 'TERM', ...command], {
      cwd: ROOT,
      env: { ...process.env, ...environment },
      stdio: ['ignore', 'pipe', 'pipe'],
      detached: true,
    });
    for (const stream of [this.process.stdout, this.process.stderr]) {
      if (stream !== null) this.#read(stream);
    }
    this.#closed = once(this.process, 'close');
    this.failed = this.#closed.then(() => {
      // What was ended on purpose has not failed.
      if (this.#ending) return new Promise<never>(() => {});
      throw new Stop(`The ${name} of the preview ended:\n${this.#lines.join('\n')}`);
    });
    this.failed.catch(() => {});
  }

  /** Resolves with what a line of its output says. */
  says(pattern: RegExp): Promise<string> {
    const said = new Promise<string>((resolve) => {
      this.#hear = (line) => {
        const text = pattern.exec(line)?.[1];
        if (text !== undefined) resolve(text);
      };
    });
    return Promise.race([said, this.failed]);
  }

  async end(): Promise<void> {
    this.#ending = true;
    const { pid, exitCode, signalCode } = this.process;
    if (pid !== undefined && exitCode === null && signalCode === null) {
      try {
        process.kill(-pid, 'SIGTERM');
      } catch {
        // It has just ended.
      }
    }
    await this.#closed;
  }

  #read(stream: Readable): void {
    createInterface(stream).on('line', (line) => {
      this.#lines.push(line);
      this.#lines.splice(0, this.#lines.length - KEPT_LINES);
      this.#hear(line);
    });
  }
}

export function childrenOf(parent: number): number[] {
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .map(Number)
    .filter((pid) => parentOf(pid) === parent);
}

function parentOf(pid: number): number | undefined {
  const status = readProc(pid, 'status');
  return status === undefined ? undefined : Number(/^PPid:\s+(\d+)$/m.exec(status)?.[1]);
}

export function commandLine(pid: number): string[] {
  return (readProc(pid, 'cmdline') ?? '').split('\0');
}

/** Nothing when the process has just ended. */
function readProc(pid: number, file: string): string | undefined {
  try {
    return readFileSync(`/proc/${pid}/${file}`, 'utf8');
  } catch {
    return undefined;
  }
}
