import type { FromBrowser, ToBrowser } from '../../server/protocol/browser.ts';
import type { Frame } from '../../server/protocol/frame.ts';
import { extraTerminal, type TerminalName } from '../../server/protocol/identifiers.ts';
import type { OpenTerminal } from '../../server/protocol/terminals.ts';
import { bytesOfBinary, keyText, typedCommand } from '../_terminal/typing.ts';
import type { LabStore } from './store.ts';
import { TerminalAttachment, type TerminalScreen } from './terminal-attachment.ts';
import { terminalIn } from './terminals-state.ts';

type TerminalsParts = {
  readonly store: LabStore;
  /** False when nothing was sent. */
  readonly send: (message: FromBrowser) => boolean;
  readonly sendFrame: (frame: Frame) => boolean;
  readonly now?: (() => number) | undefined;
};

/** After this the page has its usual room again: it has no more to say of a lost connection. */
const SETTLED_MS = 300;

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
  readonly #now: () => number;
  readonly #attachments = new Map<TerminalName, TerminalAttachment>();
  /** Those on the page now; nothing, until it says. */
  #shown: ReadonlySet<TerminalName> | undefined;
  /** Until when what a terminal prints is no news. */
  readonly #redrawnUntil = new Map<TerminalName, number>();
  #hasMachine = false;
  #visible = true;

  constructor({ store, send, sendFrame, now = Date.now }: TerminalsParts) {
    this.#store = store;
    this.#send = send;
    this.#sendFrame = sendFrame;
    this.#now = now;
  }

  /** There is a machine: the one that the screens show, or another. */
  meet(isAnother: boolean): void {
    if (isAnother) this.#forget();
    this.#hasMachine = true;
    for (const name of this.#attachments.keys()) this.open(name);
  }

  /** The machine is gone. What it printed stays on the screens until there is another. */
  leave(): void {
    this.stop();
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

  /** Somebody looks at the page, or nobody: the terminals have the size of a page that is looked at. */
  setVisible(visible: boolean): void {
    this.#visible = visible;
    this.#claimSeen(this.#attachments.keys());
  }

  /** This page is used now: the terminal takes its size. */
  claim(name: TerminalName): void {
    const { channel } = this.#at(name);
    const size = this.#at(name).claimedSize();
    if (!size || channel === undefined) return;
    this.#expectRedraw(name);
    this.#send({ type: 'resize-terminal', channel, ...size });
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
    const before = this.#shown;
    this.#shown = new Set(names);
    this.#store.dispatch({ type: 'terminals-seen', terminals: names });
    this.#claimSeen(names.filter((name) => before?.has(name) === false));
  }

  openNew(inside: number | null, like: TerminalName): void {
    const size = this.#at(like).size() ?? USUAL_SIZE;
    if (this.#send({ type: 'new-terminal', inside, ...size }))
      this.#store.dispatch({ type: 'new-terminal-asked' });
  }

  /** One of a machine that is gone is only a screen of this page. */
  close(name: TerminalName): void {
    const terminal = extraTerminal.safeParse(name);
    if (!terminal.success) return;
    const { serial } = this.#state(name);
    if (!this.#hasMachine) this.#store.dispatch({ type: 'terminal-put-away', terminal: name });
    else if (serial > 0) this.#send({ type: 'close-terminal', terminal: terminal.data, serial });
  }

  open(name: TerminalName): void {
    if (!this.#hasMachine || !this.#isThere(name)) return;
    const request = this.#at(name).request(this.#isSeen(name));
    if (!request) return;
    const known = this.#shell(name) === 'running' || this.#shell(name) === 'ended';
    if (this.#send({ type: 'open-terminal', ...request }) && !known)
      this.#store.dispatch({ type: 'terminal-asked', terminal: name });
  }

  /** The lab has answered: the terminal is open. */
  opened(message: Extract<ToBrowser, { type: 'terminal' }>): void {
    const name = message.terminal;
    this.#expectRedraw(name);
    const lostBytes = this.#at(name).attached(message);
    if (lostBytes > 0) this.#store.dispatch({ type: 'key-dropped', terminal: name });
    this.#showSize(name);
    setTimeout(() => this.resized(name), SETTLED_MS);
  }

  /** There is a new shell in it. */
  started({ terminal, shell }: Extract<ToBrowser, { type: 'terminal-started' }>): void {
    const attachment = this.#at(terminal);
    attachment.shellStarted(shell);
    for (const text of attachment.takeWaitingInput()) this.#typeText(terminal, text);
  }

  /** It has no shell: what was to be typed into that is not typed into the next one. */
  failed(name: TerminalName): void {
    this.#at(name).takeWaitingInput();
  }

  ended(name: TerminalName): void {
    this.#at(name).shellEnded();
  }

  sizeChanged(news: Extract<ToBrowser, { type: 'terminal-size' }>): void {
    const name = this.#nameOf(news.channel);
    if (!name) return;
    this.#expectRedraw(name);
    this.#at(name).resized(news, news.used);
    this.#showSize(name);
  }

  skipped(news: Extract<ToBrowser, { type: 'terminal-skipped' }>): void {
    const name = this.#nameOf(news.channel);
    if (name) this.#at(name).skipped(news);
  }

  frame(frame: Frame): void {
    const name = this.#nameOf(frame.channel);
    if (!name) return;
    const attachment = this.#at(name);
    if (frame.kind === 'taken') attachment.taken(frame.offset);
    if (frame.kind !== 'output') return;
    if (!attachment.replays(frame) && this.#isNews(name))
      this.#store.dispatch({ type: 'terminal-unseen', terminal: name });
    attachment.draw(frame);
  }

  type(name: TerminalName, text: string): void {
    if (this.#at(name).isIdleAnswer(text)) return;
    this.#typeText(name, text);
  }

  typeBinary(name: TerminalName, text: string): void {
    this.#typed(name, this.#isRunning(name) && this.#at(name).typeBytes(bytesOfBinary(text)));
  }

  resized(name: TerminalName): void {
    const attachment = this.#at(name);
    // What another page decides is told when this one is used: a hidden terminal would take its size away.
    const isTold = attachment.channel === undefined || this.#decidesSize(name);
    const size = isTold ? attachment.changedSize() : undefined;
    if (size && attachment.channel !== undefined) {
      this.#expectRedraw(name);
      this.#send({ type: 'resize-terminal', channel: attachment.channel, ...size });
    }
    this.#showSize(name);
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
    if (this.#send({ type: 'restart-terminal', terminal: name }))
      this.#store.dispatch({ type: 'terminal-asked', terminal: name });
  }

  #forget(): void {
    for (const attachment of this.#attachments.values()) attachment.forget();
  }

  #nameOf(channel: number): TerminalName | undefined {
    const attachments = [...this.#attachments.values()];
    return attachments.find((attachment) => attachment.channel === channel)?.name;
  }

  #claimSeen(names: Iterable<TerminalName>): void {
    for (const name of names) if (this.#isSeen(name)) this.claim(name);
  }

  /** Somebody looks at the page, and it is not behind another tab of it. */
  #isSeen(name: TerminalName): boolean {
    return this.#visible && this.#isShown(name);
  }

  #isShown(name: TerminalName): boolean {
    return this.#shown?.has(name) ?? true;
  }

  #decidesSize(name: TerminalName): boolean {
    return this.#visible && (this.#isShown(name) || this.#at(name).isUsed);
  }

  #expectRedraw(name: TerminalName): void {
    this.#redrawnUntil.set(name, performance.now() + REDRAWN_WITHIN_MS);
  }

  #isNews(name: TerminalName): boolean {
    return !this.#isShown(name) && performance.now() > (this.#redrawnUntil.get(name) ?? 0);
  }

  #state(name: TerminalName) {
    return terminalIn(this.#store.get().terminals, name);
  }

  /** The lesson's two always are, the others while the lab says so. */
  #isThere(name: TerminalName): boolean {
    return this.#store.get().terminals[name] !== undefined;
  }

  #at(name: TerminalName): TerminalAttachment {
    const known = this.#attachments.get(name);
    if (known !== undefined) return known;
    const attachment = new TerminalAttachment(name, {
      sendFrame: this.#sendFrame,
      now: this.#now,
      missed: (bytes) => this.#store.dispatch({ type: 'output-missed', terminal: name, bytes }),
    });
    this.#attachments.set(name, attachment);
    return attachment;
  }

  #shell(name: TerminalName) {
    return this.#state(name).shell.kind;
  }

  #isRunning(name: TerminalName): boolean {
    return this.#shell(name) === 'running';
  }

  #typeText(name: TerminalName, text: string): void {
    if (this.#shell(name) !== 'ended') {
      this.#typed(name, this.#isRunning(name) && this.#at(name).type(text));
    } else if (text === '\r') this.restart(name);
  }

  #typed(name: TerminalName, sent: boolean): void {
    const { keysDropped, missedBytes } = this.#state(name);
    // Not kept for later: text that was typed at a screen which has changed since may do anything.
    if (!sent) this.#store.dispatch({ type: 'key-dropped', terminal: name });
    else if (keysDropped > 0 || missedBytes > 0)
      this.#store.dispatch({ type: 'notices-seen', terminal: name });
  }

  #showSize(name: TerminalName): void {
    const foreignSize = this.#at(name).foreignSize() ?? null;
    const { foreignSize: shown } = this.#state(name);
    if (shown?.columns === foreignSize?.columns && shown?.rows === foreignSize?.rows) return;
    this.#store.dispatch({ type: 'foreign-size', terminal: name, size: foreignSize });
  }

  #runText(name: TerminalName, text: string): void {
    this.#at(name).focus();
    if (this.#shell(name) !== 'ended') {
      this.#typeText(name, text);
      return;
    }
    this.#at(name).holdInput(text);
    this.restart(name);
  }
}
