import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface, type Interface } from 'node:readline';

/** A program that does one round for each line it reads, and prints one line for each round. */
export class LineProgram {
  readonly #child: ChildProcess;
  readonly #lines: AsyncIterator<string>;
  readonly #reader: Interface;
  #complaint = '';

  constructor(file: string, args: readonly string[]) {
    this.#child = spawn(file, [...args], { stdio: ['pipe', 'pipe', 'pipe'] });
    const { stdout, stderr } = this.#child;
    if (stdout === null || stderr === null) throw new Error('A pipe is missing.');
    stderr.on('data', (text: Buffer) => {
      this.#complaint += text.toString('utf8');
    });
    this.#reader = createInterface({ input: stdout });
    this.#lines = this.#reader[Symbol.asyncIterator]();
  }

  /** One round; the numbers it printed. */
  async round(): Promise<number[]> {
    this.#child.stdin?.write('\n');
    const line = await this.#lines.next();
    if (line.done) throw new Error(this.#complaint.trim() || 'It ended in the middle.');
    return line.value.split(' ').map(Number);
  }

  /** Ends it. The lines it printed at last. */
  async close(): Promise<string[]> {
    const ended = this.#child.exitCode === null ? once(this.#child, 'exit') : undefined;
    this.#child.stdin?.end();
    const last: string[] = [];
    for (;;) {
      const line = await this.#lines.next();
      if (line.done) break;
      last.push(line.value);
    }
    await ended;
    return last;
  }
}
