import { TERMINALS, type TerminalName } from '../protocol/identifiers.ts';
import type { SandboxNeed } from '../protocol/needs.ts';
import type { Pressure } from '../protocol/pressure.ts';
import type { SandboxState } from '../protocol/sandbox-state.ts';
import type { CreatedSandbox, Inspection, Native } from './native-interface.ts';
import { PressureWatch } from './pressure.ts';
import { INSPECTED_PROCESSES } from './sandbox-limits.ts';
import type { ShellEnd, ShellStart } from './shell.ts';
import { Terminal, type TerminalSize } from './terminal.ts';
import { Watcher } from './watch.ts';
import { xraySnapshotOf } from './xray.ts';

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
  readonly idleMs: number;
  readonly watcher: Watcher;
  readonly #native: Native;
  readonly #events: SandboxEvents;
  readonly #terminals = new Map<TerminalName, Terminal>();
  readonly #lifeMs: number;
  readonly #pressure: PressureWatch;
  #owner: string | undefined;
  #createdAt = Date.now();
  #closed = false;

  constructor(options: {
    id: string;
    needs: readonly SandboxNeed[];
    created: CreatedSandbox;
    idleMs: number;
    lifeMs: number;
    native: Native;
    events: SandboxEvents;
  }) {
    this.id = options.id;
    this.needs = options.needs;
    this.created = options.created;
    this.idleMs = options.idleMs;
    this.#lifeMs = options.lifeMs;
    this.#native = options.native;
    this.#events = options.events;
    this.#pressure = new PressureWatch(options.created.pid, (pressure) =>
      this.#events.pressure?.(this, pressure),
    );
    this.watcher = new Watcher({
      inspect: () => this.#inspect(),
      evidence: (inspection) => ({
        inspection,
        machine: this.created.namespaces,
        hostname: MACHINE_HOSTNAME,
      }),
      xray: (inspection) =>
        xraySnapshotOf(
          inspection,
          Object.fromEntries([...this.#terminals].map(([name, { device }]) => [name, device])),
        ),
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
  handOver(owner: string): void {
    this.#owner = owner;
    this.#createdAt = Date.now();
  }

  /** The sandbox as its page sees it. */
  state(fresh: boolean): SandboxState {
    return {
      id: this.id,
      hostname: MACHINE_HOSTNAME,
      hostPid: this.created.pid,
      createdAt: this.#createdAt,
      expiresAt: this.#createdAt + this.#lifeMs,
      idleMs: this.idleMs,
      now: Date.now(),
      fresh,
      needs: [...this.needs],
      missing: [...this.created.missing],
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
        this.#pressure.stir();
      },
      ended: (end) => {
        if (!this.#closed) this.#events.terminalEnded(this, name, end);
      },
    });
    this.#terminals.set(name, terminal);
    return terminal;
  }

  /** Ends watches and terminals; resolves when their programs and ptys are gone. */
  async close(): Promise<void> {
    this.#closed = true;
    this.watcher.stop();
    this.#pressure.stop();
    await Promise.all([...this.#terminals.values()].map((terminal) => terminal.close()));
  }

  /** Most sandboxes have few processes, and room for many has its price: it is made when it is needed. */
  async #inspect(): Promise<Inspection> {
    const inspection = await this.#native.inspect(this.id, INSPECTED_PROCESSES.usual);
    return inspection.truncated
      ? this.#native.inspect(this.id, INSPECTED_PROCESSES.max)
      : inspection;
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
