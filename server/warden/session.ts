import type { Frame } from '../protocol/frame.ts';
import type { TerminalName } from '../protocol/identifiers.ts';
import type { LinePlace } from '../protocol/lifetime.ts';
import type { Pressure } from '../protocol/pressure.ts';
import type { GoneReason } from '../protocol/sandbox-state.ts';
import type { FromWarden } from '../protocol/warden.ts';
import type { Attachment, AttachmentEvents } from './attachment.ts';
import type { Reception } from './reception.ts';
import type { Sandbox } from './sandbox.ts';
import type { SandboxRegistry } from './sandbox-registry.ts';
import type { Opening } from './sandbox-terminals.ts';
import type { ShellEnd } from './shell.ts';
import type { Terminal } from './terminal.ts';
import type { Watch } from './watch.ts';

const NOTHING = new Uint8Array();

/** What a session says to web. */
export type Voice = {
  readonly send: (message: FromWarden) => void;
  readonly sendFrame: (frame: Frame) => void;
};

/** What one web process has in its hands: holds, attachments and watches. All of it vanishes with its link. */
export class Session {
  readonly registry: SandboxRegistry;
  readonly reception: Reception;
  readonly holds = new Map<number, Sandbox>();
  /** Pages in the line: who waits with each. */
  readonly waits = new Map<number, string>();
  readonly attachments = new Map<
    number,
    { sandbox: Sandbox; terminal: Terminal; attachment: Attachment }
  >();
  readonly watches = new Map<number, { sandbox: Sandbox; watch: Watch }>();
  readonly voice: Voice;
  readonly #listening: (port: number) => void;
  /** All that this web has held and that are alive: it keeps count of them. */
  readonly #met = new WeakSet<Sandbox>();
  #lastNumber = 0;
  #ended = false;

  constructor(
    { registry, reception }: { registry: SandboxRegistry; reception: Reception },
    voice: Voice,
    listening: (port: number) => void,
  ) {
    this.registry = registry;
    this.reception = reception;
    this.voice = voice;
    this.#listening = listening;
  }

  get ended(): boolean {
    return this.#ended;
  }

  /** Web is ready for pages. */
  listening(port: number): void {
    this.#listening(port);
  }

  /** A number for a hold, channel or watch: never the same twice on one link. */
  nextNumber(): number {
    this.#lastNumber += 1;
    return this.#lastNumber;
  }

  /** The sandbox of that id, if a page of this web is on it. No other is within its reach. */
  heldSandbox(id: string): Sandbox | undefined {
    for (const sandbox of this.holds.values()) {
      if (sandbox.id === id && !sandbox.closed) return sandbox;
    }
    return undefined;
  }

  countHolds(sandbox: Sandbox): number {
    return [...this.holds.values()].filter((held) => held === sandbox).length;
  }

  /** One page more is on it. */
  hold(sandbox: Sandbox): number {
    const hold = this.nextNumber();
    this.holds.set(hold, sandbox);
    this.#met.add(sandbox);
    return hold;
  }

  countWaits(owner: string): number {
    return [...this.waits.values()].filter((waiting) => waiting === owner).length;
  }

  /** One page more waits, and has been told so. */
  beginWaiting(wait: number, owner: string): void {
    if (this.#ended) return;
    this.waits.set(wait, owner);
    this.reception.arrive(owner);
  }

  /** A page waits no more. The place is given up when it was the owner's last page. */
  leaveLine(wait: number, forGood: boolean): void {
    const owner = this.waits.get(wait);
    this.waits.delete(wait);
    if (owner === undefined) return;
    this.reception.depart(owner);
    if (forGood && this.countWaits(owner) === 0) this.reception.leave(owner);
  }

  placed(places: ReadonlyMap<string, LinePlace>): void {
    for (const [wait, owner] of this.waits) {
      const place = places.get(owner);
      if (place !== undefined) this.voice.send({ type: 'place', wait, place });
    }
  }

  /** The owner's pages wait no more: each may hold the sandbox now. */
  turn(owner: string): void {
    for (const [wait, waiting] of this.waits) {
      if (waiting !== owner) continue;
      this.waits.delete(wait);
      this.voice.send({ type: 'turn', wait });
    }
  }

  /** What a terminal tells goes to the page behind this channel. */
  tellsOf(channel: number): AttachmentEvents {
    const { send, sendFrame } = this.voice;
    return {
      output: (offset, payload) => sendFrame({ kind: 'output', channel, offset, payload }),
      taken: (offset) => sendFrame({ kind: 'taken', channel, offset, payload: NOTHING }),
      skipped: (continuation) => send({ type: 'terminal-skipped', channel, ...continuation }),
      size: (size, used) => send({ type: 'terminal-size', channel, ...size, used }),
    };
  }

  /** Input or an acknowledgement. The channel may just have been detached: then it is nothing. */
  frame(frame: Frame): void {
    const attached = this.attachments.get(frame.channel);
    if (attached === undefined) return;
    const { sandbox, terminal, attachment } = attached;
    if (frame.kind === 'acknowledgement') {
      terminal.acknowledge(attachment, frame.offset);
      return;
    }
    sandbox.life?.use();
    terminal.type(attachment, frame);
  }

  detach(channel: number): void {
    const attached = this.attachments.get(channel);
    this.attachments.delete(channel);
    attached?.terminal.detach(attached.attachment);
  }

  unwatch(number: number): void {
    const watched = this.watches.get(number);
    this.watches.delete(number);
    watched?.sandbox.watcher.remove(watched.watch);
  }

  release(hold: number): void {
    const sandbox = this.holds.get(hold);
    this.holds.delete(hold);
    if (sandbox !== undefined) this.registry.release(sandbox);
  }

  /** A sandbox is being removed: all this web has of it ends with one event. */
  gone(sandbox: Sandbox, reason: GoneReason): void {
    deleteOf(this.holds, (hold) => hold === sandbox);
    deleteOf(this.attachments, (attached) => attached.sandbox === sandbox);
    deleteOf(this.watches, (watched) => watched.sandbox === sandbox);
    if (this.#met.has(sandbox)) this.voice.send({ type: 'gone', sandbox: sandbox.id, reason });
  }

  lifeChanged(sandbox: Sandbox): void {
    if (sandbox.life === undefined || this.heldSandbox(sandbox.id) === undefined) return;
    this.voice.send({ type: 'life', sandbox: sandbox.id, life: sandbox.life.state() });
  }

  terminalEnded(sandbox: Sandbox, terminal: TerminalName, end: ShellEnd): void {
    if (this.heldSandbox(sandbox.id) === undefined) return;
    this.voice.send({ type: 'terminal-ended', sandbox: sandbox.id, terminal, ...end });
  }

  /** The terminal has a shell again. */
  terminalStarted(sandbox: Sandbox, { name, serial, terminal }: Opening): void {
    const { id } = sandbox;
    const { shells: shell } = terminal;
    this.voice.send({ type: 'terminal-started', sandbox: id, terminal: name, serial, shell });
  }

  /** Attachments to a terminal that was closed end with it. */
  terminalsChanged(sandbox: Sandbox): void {
    if (this.heldSandbox(sandbox.id) === undefined) return;
    deleteOf(
      this.attachments,
      (attached) => attached.sandbox === sandbox && !sandbox.hasTerminal(attached.terminal),
    );
    const { id, terminals } = sandbox;
    this.voice.send({ type: 'terminals', sandbox: id, terminals });
  }

  pressure(sandbox: Sandbox, pressure: Pressure): void {
    if (this.heldSandbox(sandbox.id) === undefined) return;
    this.voice.send({ type: 'pressure', sandbox: sandbox.id, pressure });
  }

  /** The link has ended. Sandboxes live on; their idle clocks run. */
  end(): void {
    this.#ended = true;
    for (const channel of this.attachments.keys()) this.detach(channel);
    for (const number of this.watches.keys()) this.unwatch(number);
    for (const hold of this.holds.keys()) this.release(hold);
    for (const wait of this.waits.keys()) this.leaveLine(wait, false);
  }
}

/** Deletes the entries whose value matches; says how many there were. */
function deleteOf<V>(entries: Map<number, V>, matches: (value: V) => boolean): number {
  const matching = [...entries].filter(([, value]) => matches(value));
  for (const [number] of matching) entries.delete(number);
  return matching.length;
}
