import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import {
  chmodSync,
  cpSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { connect, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join, relative } from 'node:path';
import { createInterface } from 'node:readline';
import type { Readable } from 'node:stream';
import { BUILD, ROOT } from '../server/setup/paths.mjs';
import { Stop } from '../server/setup/stop.mjs';
import { eventually } from '../server/testing/eventually.ts';
import type { LessonFacts } from '../server/web/lessons.ts';

const READY = /^Glassbox is ready: http:\/\/.*:(\d+)\/$/;
const KEPT_LINES = 30;

/** Where a machine has the files of a lesson. */
const FILES = 'usr/local/share/glassbox';

/**
 * A lab of a preview's own and a Next that makes its pages while they change. All it writes is in two
 * directories that are gone after it.
 */
export class PreviewLab {
  readonly #data = mkdtempSync(join(tmpdir(), 'glassbox-preview-'));
  /** Next wants it in the checkout. */
  readonly #pages = join(BUILD, `preview-${process.pid}`);
  readonly #children: Child[] = [];
  #warden: Child | undefined;

  /** Starts the lab; resolves with its port. Its machines have the files that lessons have now. */
  async startLab(images: string, facts: Facts): Promise<number> {
    chmodSync(this.#data, 0o755);
    const web = join(this.#data, 'web');
    mkdirSync(join(web, 'site'), { recursive: true });
    for (const name of ['web.mjs', 'better_sqlite3.node']) {
      cpSync(join(BUILD, 'web', name), join(web, name));
    }
    // Pages are Next's here: the lab has none of its own.
    writeFileSync(join(web, 'site/404.html'), '');
    this.writeFacts(facts);
    const warden = [process.execPath, join(BUILD, 'server/warden.mjs')];
    const options = ['--data', this.#data, '--images', images, '--port', '0', '--warm', '1'];
    const child = this.#start('lab', [...warden, ...options], {});
    this.#warden = child;
    return Number(await child.says(READY));
  }

  /** Starts Next; resolves with its port when it answers. */
  async startPages(): Promise<number> {
    const port = await freePort();
    const next = [process.execPath, join(ROOT, 'node_modules/next/dist/bin/next'), 'dev'];
    const options = ['--hostname', '127.0.0.1', '--port', String(port)];
    const child = this.#start('pages', [...next, ...options], {
      GLASSBOX_PREVIEW: relative(ROOT, this.#pages),
      NEXT_TELEMETRY_DISABLED: '1',
      NODE_ENV: 'development',
    });
    await Promise.race([child.failed, eventually('Next listens', () => answers(port))]);
    return port;
  }

  /** Writes what web needs to know of the lessons; `tellWeb` makes it read that. */
  writeFacts(facts: Facts): void {
    const file = join(this.#data, 'web', 'lessons.json');
    writeFileSync(file, JSON.stringify(facts));
    chmodSync(file, 0o644);
  }

  tellWeb(): void {
    const { pid } = this.#warden?.process ?? {};
    if (pid === undefined) return;
    for (const child of childrenOf(pid)) {
      if (commandLine(child).some((word) => word.endsWith('/web.mjs')))
        process.kill(child, 'SIGHUP');
    }
  }

  /** Puts the files of a lesson where machines see them, over those that the image has. */
  writeFiles(lesson: string, folder: string): void {
    const target = join(this.#data, 'layer', FILES, lesson);
    rmSync(target, { recursive: true, force: true });
    mkdirSync(target, { recursive: true });
    cpSync(folder, target, { recursive: true });
  }

  /** Resolves with a sentence when one of the two has ended by itself. */
  get failed(): Promise<never> {
    return Promise.race(this.#children.map((child) => child.failed));
  }

  /** Ends all of it, and takes away what it has written. */
  async close(): Promise<void> {
    await Promise.all(this.#children.map((child) => child.end()));
    for (const directory of [this.#data, this.#pages]) {
      rmSync(directory, { recursive: true, force: true, maxRetries: 5, retryDelay: 100 });
    }
  }

  #start(
    name: string,
    command: readonly string[],
    environment: Readonly<Record<string, string>>,
  ): Child {
    const child = new Child(name, command, environment);
    this.#children.push(child);
    return child;
  }
}

type Facts = Readonly<Record<string, LessonFacts>>;

/** A program in a process group of its own, so that Ctrl-C in the terminal is for us alone to pass on. */
class Child {
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

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  server.close();
  await once(server, 'close');
  if (typeof address !== 'object' || address === null) throw new Error('No port was given.');
  return address.port;
}

/** True when something listens on a port of this machine. */
function answers(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1');
    const say = (does: boolean): void => {
      socket.destroy();
      resolve(does);
    };
    socket.once('connect', () => say(true)).once('error', () => say(false));
  });
}

function childrenOf(parent: number): number[] {
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .map(Number)
    .filter((pid) => parentOf(pid) === parent);
}

function parentOf(pid: number): number | undefined {
  const status = readProc(pid, 'status');
  return status === undefined ? undefined : Number(/^PPid:\s+(\d+)$/m.exec(status)?.[1]);
}

function commandLine(pid: number): string[] {
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
