import { type ChildProcess, spawn } from 'node:child_process';
import { Duplex, type Readable } from 'node:stream';
import { setTimeout as after } from 'node:timers/promises';
import { WARDEN_LINK_FD, WEB_EXIT_HOPELESS } from '../protocol/warden.ts';
import { type Command, withoutDescriptorsAbove } from './command.ts';

/** How often web may die before it was ready, one time after the other, until the lab gives up. */
const UNREADY_DEATHS_MAX = 5;

/** Who lived shorter died young: the next one waits longer. */
const YOUNG_MS = 5_000;
const BACKOFF_MS = { first: 50, last: 2_000 } as const;

/** How long web may take to say goodbye to its pages. */
const STOP_MS = 2_000;

/** Longest line of web's that is kept: it may be in an attacker's hands. */
const LINE_LENGTH = 500;

/**
 * How a program is started as web is: an id that no account has, no groups, no capability in any set and
 * none to be had (no_new_privs), no descriptor but its own, and dead when the warden is.
 */
export function unprivileged(uid: number, program: Command): Command {
  const options = [
    `--reuid=${uid}`,
    `--regid=${uid}`,
    '--clear-groups',
    '--no-new-privs',
    '--inh-caps=-all',
    '--ambient-caps=-all',
    '--bounding-set=-all',
    '--pdeathsig=KILL',
  ];
  return withoutDescriptorsAbove(WARDEN_LINK_FD, {
    file: 'setpriv',
    arguments: [...options, '--', program.file, ...program.arguments],
  });
}

/** What becomes of web. `failed` is the last: it will not be started again. */
export type WebEvents = {
  /** A new web process runs. This is its link, and what ends it when it is no web of ours any more. */
  readonly started: (link: Duplex, pid: number, kill: () => void) => void;
  readonly said: (line: string) => void;
  readonly died: (how: string) => void;
  readonly failed: (sentence: string) => void;
};

/** Keeps one web process running: starts it, starts it anew when it dies, gives up when that is hopeless. */
export class WebProcess {
  readonly #command: Command;
  readonly #environment: NodeJS.ProcessEnv;
  readonly #events: WebEvents;
  #child: ChildProcess | undefined;
  #exited: Promise<void> = Promise.resolve();
  #youngDeaths = 0;
  #unreadyDeaths = 0;
  #ready = false;
  #everReady = false;
  #lastLine = '';
  readonly #stopping = new AbortController();

  constructor(command: Command, environment: NodeJS.ProcessEnv, events: WebEvents) {
    this.#command = command;
    this.#environment = environment;
    this.#events = events;
  }

  start(): void {
    const startedAt = performance.now();
    this.#lastLine = '';
    this.#ready = false;
    const child = spawn(this.#command.file, [...this.#command.arguments], {
      cwd: '/',
      env: this.#environment,
      stdio: ['ignore', 'pipe', 'pipe', 'pipe'],
      // A session of its own: Ctrl-C in the operator's terminal is for the warden, which stops web itself.
      detached: true,
    });
    this.#child = child;
    this.#exited = new Promise((resolve) => {
      child.once('error', (error) => {
        this.#ended(error.message, undefined, startedAt);
        resolve();
      });
      child.once('exit', (code, signal) => {
        this.#ended(signal ?? `exit code ${code}`, code ?? undefined, startedAt);
        resolve();
      });
    });
    for (const stream of [child.stdout, child.stderr]) {
      if (stream !== null) readLines(stream, (line) => this.#said(line));
    }
    const link = child.stdio[3];
    if (child.pid === undefined || !(link instanceof Duplex)) return;
    // Of this child, not of the one that may have taken its place when its link is seen to end.
    this.#events.started(link, child.pid, () => child.kill('SIGKILL'));
  }

  /** Web has opened the link: it can work, so whenever it dies, another start is worth it. */
  ready(): void {
    this.#ready = true;
    this.#everReady = true;
  }

  /** Lets web say goodbye to its pages, ends it, and does not start it again. */
  async stop(): Promise<void> {
    this.#stopping.abort();
    const child = this.#child;
    child?.kill('SIGTERM');
    const deadline = setTimeout(() => child?.kill('SIGKILL'), STOP_MS);
    await this.#exited;
    clearTimeout(deadline);
  }

  #said(line: string): void {
    this.#lastLine = line;
    this.#events.said(line);
  }

  #ended(how: string, code: number | undefined, startedAt: number): void {
    this.#child = undefined;
    if (this.#stopping.signal.aborted) return;
    this.#events.died(how);
    const young = performance.now() - startedAt < YOUNG_MS;
    this.#youngDeaths = young ? this.#youngDeaths + 1 : 0;
    this.#unreadyDeaths = this.#ready ? 0 : this.#unreadyDeaths + 1;
    const hopeless = this.#hopeless(how, code);
    if (hopeless === undefined) void this.#startLater();
    else this.#events.failed(hopeless);
  }

  /** Why another start would end as this one did, if so. */
  #hopeless(how: string, code: number | undefined): string | undefined {
    const why = this.#lastLine || `it ended with ${how}`;
    if (!this.#everReady && code === WEB_EXIT_HOPELESS) return why;
    if (!this.#everReady && (code === 126 || code === 127)) {
      return (
        `The web process can't be started (${why}): it runs as a user without an account, who must be ` +
        `able to execute ${process.execPath} and to read the web folder of the data directory.`
      );
    }
    if (this.#unreadyDeaths < UNREADY_DEATHS_MAX) return undefined;
    return `The web process died ${this.#unreadyDeaths} times before it was ready, the last time so: ${why}.`;
  }

  async #startLater(): Promise<void> {
    const waitMs = Math.min(BACKOFF_MS.first * 2 ** this.#youngDeaths, BACKOFF_MS.last);
    const options = { signal: this.#stopping.signal };
    await after(this.#youngDeaths <= 1 ? 0 : waitMs, undefined, options).catch(() => {});
    if (!this.#stopping.signal.aborted) this.start();
  }
}

/** Lines of text, cut where they are too long, without what could play tricks on the operator's terminal. */
function readLines(stream: Readable, tell: (line: string) => void): void {
  let rest = '';
  const say = (text: string) => {
    const line = text
      .replaceAll(/\p{Cc}/gu, ' ')
      .slice(0, LINE_LENGTH)
      .trim();
    if (line !== '') tell(line);
  };
  stream.setEncoding('utf8');
  stream.on('data', (text: string) => {
    const lines = (rest + text).split('\n');
    rest = (lines.pop() ?? '').slice(0, LINE_LENGTH);
    for (const line of lines) say(line);
  });
  stream.on('end', () => say(rest));
}
