import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TestContext } from 'node:test';
import { installWeb } from '../setup/data-directory.ts';
import { parseOptions } from '../setup/options.mjs';
import { BUILD, ROOT } from '../setup/paths.mjs';
import { eventually } from './eventually.ts';

/** A data directory of the test's own, with all that web needs; gone after the test. */
export function dataDirectory(context: TestContext): string {
  const directory = makeDataDirectory();
  context.after(() => rmSync(directory, { recursive: true, force: true }));
  return directory;
}

/** The same for who removes it himself. */
export function makeDataDirectory(): string {
  const directory = mkdtempSync(join(tmpdir(), 'glassbox-lab-'));
  chmodSync(directory, 0o755);
  installWeb(directory);
  return directory;
}

/** A port that nothing listens on now. */
export async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  server.close();
  await once(server, 'close');
  if (typeof address !== 'object' || address === null) throw new Error('No port was given.');
  return address.port;
}

/** A whole lab as a process of its own, as `npm start` starts it. */
export class TestLab {
  readonly process: ChildProcess;
  readonly data: string;
  /** What it printed: the log and the sentences for the operator. */
  printed = '';
  exitCode: number | undefined;

  constructor(data: string, options: readonly string[]) {
    this.data = data;
    const { images } = parseOptions([], process.env);
    const warden = [join(BUILD, 'server/warden.mjs'), '--data', data, '--images', images];
    // A test that crashes leaves no lab behind.
    this.process = spawn(
      'setpriv',
      ['--pdeathsig', 'TERM', process.execPath, ...warden, ...options],
      { cwd: ROOT, stdio: ['ignore', 'pipe', 'pipe'] },
    );
    for (const stream of [this.process.stdout, this.process.stderr]) {
      stream?.on('data', (text: Buffer) => {
        this.printed += text.toString('utf8');
      });
    }
    this.process.on('close', (code, signal) => {
      this.exitCode = code ?? (signal === null ? -1 : 256);
    });
  }

  get pid(): number {
    const { pid } = this.process;
    if (pid === undefined) throw new Error('The lab was not started.');
    return pid;
  }

  /** What of its memory is in use and in place. */
  residentBytes(): number {
    const status = readFileSync(`/proc/${this.pid}/status`, 'utf8');
    return Number(/VmRSS:\s+(\d+) kB/.exec(status)?.[1]) * 1024;
  }

  /** Its address, as it printed it last: when it was ready, and again when web was started anew. */
  async address(): Promise<string> {
    return eventually(
      () => `the lab is ready; it printed ${this.printed}`,
      () => {
        if (this.exitCode !== undefined) throw new Error(`The lab ended: ${this.printed}`);
        return [...this.printed.matchAll(/Glassbox is ready: (\S+)/g)].at(-1)?.[1];
      },
    );
  }

  /** Pid of the web process that was started last. */
  webPid(): number {
    const pid = [...this.printed.matchAll(/web started as process (\d+)/g)].at(-1)?.[1];
    if (pid === undefined) throw new Error('No web was started.');
    return Number(pid);
  }

  /** Kills web. Resolves when another one is ready for pages. */
  async killWeb(): Promise<void> {
    const ready = () => [...this.printed.matchAll(/Glassbox is ready/g)].length;
    const before = ready();
    process.kill(this.webPid(), 'SIGKILL');
    await eventually('another web is ready', () => ready() > before);
  }

  async ended(): Promise<number> {
    return eventually(
      () => `the lab ends; it printed ${this.printed}`,
      () => this.exitCode,
    );
  }

  /** Throws when it does not end; it is gone all the same, and its sandboxes are what it has left. */
  async stop(): Promise<number> {
    if (this.exitCode === undefined) this.process.kill('SIGTERM');
    try {
      return await this.ended();
    } catch (error) {
      this.process.kill('SIGKILL');
      throw error;
    }
  }
}

/** Starts a lab on a free port; it is stopped after the test, if the test did not. */
export function startLab(
  context: TestContext,
  options: readonly string[] = ['--port', '0'],
  data?: string,
): TestLab {
  const lab = new TestLab(data ?? makeDataDirectory(), options);
  context.after(async () => {
    await lab.stop();
    if (data === undefined) rmSync(lab.data, { recursive: true, force: true });
  });
  return lab;
}
