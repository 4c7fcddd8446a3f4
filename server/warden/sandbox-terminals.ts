import {
  EXTRA_TERMINALS,
  type ExtraTerminal,
  type LessonTerminal,
  TERMINALS,
  type TerminalName,
} from '../protocol/identifiers.ts';
import type { OpenTerminal } from '../protocol/terminals.ts';
import type { Place } from './containers.ts';
import type { FloodQueue } from './flood-queue.ts';
import type { GistOf } from './output-gist.ts';
import type { ShellEnd, ShellStart } from './shell.ts';
import { Terminal, type TerminalSize } from './terminal.ts';
import type { TerminalDevices } from './xray.ts';

/** A login shell of the machine. */
const MACHINE_SHELL = ['/bin/bash', '--login'] as const;

/** What a terminal needs of its sandbox. */
export type TerminalHost = {
  /** The program that puts a command on terminal `index`, from 1. */
  readonly start: (index: number, command: readonly string[], size: TerminalSize) => ShellStart;
  readonly floods: FloodQueue;
  readonly gistOf: GistOf;
  readonly printed: () => void;
  readonly ended: (terminal: TerminalName, end: ShellEnd) => void;
  /** One more, one less, or a shell has begun or ended. */
  readonly changed: () => void;
};

/** A terminal that is open, and which opening of its name it is. */
export type Opening<Name extends TerminalName = TerminalName> = {
  readonly name: Name;
  readonly serial: number;
  readonly terminal: Terminal;
  /** Where its shells run: in a container, or in the machine itself. */
  inside: Place | undefined;
};

/**
 * The terminals of one sandbox. The lesson's two are opened when a page first looks at them, and stay. The
 * others are opened and closed by learners, in the machine or in a container.
 */
export class SandboxTerminals {
  readonly #host: TerminalHost;
  readonly #openings = new Map<TerminalName, Opening>();
  /** Those whose shells have been hung up and have not ended. Their numbers are not free yet. */
  readonly #closing = new Map<TerminalName, Promise<void>>();
  #lastSerial = 0;
  #closed = false;

  constructor(host: TerminalHost) {
    this.#host = host;
  }

  get(name: TerminalName): Opening | undefined {
    return this.#openings.get(name);
  }

  /** All that are open, by their numbers. */
  get list(): OpenTerminal[] {
    return this.#inOrder().map(({ name, serial, terminal, inside }) => ({
      terminal: name,
      serial,
      inside: inside?.shown ?? null,
      running: terminal.running,
    }));
  }

  /** How many ptys of the host they are, those that are ending too. */
  get count(): number {
    return this.#openings.size + this.#closing.size;
  }

  get devices(): TerminalDevices {
    return Object.fromEntries(this.#inOrder().map(({ name, terminal }) => [name, terminal.device]));
  }

  /** True while this terminal has not been closed. */
  has(terminal: Terminal): boolean {
    return this.#inOrder().some((opening) => opening.terminal === terminal);
  }

  /** One of the lesson's, opened with a new shell if it is not open. Throws when the shell can't be started. */
  openLessons(name: LessonTerminal, size: TerminalSize): Opening {
    return this.#openings.get(name) ?? this.#open(name, size, undefined);
  }

  /**
   * One more, on the lowest number that is free; one that is being closed is, when its shell has ended. None,
   * if all are open. Throws when the shell can't be started.
   */
  async openExtra(
    size: TerminalSize,
    inside: Place | undefined,
  ): Promise<Opening<ExtraTerminal> | undefined> {
    for (;;) {
      if (this.#closed) throw new Error('The machine is being removed.');
      const free = EXTRA_TERMINALS.filter((name) => !this.#openings.has(name));
      const ready = free.find((name) => !this.#closing.has(name));
      if (ready !== undefined) return this.#open(ready, size, inside);
      if (free.length === 0) return undefined;
      await Promise.race(free.map((name) => this.#closing.get(name)));
    }
  }

  /** Starts a new shell where there is none. */
  restart(opening: Opening, inside: Place | undefined): void {
    const { running } = opening.terminal;
    opening.inside = inside;
    opening.terminal.restart();
    if (!running) this.#host.changed();
  }

  /** Ends it. What is not that opening any more has been closed already. */
  close(name: ExtraTerminal, serial: number): void {
    const opening = this.#openings.get(name);
    if (opening === undefined || opening.serial !== serial) return;
    this.#openings.delete(name);
    const closing = opening.terminal.close().finally(() => this.#closing.delete(name));
    this.#closing.set(name, closing);
    this.#host.changed();
  }

  /** Ends all, when the sandbox ends. Resolves when their programs and ptys are gone. */
  async closeAll(): Promise<void> {
    this.#closed = true;
    const open = this.#inOrder().map(({ terminal }) => terminal.close());
    await Promise.all([...open, ...this.#closing.values()]);
  }

  #inOrder(): Opening[] {
    return TERMINALS.flatMap((name) => this.#openings.get(name) ?? []);
  }

  #open<Name extends TerminalName>(
    name: Name,
    size: TerminalSize,
    inside: Place | undefined,
  ): Opening<Name> {
    this.#lastSerial += 1;
    const index = TERMINALS.indexOf(name) + 1;
    // The first shell starts while the terminal is made; later ones start where the opening says.
    const placeNow = () => this.#openings.get(name)?.inside ?? inside;
    const terminal = new Terminal({
      size,
      floods: this.#host.floods,
      gistOf: this.#host.gistOf,
      start: (current) => this.#host.start(index, placeNow()?.command ?? MACHINE_SHELL, current),
      printed: this.#host.printed,
      ended: (end) => this.#ended(name, terminal, end),
    });
    const opening: Opening<Name> = { name, serial: this.#lastSerial, terminal, inside };
    this.#openings.set(name, opening);
    this.#host.changed();
    return opening;
  }

  #ended(name: TerminalName, terminal: Terminal, end: ShellEnd): void {
    if (this.#closed || this.#openings.get(name)?.terminal !== terminal) return;
    this.#host.ended(name, end);
    this.#host.changed();
  }
}
