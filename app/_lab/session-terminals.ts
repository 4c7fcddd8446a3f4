import type { FromBrowser, ToBrowser } from '../../server/protocol/browser.ts';
import type { Frame } from '../../server/protocol/frame.ts';
import { extraTerminal, type TerminalName } from '../../server/protocol/identifiers.ts';
import type { OpenTerminal } from '../../server/protocol/terminals.ts';
import { bytesOfBinary, inputPayloads, keyText, typedCommand } from '../_terminal/typing.ts';
import type { LabStore } from './store.ts';
import { TerminalAttachment, type TerminalScreen } from './terminal-attachment.ts';
import { terminalIn } from './terminals-state.ts';

type TerminalsParts = {
  readonly store: LabStore;
  /** False when nothing was sent. */
  readonly send: (message: FromBrowser) => boolean;
  readonly sendFrame: (frame: Frame) => boolean;
};

const utf8 = new TextEncoder();

/** For a terminal that is opened where there is none to be like. */
const USUAL_SIZE = { columns: 80, rows: 24 } as const;

/** A shell that is told another size draws its prompt anew within this time: that is no news. */
const REDRAWN_WITHIN_MS = 1_000;

/** What Ctrl-C sends. */
const INTERRUPT = '\x03';

/** The terminals of the page's machine: each opened when it has a screen and there is a machine, and again after each reconnect. */
export class SessionTerminals {
  readonly #store: LabStore;
  readonly #send: TerminalsParts['send'];
  readonly #sendFrame: TerminalsParts['sendFrame'];
  readonly #attachments = new Map<TerminalName, TerminalAttachment>();
  /** Those on the page now; nothing, until it says. */
  #shown: ReadonlySet<TerminalName> | undefined;
  /** Until when what a terminal prints is no news. */
  readonly #redrawnUntil = new Map<TerminalName, number>();
  #hasMachine = false;

  constructor({ store, send, sendFrame }: TerminalsParts) {
    this.#store = store;
    this.#send = send;
    this.#sendFrame = sendFrame;
  }

  /** There is a machine: the one that the screens show, or another. */
  meet(isAnother: boolean): void {
    if (isAnother) this.#forget();
    this.#hasMachine = true;
    for (const name of this.#attachments.keys()) this.open(name);
  }

  /** The machine is gone. */
  leave(): void {
    this.#hasMachine = false;
    this.#forget();
  }

  /** The connection is lost. */
  detach(): void {
    for (const attachment of this.#attachments.values()) attachment.detach();
  }

  /** The page has left the lab. */
  stop(): void {
    this.#hasMachine = false;
    this.detach();
  }

  addScreen(name: TerminalName, screen: TerminalScreen): () => void {
    const attachment = this.#at(name);
    attachment.screen = screen;
    this.open(name);
    return () => attachment.removeScreen(screen);
  }

  /** The terminals that are open in the machine: what the page has of others is no more. */
  listed(open: readonly OpenTerminal[]): void {
    for (const [name, attachment] of this.#attachments) {
      if (!extraTerminal.safeParse(name).success) continue;
      const now = open.find(({ terminal }) => terminal === name);
      if (now === undefined || attachment.isOther(now.serial)) {
        attachment.detach();
        this.#attachments.delete(name);
      }
    }
  }

  /** These are on the page now. */
  show(names: readonly TerminalName[]): void {
    this.#shown = new Set(names);
    this.#store.dispatch({ type: 'terminals-seen', terminals: names });
  }

  openNew(inside: number | null, like: TerminalName): void {
    const size = this.#at(like).size() ?? USUAL_SIZE;
    if (this.#send({ type: 'new-terminal', inside, ...size }))
      this.#store.dispatch({ type: 'new-terminal-asked' });
  }

  close(name: TerminalName): void {
    const terminal = extraTerminal.safeParse(name);
    const serial = this.#store.get().terminals[name]?.serial ?? 0;
    if (terminal.success && serial > 0)
      this.#send({ type: 'close-terminal', terminal: terminal.data, serial });
  }

  open(name: TerminalName): void {
    const request = this.#at(name).request();
    if (!this.#hasMachine || !request || !this.#isThere(name)) return;
    const known = this.#shell(name) === 'running' || this.#shell(name) === 'ended';
    if (this.#send({ type: 'open-terminal', ...request }) && !known)
      this.#store.dispatch({ type: 'terminal-asked', terminal: name });
  }

  /** The lab has answered: the terminal is open. */
  opened(message: Extract<ToBrowser, { type: 'terminal' }>): void {
    const attachment = this.#at(message.terminal);
    this.#expectRedraw(message.terminal);
    const size = attachment.attached(message);
    if (size) this.#send({ type: 'resize-terminal', channel: message.channel, ...size });
    for (const text of attachment.takeWaitingInput()) this.#typeText(message.terminal, text);
  }

  output(frame: Frame): void {
    if (frame.kind !== 'output') return;
    const attachments = [...this.#attachments.values()];
    const attachment = attachments.find(({ channel }) => channel === frame.channel);
    if (!attachment) return;
    const { name } = attachment;
    if (!attachment.replays(frame) && this.#isNews(name))
      this.#store.dispatch({ type: 'terminal-unseen', terminal: name });
    attachment.draw(frame, this.#sendFrame);
  }

  type(name: TerminalName, text: string): void {
    if (this.#at(name).isReplayAnswer(text)) return;
    this.#typeText(name, text);
  }

  typeBinary(name: TerminalName, text: string): void {
    this.#sendInput(name, bytesOfBinary(text));
  }

  resized(name: TerminalName): void {
    const size = this.#at(name).changedSize();
    const { channel } = this.#at(name);
    if (!size || channel === undefined) return;
    this.#expectRedraw(name);
    this.#send({ type: 'resize-terminal', channel, ...size });
  }

  runCommand(name: TerminalName, command: string, interrupt: boolean): void {
    const attachment = this.#at(name);
    const run = () => this.#runText(name, typedCommand(command, attachment.wantsMarkedPastes()));
    if (interrupt && this.#shell(name) === 'running') {
      attachment.whenReading(run);
      this.#runText(name, INTERRUPT);
    } else run();
  }

  pressKey(name: TerminalName, key: string): void {
    const text = keyText(key);
    if (text !== undefined) this.#runText(name, text);
  }

  restart(name: TerminalName): void {
    const size = this.#at(name).size();
    if (size && this.#send({ type: 'restart-terminal', terminal: name, ...size }))
      this.#store.dispatch({ type: 'terminal-asked', terminal: name });
  }

  #expectRedraw(name: TerminalName): void {
    this.#redrawnUntil.set(name, performance.now() + REDRAWN_WITHIN_MS);
  }

  #isNews(name: TerminalName): boolean {
    const isHidden = this.#shown !== undefined && !this.#shown.has(name);
    return isHidden && performance.now() > (this.#redrawnUntil.get(name) ?? 0);
  }

  #forget(): void {
    for (const attachment of this.#attachments.values()) attachment.forget();
  }

  #shell(name: TerminalName) {
    return terminalIn(this.#store.get().terminals, name).shell.kind;
  }

  /** The lesson's two always are, the others while the lab says so. */
  #isThere(name: TerminalName): boolean {
    return this.#store.get().terminals[name] !== undefined;
  }

  #at(name: TerminalName): TerminalAttachment {
    const known = this.#attachments.get(name);
    if (known !== undefined) return known;
    const attachment = new TerminalAttachment(name);
    this.#attachments.set(name, attachment);
    return attachment;
  }

  #sendInput(name: TerminalName, bytes: Uint8Array): void {
    const { channel } = this.#at(name);
    const sent =
      channel !== undefined &&
      this.#shell(name) === 'running' &&
      inputPayloads(bytes).every((payload) =>
        this.#sendFrame({ kind: 'input', channel, offset: 0, payload }),
      );
    // Not kept for later: text that was typed at a screen which has changed since may do anything.
    if (!sent) this.#store.dispatch({ type: 'key-dropped', terminal: name });
  }

  #typeText(name: TerminalName, text: string): void {
    if (this.#shell(name) !== 'ended') this.#sendInput(name, utf8.encode(text));
    else if (text === '\r') this.restart(name);
  }

  #runText(name: TerminalName, text: string): void {
    this.#at(name).focus();
    if (this.#shell(name) !== 'ended') {
      this.#sendInput(name, utf8.encode(text));
      return;
    }
    this.#at(name).holdInput(text);
    this.restart(name);
  }
}
