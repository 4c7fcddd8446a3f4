import type { ExtraTerminal, LessonTerminal, TerminalName } from '../protocol/identifiers.ts';
import type { SandboxNeed } from '../protocol/needs.ts';
import type { Pressure } from '../protocol/pressure.ts';
import type { ComputedAnswer } from '../protocol/quiz.ts';
import type { SandboxState } from '../protocol/sandbox-state.ts';
import type { ContainerPlace, OpenTerminal } from '../protocol/terminals.ts';
import { type Evidence, evidenceOf } from './check/evidence.ts';
import { answerFiles } from './check/files.ts';
import type { Needs } from './check/needs.ts';
import { computedTexts, needsOfComputed } from './compute.ts';
import { type Place, placeAgain, placeOfPid, placesOf } from './containers.ts';
import type { FloodQueue } from './flood-queue.ts';
import type { Life } from './life.ts';
import type { CreatedSandbox, Native } from './native-interface.ts';
import { PressureWatch } from './pressure.ts';
import { Prober } from './prober.ts';
import { type Opening, SandboxTerminals } from './sandbox-terminals.ts';
import type { ShellEnd } from './shell.ts';
import type { Terminal, TerminalSize } from './terminal.ts';
import { Turns } from './turns.ts';
import { Watcher } from './watch.ts';
import { xraySnapshotOf } from './xray.ts';

/** All sandboxes are called so; lessons and checks rely on it. */
export const MACHINE_HOSTNAME = 'machine';

/** What says which processes are in which namespaces, and nothing else. */
const PROCESSES: Needs = { sections: new Set(), files: [], probes: [] };

/** What a sandbox tells of itself. */
export type SandboxEvents = {
  readonly terminalEnded: (sandbox: Sandbox, terminal: TerminalName, end: ShellEnd) => void;
  /** Its terminals are others than before, or a shell in them has begun or ended. */
  readonly terminalsChanged?: (sandbox: Sandbox) => void;
  /** It has run into one of its limits. */
  readonly pressure?: (sandbox: Sandbox, pressure: Pressure) => void;
  readonly inspectFailed: (sandbox: Sandbox, error: unknown) => void;
};

/** A living sandbox: what the kernel made, its terminals, and who watches it. Lifetimes are the registry's. */
export class Sandbox {
  readonly id: string;
  readonly needs: readonly SandboxNeed[];
  readonly created: CreatedSandbox;
  readonly watcher: Watcher;
  readonly #native: Native;
  readonly #events: SandboxEvents;
  readonly #terminals: SandboxTerminals;
  readonly #pressure: PressureWatch;
  readonly #prober: Prober;
  readonly #computing = new Turns(1);
  #computations = 0;
  #owner: string | undefined;
  #life: Life | undefined;
  #closed = false;

  constructor(options: {
    id: string;
    needs: readonly SandboxNeed[];
    created: CreatedSandbox;
    native: Native;
    floods: FloodQueue;
    events: SandboxEvents;
  }) {
    this.id = options.id;
    this.needs = options.needs;
    this.created = options.created;
    this.#native = options.native;
    this.#events = options.events;
    this.#pressure = new PressureWatch(options.created.pid, (pressure) =>
      this.#events.pressure?.(this, pressure),
    );
    this.#prober = new Prober(
      (command) => this.#native.probeArguments(this.id, this.created, command),
      () => this.watcher.stir(),
    );
    this.#terminals = new SandboxTerminals({
      start: (index, command, size) => ({
        ...this.#native.enterArguments(this.id, this.created, index, command),
        // `enter` gives a shell its environment; the server's own does not even reach `enter`.
        environment: {},
        ...size,
      }),
      floods: options.floods,
      gistOf: options.native.outputGist,
      printed: () => {
        this.watcher.stir();
        this.#prober.stir();
        this.#pressure.stir();
      },
      ended: (terminal, end) => this.#events.terminalEnded(this, terminal, end),
      changed: () => this.#events.terminalsChanged?.(this),
    });
    this.watcher = new Watcher({
      look: (needs) => this.#look(needs),
      xray: (evidence) => xraySnapshotOf(evidence, this.#terminals.devices),
      failed: (error) => this.#events.inspectFailed(this, error),
    });
  }

  /** Pid of its PID 1 on the host. */
  get hostPid(): number {
    return this.created.pid;
  }

  /** Whose it is, or nobody's yet when it was made ahead. */
  get owner(): string | undefined {
    return this.#owner;
  }

  /** True from the moment its removal begins. */
  get closed(): boolean {
    return this.#closed;
  }

  /** From now on it is somebody's, for whom its life begins. */
  handOver(owner: string, life: Life): void {
    this.#owner = owner;
    this.#life = life;
  }

  /** Its clocks, once it is somebody's. */
  get life(): Life | undefined {
    return this.#life;
  }

  /** How long its owner has had it. */
  get ageMs(): number {
    return this.#life === undefined ? 0 : Date.now() - this.#life.beganAt;
  }

  /** The sandbox as its page sees it. */
  state(fresh: boolean): SandboxState {
    if (this.#life === undefined) throw new Error('Nobody has this sandbox yet.');
    return {
      id: this.id,
      hostname: MACHINE_HOSTNAME,
      hostPid: this.created.pid,
      createdAt: this.#life.beganAt,
      life: this.#life.state(),
      fresh,
      needs: [...this.needs],
      missing: [...this.created.missing],
      cgroupVersion: this.created.cgroupVersion,
      trace: [...this.created.trace],
    };
  }

  terminal(name: TerminalName): Terminal | undefined {
    return this.#terminals.get(name)?.terminal;
  }

  /** Which terminal of that name is open now. */
  opening(name: TerminalName): Opening | undefined {
    return this.#terminals.get(name);
  }

  /** All terminals that are open. */
  get terminals(): OpenTerminal[] {
    return this.#terminals.list;
  }

  get terminalCount(): number {
    return this.#terminals.count;
  }

  /** True while this terminal has not been closed. */
  hasTerminal(terminal: Terminal): boolean {
    return this.#terminals.has(terminal);
  }

  /** One of the lesson's, opened with a new shell if it is not open. Throws when the shell can't be started. */
  openTerminal(name: LessonTerminal, size: TerminalSize): Terminal {
    return this.openLessonTerminal(name, size).terminal;
  }

  openLessonTerminal(name: LessonTerminal, size: TerminalSize): Opening {
    return this.#terminals.openLessons(name, size);
  }

  /**
   * One more terminal, in the machine or where the process of that pid is. Throws when the shell can't be
   * started or the kernel not be asked.
   */
  async openExtraTerminal(
    inside: number | null,
    size: TerminalSize,
  ): Promise<Opening<ExtraTerminal> | 'no-such-container' | 'too-many-terminals'> {
    let place: Place | undefined;
    if (inside !== null) {
      place = await this.#ask((evidence) => placeOfPid(inside, evidence));
      if (place === undefined) return 'no-such-container';
    }
    return (await this.#terminals.openExtra(size, place)) ?? 'too-many-terminals';
  }

  /** A new shell where there is none. Throws as above. */
  async restartTerminal(opening: Opening): Promise<'no-such-container' | 'ok'> {
    const { inside } = opening;
    const place = inside && (await this.#ask((evidence) => placeAgain(inside, evidence)));
    if (inside !== undefined && place === undefined) return 'no-such-container';
    if (this.#terminals.has(opening.terminal)) this.#terminals.restart(opening, place);
    return 'ok';
  }

  closeTerminal(name: ExtraTerminal, serial: number): void {
    this.#terminals.close(name, serial);
  }

  /** The containers in it, as the kernel has them now. */
  async containers(): Promise<ContainerPlace[]> {
    const places = await this.#ask(placesOf);
    return places.map(({ shown }) => shown);
  }

  /** Every right answer of a computed question, as the kernel has it now. */
  compute(question: ComputedAnswer): Promise<readonly string[]> {
    return this.#ask(
      (evidence) => computedTexts(question, evidence, this.#terminals.devices),
      needsOfComputed(question),
    );
  }

  /** Questions that wait for their answer. */
  get computations(): number {
    return this.#computations;
  }

  /** Ends watches and terminals; resolves when their programs and ptys are gone. */
  async close(): Promise<void> {
    this.#closed = true;
    this.watcher.stop();
    this.#pressure.stop();
    await Promise.all([this.#terminals.closeAll(), this.#prober.stop()]);
  }

  /** Asks the kernel. One question at a time: who asks in vain may not keep the kernel busy. */
  async #ask<Answer>(
    answer: (evidence: Evidence) => Answer,
    needs: Needs = PROCESSES,
  ): Promise<Answer> {
    this.#computations += 1;
    try {
      return await this.#computing.take(async () => answer(await this.#look(needs)));
    } finally {
      this.#computations -= 1;
    }
  }

  /** All that these need, as the kernel has it now. */
  async #look(needs: Needs): Promise<Evidence> {
    const snapshot = await this.#native.snapshot(this.id, [...needs.sections]);
    const { namespaces: machine, cgroupVersion } = this.created;
    const source = { snapshot, machine, cgroupVersion, hostname: MACHINE_HOSTNAME };
    const evidence = evidenceOf(source);
    const probed = needs.probes.length === 0 ? [] : this.#prober.answers(needs.probes);
    const read = await answerFiles(needs.files, evidence, (process, path, bytesMax) =>
      this.#native.file(this.id, process, path, bytesMax),
    );
    return { ...evidence, answers: new Map([...probed, ...read]) };
  }
}
