import type { FromBrowser, ToBrowser } from '../../server/protocol/browser.ts';
import type { Frame } from '../../server/protocol/frame.ts';
import { TERMINALS, type TerminalName } from '../../server/protocol/identifiers.ts';
import { bytesOfBinary, keyText, typedCommand } from '../_terminal/typing.ts';
import type { LabStore } from './store.ts';
import { TerminalAttachment, type TerminalScreen } from './terminal-attachment.ts';

type TerminalsParts = {
  readonly store: LabStore;
  /** False when nothing was sent. */
  readonly send: (message: FromBrowser) => boolean;
  readonly sendFrame: (frame: Frame) => boolean;
  readonly now?: (() => number) | undefined;
};

/** After this the page has its usual room again: it has no more to say of a lost connection. */
const SETTLED_MS = 300;

/** What Ctrl-C sends. */
const INTERRUPT = '\x03';

/** The terminals of the page's machine: each opened when it has a screen and there is a machine, and again after each reconnect. */
export class SessionTerminals {
  readonly #store: LabStore;
  readonly #send: TerminalsParts['send'];
  readonly #attachments: Readonly<Record<TerminalName, TerminalAttachment>>;
  #hasMachine = false;
  #visible = true;

  constructor({ store, send, sendFrame, now = Date.now }: TerminalsParts) {
    this.#store = store;
    this.#send = send;
    const attachment = (terminal: TerminalName) =>
      new TerminalAttachment(terminal, {
        sendFrame,
        now,
        missed: (bytes) => store.dispatch({ type: 'output-missed', terminal, bytes }),
      });
    this.#attachments = { machine: attachment('machine'), container: attachment('container') };
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

  /** Somebody looks at the page, or nobody: the terminals have the size of a page that is looked at. */
  setVisible(visible: boolean): void {
    this.#visible = visible;
    if (visible) for (const name of TERMINALS) this.claim(name);
  }

  /** This page is used now: the terminal takes its size. */
  claim(name: TerminalName): void {
    const { channel } = this.#attachments[name];
    const size = this.#attachments[name].claimedSize();
    if (size && channel !== undefined) this.#send({ type: 'resize-terminal', channel, ...size });
  }

  addScreen(name: TerminalName, screen: TerminalScreen): () => void {
    this.#attachments[name].screen = screen;
    this.open(name);
    return () => this.#attachments[name].removeScreen(screen);
  }

  open(name: TerminalName): void {
    if (!this.#hasMachine) return;
    const request = this.#attachments[name].request(this.#visible);
    if (!request) return;
    const known = this.#shell(name) === 'running' || this.#shell(name) === 'ended';
    if (this.#send({ type: 'open-terminal', ...request }) && !known)
      this.#store.dispatch({ type: 'terminal-asked', terminal: name });
  }

  /** The lab has answered: the terminal is open. */
  opened(message: Extract<ToBrowser, { type: 'terminal' }>): void {
    const name = message.terminal;
    const lostBytes = this.#attachments[name].attached(message);
    if (lostBytes > 0) this.#store.dispatch({ type: 'key-dropped', terminal: name });
    this.#showSize(name);
    setTimeout(() => this.resized(name), SETTLED_MS);
  }

  /** There is a new shell in it. */
  started({ terminal, shell }: Extract<ToBrowser, { type: 'terminal-started' }>): void {
    const attachment = this.#attachments[terminal];
    attachment.shellStarted(shell);
    for (const text of attachment.takeWaitingInput()) this.#typeText(terminal, text);
  }

  ended(name: TerminalName): void {
    this.#attachments[name].shellEnded();
  }

  sizeChanged(news: Extract<ToBrowser, { type: 'terminal-size' }>): void {
    const name = this.#nameOf(news.channel);
    if (!name) return;
    this.#attachments[name].resized(news, news.used);
    this.#showSize(name);
  }

  skipped(news: Extract<ToBrowser, { type: 'terminal-skipped' }>): void {
    const name = this.#nameOf(news.channel);
    if (name) this.#attachments[name].skipped(news);
  }

  frame(frame: Frame): void {
    const name = this.#nameOf(frame.channel);
    if (!name) return;
    if (frame.kind === 'output') this.#attachments[name].draw(frame);
    if (frame.kind === 'taken') this.#attachments[name].taken(frame.offset);
  }

  type(name: TerminalName, text: string): void {
    if (this.#attachments[name].isIdleAnswer(text)) return;
    this.#typeText(name, text);
  }

  typeBinary(name: TerminalName, text: string): void {
    this.#typed(
      name,
      this.#isRunning(name) && this.#attachments[name].typeBytes(bytesOfBinary(text)),
    );
  }

  resized(name: TerminalName): void {
    const size = this.#attachments[name].changedSize();
    const { channel } = this.#attachments[name];
    if (size && channel !== undefined && this.#visible)
      this.#send({ type: 'resize-terminal', channel, ...size });
    this.#showSize(name);
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
    if (this.#send({ type: 'restart-terminal', terminal: name }))
      this.#store.dispatch({ type: 'terminal-asked', terminal: name });
  }

  #forget(): void {
    for (const name of TERMINALS) this.#attachments[name].forget();
  }

  #nameOf(channel: number): TerminalName | undefined {
    return TERMINALS.find((terminal) => this.#attachments[terminal].channel === channel);
  }

  #shell(name: TerminalName) {
    return this.#store.get().terminals[name].shell.kind;
  }

  #isRunning(name: TerminalName): boolean {
    return this.#shell(name) === 'running';
  }

  #typeText(name: TerminalName, text: string): void {
    if (this.#shell(name) !== 'ended') {
      this.#typed(name, this.#isRunning(name) && this.#attachments[name].type(text));
    } else if (text === '\r') this.restart(name);
  }

  #typed(name: TerminalName, sent: boolean): void {
    const { keysDropped, missedBytes } = this.#store.get().terminals[name];
    // Not kept for later: text that was typed at a screen which has changed since may do anything.
    if (!sent) this.#store.dispatch({ type: 'key-dropped', terminal: name });
    else if (keysDropped > 0 || missedBytes > 0)
      this.#store.dispatch({ type: 'notices-seen', terminal: name });
  }

  #showSize(name: TerminalName): void {
    const foreignSize = this.#attachments[name].foreignSize() ?? null;
    const { foreignSize: shown } = this.#store.get().terminals[name];
    if (shown?.columns === foreignSize?.columns && shown?.rows === foreignSize?.rows) return;
    this.#store.dispatch({ type: 'foreign-size', terminal: name, size: foreignSize });
  }

  #runText(name: TerminalName, text: string): void {
    this.#attachments[name].focus();
    if (this.#shell(name) !== 'ended') {
      this.#typeText(name, text);
      return;
    }
    this.#attachments[name].holdInput(text);
    this.restart(name);
  }
}
