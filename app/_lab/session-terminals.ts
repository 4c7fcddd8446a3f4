import type { FromBrowser, ToBrowser } from '../../server/protocol/browser.ts';
import type { Frame } from '../../server/protocol/frame.ts';
import { TERMINALS, type TerminalName } from '../../server/protocol/identifiers.ts';
import { bytesOfBinary, inputPayloads, keyText, typedCommand } from '../_terminal/typing.ts';
import type { LabStore } from './store.ts';
import { TerminalAttachment, type TerminalScreen } from './terminal-attachment.ts';

type TerminalsParts = {
  readonly store: LabStore;
  /** False when nothing was sent. */
  readonly send: (message: FromBrowser) => boolean;
  readonly sendFrame: (frame: Frame) => boolean;
};

const utf8 = new TextEncoder();

/** What Ctrl-C sends. */
const INTERRUPT = '\x03';

/** The terminals of the page's machine: each opened when it has a screen and there is a machine, and again after each reconnect. */
export class SessionTerminals {
  readonly #store: LabStore;
  readonly #send: TerminalsParts['send'];
  readonly #sendFrame: TerminalsParts['sendFrame'];
  readonly #attachments = {
    machine: new TerminalAttachment('machine'),
    container: new TerminalAttachment('container'),
  } as const satisfies Record<TerminalName, TerminalAttachment>;
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
    for (const name of TERMINALS) this.open(name);
  }

  /** The machine is gone. What it printed stays on the screens until there is another. */
  leave(): void {
    this.stop();
  }

  /** The connection is lost. */
  detach(): void {
    for (const name of TERMINALS) this.#attachments[name].detach();
  }

  /** The page has left the lab. */
  stop(): void {
    this.#hasMachine = false;
    this.detach();
  }

  addScreen(name: TerminalName, screen: TerminalScreen): () => void {
    this.#attachments[name].screen = screen;
    this.open(name);
    return () => this.#attachments[name].removeScreen(screen);
  }

  open(name: TerminalName): void {
    const request = this.#attachments[name].request();
    if (!this.#hasMachine || !request) return;
    const known = this.#shell(name) === 'running' || this.#shell(name) === 'ended';
    if (this.#send({ type: 'open-terminal', ...request }) && !known)
      this.#store.dispatch({ type: 'terminal-asked', terminal: name });
  }

  /** The lab has answered: the terminal is open. */
  opened(message: Extract<ToBrowser, { type: 'terminal' }>): void {
    const attachment = this.#attachments[message.terminal];
    const size = attachment.attached(message);
    if (size) this.#send({ type: 'resize-terminal', channel: message.channel, ...size });
    for (const text of attachment.takeWaitingInput()) this.#typeText(message.terminal, text);
  }

  output(frame: Frame): void {
    if (frame.kind !== 'output') return;
    const name = TERMINALS.find(
      (terminal) => this.#attachments[terminal].channel === frame.channel,
    );
    if (name) this.#attachments[name].draw(frame, this.#sendFrame);
  }

  type(name: TerminalName, text: string): void {
    if (this.#attachments[name].isReplayAnswer(text)) return;
    this.#typeText(name, text);
  }

  typeBinary(name: TerminalName, text: string): void {
    this.#sendInput(name, bytesOfBinary(text));
  }

  resized(name: TerminalName): void {
    const size = this.#attachments[name].changedSize();
    const { channel } = this.#attachments[name];
    if (size && channel !== undefined) this.#send({ type: 'resize-terminal', channel, ...size });
  }

  runCommand(name: TerminalName, command: string, interrupt: boolean): void {
    const attachment = this.#attachments[name];
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
    const size = this.#attachments[name].size();
    if (size && this.#send({ type: 'restart-terminal', terminal: name, ...size }))
      this.#store.dispatch({ type: 'terminal-asked', terminal: name });
  }

  #forget(): void {
    for (const name of TERMINALS) this.#attachments[name].forget();
  }

  #shell(name: TerminalName) {
    return this.#store.get().terminals[name].shell.kind;
  }

  #sendInput(name: TerminalName, bytes: Uint8Array): void {
    const { channel } = this.#attachments[name];
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
    this.#attachments[name].focus();
    if (this.#shell(name) !== 'ended') {
      this.#sendInput(name, utf8.encode(text));
      return;
    }
    this.#attachments[name].holdInput(text);
    this.restart(name);
  }
}
