import { encodeFrame, type Frame } from '../protocol/frame.ts';
import type { TerminalName } from '../protocol/identifiers.ts';
import type { Pressure } from '../protocol/pressure.ts';
import type { GoneReason } from '../protocol/sandbox-state.ts';
import type { FromWarden } from '../protocol/warden.ts';
import type { Attachment } from './attachment.ts';
import type { Sandbox } from './sandbox.ts';
import type { SandboxRegistry } from './sandbox-registry.ts';
import type { ShellEnd } from './shell.ts';
import type { Terminal } from './terminal.ts';
import type { Watch } from './watch.ts';

/** What a session says to web. */
export type Voice = {
  readonly send: (message: FromWarden) => void;
  readonly sendFrame: (frame: Uint8Array) => void;
};

/** What one web process has in its hands: holds, attachments and watches. All of it vanishes with its link. */
export class Session {
  readonly registry: SandboxRegistry;
  readonly holds = new Map<number, Sandbox>();
  readonly attachments = new Map<
    number,
    { sandbox: Sandbox; terminal: Terminal; attachment: Attachment }
  >();
  readonly watches = new Map<number, { sandbox: Sandbox; watch: Watch }>();
  readonly voice: Voice;
  readonly #listening: (port: number) => void;
  #lastNumber = 0;
  #ended = false;

  constructor(registry: SandboxRegistry, voice: Voice, listening: (port: number) => void) {
    this.registry = registry;
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

  /** Output of a terminal goes to the page behind this channel. */
  deliver(channel: number, offset: number, payload: Uint8Array): void {
    this.voice.sendFrame(encodeFrame({ kind: 'output', channel, offset, payload }));
  }

  /** A key, a paste or an acknowledgement. The channel may just have been detached: then it is nothing. */
  frame(frame: Frame): void {
    const attached = this.attachments.get(frame.channel);
    if (attached === undefined) return;
    const { terminal, attachment } = attached;
    if (frame.kind === 'input') terminal.type(attachment, frame.payload);
    else if (frame.kind === 'acknowledgement') terminal.acknowledge(attachment, frame.offset);
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
    const held = deleteOf(this.holds, (hold) => hold === sandbox);
    deleteOf(this.attachments, (attached) => attached.sandbox === sandbox);
    deleteOf(this.watches, (watched) => watched.sandbox === sandbox);
    if (held > 0) this.voice.send({ type: 'gone', sandbox: sandbox.id, reason });
  }

  terminalEnded(sandbox: Sandbox, terminal: TerminalName, end: ShellEnd): void {
    if (this.heldSandbox(sandbox.id) === undefined) return;
    this.voice.send({ type: 'terminal-ended', sandbox: sandbox.id, terminal, ...end });
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
  }
}

/** Deletes the entries whose value matches; says how many there were. */
function deleteOf<V>(entries: Map<number, V>, matches: (value: V) => boolean): number {
  const matching = [...entries].filter(([, value]) => matches(value));
  for (const [number] of matching) entries.delete(number);
  return matching.length;
}
