import { spawn } from 'node:child_process';
import type { Probe } from '../protocol/check.ts';
import { askedAs } from './check/evidence.ts';

/**
 * From the beginning of one probe to the next, whichever it is. Once after terminals have printed it comes
 * sooner, so that a check is green within a second of what a learner did there.
 */
const PROBE_EVERY_MS = { stirred: 600, calm: 2_000 } as const;

/** The same for all sandboxes together: making a process holds the event loop for some milliseconds. */
const ANY_PROBE_EVERY_MS = 25;

/** The program ends a probe after two seconds by itself, and waits for its end; one that does not is ended. */
const PROBE_MS_MAX = 8_000;

/** What the program tells at most: a line, and the beginning of what the command printed. */
const TOLD_BYTES_MAX = 32 * 1024;

/** Who has not been asked for so long starts anew: what was true then may not be now. */
const FORGET_MS = 15_000;

/** How a probe ended: its exit code, nothing for one whose time was up, and what it printed. */
export type ProbeEnd = { readonly exitCode: number | undefined; readonly printed: string };

type Program = { readonly file: string; readonly arguments: readonly string[] };

/**
 * Runs the probes of one sandbox while somebody watches their checks: one at a time, at a bounded pace, each
 * in its turn. Nobody waits for one; the last answer counts until the next.
 */
export class Prober {
  static #anyBeganAt = Number.NEGATIVE_INFINITY;
  readonly #programFor: (command: readonly string[]) => Program;
  readonly #answered: () => void;
  /** The one that was answered longest ago is the first. One that could not be run has no answer. */
  readonly #answers = new Map<string, boolean | undefined>();
  #askedAt = Number.NEGATIVE_INFINITY;
  #beganAt = Number.NEGATIVE_INFINITY;
  #stirred = false;
  #running: Promise<void> | undefined;
  #stop = new AbortController();

  constructor(programFor: (command: readonly string[]) => Program, answered: () => void) {
    this.#programFor = programFor;
    this.#answered = answered;
  }

  /** Something was printed: what was probed may be otherwise now. Called for every piece of output. */
  stir(): void {
    this.#stirred = true;
  }

  /** What is known of these now, by `askedAs`; the one whose turn it is begins. */
  answers(probes: readonly Probe[]): ReadonlyMap<string, boolean> {
    const now = performance.now();
    if (now - this.#askedAt > FORGET_MS) this.#answers.clear();
    this.#askedAt = now;
    const asked = new Set(probes.map(askedAs));
    for (const known of this.#answers.keys()) if (!asked.has(known)) this.#answers.delete(known);
    const next = this.#next(probes);
    const everyMs = this.#stirred ? PROBE_EVERY_MS.stirred : PROBE_EVERY_MS.calm;
    const isDue = now - this.#beganAt >= everyMs && now - Prober.#anyBeganAt >= ANY_PROBE_EVERY_MS;
    if (isDue && next !== undefined && this.#running === undefined) {
      this.#beganAt = now;
      Prober.#anyBeganAt = now;
      this.#stirred = false;
      this.#running = this.#run(next).finally(() => {
        this.#running = undefined;
      });
    }
    const answers = new Map<string, boolean>();
    for (const [known, answer] of this.#answers) {
      if (answer !== undefined) answers.set(known, answer);
    }
    return answers;
  }

  /** Resolves when none runs any more. */
  async stop(): Promise<void> {
    this.#stop.abort();
    await this.#running;
  }

  /** Who was never run, then who was run longest ago. */
  #next(probes: readonly Probe[]): Probe | undefined {
    if (this.#stop.signal.aborted) return undefined;
    const [oldest] = this.#answers.keys();
    return (
      probes.find((probe) => !this.#answers.has(askedAs(probe))) ??
      probes.find((probe) => askedAs(probe) === oldest)
    );
  }

  async #run(probe: Probe): Promise<void> {
    const { file, arguments: args } = this.#programFor(probe.command);
    const end = await runProbe(file, args, this.#stop.signal).catch(() => undefined);
    const asked = askedAs(probe);
    this.#answers.delete(asked);
    this.#answers.set(asked, end === undefined ? undefined : isAsProbed(probe, end));
    this.#answered();
  }
}

export function isAsProbed({ exit, prints }: Probe, { exitCode, printed }: ProbeEnd): boolean {
  return exitCode === exit && (prints === undefined || printed.includes(prints));
}

/** What the program told, or nothing when it could not run the command. */
function runProbe(
  file: string,
  args: readonly string[],
  stop: AbortSignal,
): Promise<ProbeEnd | undefined> {
  return new Promise((resolve) => {
    const told: Buffer[] = [];
    let bytes = 0;
    const program = spawn(file, [...args], {
      cwd: '/',
      stdio: ['ignore', 'pipe', 'ignore'],
      signal: stop,
      killSignal: 'SIGKILL',
      timeout: PROBE_MS_MAX,
    });
    program.stdout.on('data', (chunk: Buffer) => {
      bytes += chunk.byteLength;
      if (bytes <= TOLD_BYTES_MAX) told.push(chunk);
    });
    program.once('error', () => resolve(undefined));
    program.once('close', (code) =>
      resolve(code === 0 ? parseEnd(Buffer.concat(told)) : undefined),
    );
  });
}

/** `0` or `timeout`, a line end, and what the command printed. Hostile input from there on. */
export function parseEnd(told: Uint8Array): ProbeEnd | undefined {
  const text = new TextDecoder().decode(told);
  const [line, word] = /^(\d{1,3}|timeout)\n/.exec(text) ?? [];
  if (line === undefined) return undefined;
  return {
    exitCode: word === 'timeout' ? undefined : Number(word),
    printed: text.slice(line.length),
  };
}
