import { TERMINALS, type TerminalName } from '../protocol/identifiers.ts';
import type { SandboxNeed } from '../protocol/needs.ts';
import type { Pressure } from '../protocol/pressure.ts';
import type { ComputedAnswer } from '../protocol/quiz.ts';
import type { SandboxState } from '../protocol/sandbox-state.ts';
import { type Evidence, evidenceOf } from './check/evidence.ts';
import { answerFiles } from './check/files.ts';
import type { Needs } from './check/needs.ts';
import { computedTexts, needsOfComputed } from './compute.ts';
import type { Life } from './life.ts';
import type { CreatedSandbox, Native } from './native-interface.ts';
import { PressureWatch } from './pressure.ts';
import { Prober } from './prober.ts';
import type { ShellEnd, ShellStart } from './shell.ts';
import { Terminal, type TerminalSize } from './terminal.ts';
import { Turns } from './turns.ts';
import { Watcher } from './watch.ts';
import { type TerminalDevices, xraySnapshotOf } from './xray.ts';

/** All sandboxes are called so; lessons and checks rely on it. */
export const MACHINE_HOSTNAME = 'machine';

/** The shell of every terminal. `enter` gives it its environment; the server's own does not even reach `enter`. */
const SHELL = ['/bin/bash', '--login'] as const;

/** What a sandbox tells of itself. */
export type SandboxEvents = {
  readonly terminalEnded: (sandbox: Sandbox, terminal: TerminalName, end: ShellEnd) => void;
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
  readonly #terminals = new Map<TerminalName, Terminal>();
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
    this.watcher = new Watcher({
      look: (needs) => this.#look(needs),
      xray: (evidence) => xraySnapshotOf(evidence, this.#devices()),
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
    return this.#terminals.get(name);
  }

  /** The terminal, opened with a new shell if it is not open. Throws when the shell can't be started. */
  openTerminal(name: TerminalName, size: TerminalSize): Terminal {
    const open = this.#terminals.get(name);
    if (open !== undefined) return open;
    const terminal = new Terminal({
      size,
      start: (current) => this.#shellStart(name, current),
      printed: () => {
        this.watcher.stir();
        this.#prober.stir();
        this.#pressure.stir();
      },
      ended: (end) => {
        if (!this.#closed) this.#events.terminalEnded(this, name, end);
      },
    });
    this.#terminals.set(name, terminal);
    return terminal;
  }

  /**
   * Every right answer of a computed question, as the kernel has it now. One at a time: who asks in vain may
   * not keep the kernel busy.
   */
  async compute(question: ComputedAnswer): Promise<readonly string[]> {
    this.#computations += 1;
    try {
      return await this.#computing.take(async () =>
        computedTexts(question, await this.#look(needsOfComputed(question)), this.#devices()),
      );
    } finally {
      this.#computations -= 1;
    }
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
    const terminals = [...this.#terminals.values()].map((terminal) => terminal.close());
    await Promise.all([...terminals, this.#prober.stop()]);
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

  #devices(): TerminalDevices {
    return Object.fromEntries([...this.#terminals].map(([name, { device }]) => [name, device]));
  }

  #shellStart(name: TerminalName, size: TerminalSize): ShellStart {
    const index = TERMINALS.indexOf(name) + 1;
    const enter = this.#native.enterArguments(this.id, this.created, index, SHELL);
    return {
      file: enter.file,
      arguments: enter.arguments,
      environment: {},
      ...size,
    };
  }
}
