import type { FromBrowser, ToBrowser } from '../protocol/browser.ts';
import type { ErrorReport } from '../protocol/errors.ts';
import type { Frame } from '../protocol/frame.ts';
import type { TerminalName } from '../protocol/identifiers.ts';
import type { OpenTerminal } from '../protocol/terminals.ts';
import type {
  FromWarden,
  WardenReply,
  WardenRequest,
  WardenRequestName,
} from '../protocol/warden.ts';
import { NO_MACHINE, NO_TERMINAL } from './refusals.ts';
import type { WardenAnswer } from './warden-link.ts';

/** What a page with terminals can do: ask the warden, and talk to its browser. */
export type TerminalsPage = {
  readonly ask: <N extends WardenRequestName>(
    name: N,
    body: WardenRequest<N>,
    answered: (answer: WardenAnswer<WardenReply<N>>) => void,
  ) => void;
  readonly passOn: (frame: Frame) => void;
  readonly own: (channel: number) => void;
  readonly disown: (channel: number) => void;
  readonly send: (message: ToBrowser) => void;
  readonly sendFrame: (bytes: Uint8Array) => void;
  readonly failed: (error: ErrorReport) => void;
};

/** The terminals that one page looks at, each by a channel of its own. */
export class PageTerminals {
  readonly #page: TerminalsPage;
  #sandbox: string | undefined;
  readonly #channels = new Map<
    TerminalName,
    { readonly channel: number; readonly serial: number }
  >();

  constructor(page: TerminalsPage) {
    this.#page = page;
  }

  /** The page's machine is this one from now on. */
  follow(sandbox: string): void {
    this.#sandbox = sandbox;
  }

  open(message: Extract<FromBrowser, { type: 'open-terminal' }>): void {
    const { type: _, terminal, ...look } = message;
    const sandbox = this.#sandbox;
    if (sandbox === undefined) {
      this.#page.failed(NO_MACHINE);
      return;
    }
    this.#page.ask('attach', { sandbox, terminal, ...look }, (answer) => {
      if (!answer.ok) {
        this.#page.send({ type: 'terminal-failed', terminal, error: answer.error });
        return;
      }
      const { channel, serial } = answer.reply;
      if (this.#sandbox !== sandbox) {
        this.#detach(channel);
        return;
      }
      this.#close(terminal);
      this.#channels.set(terminal, { channel, serial });
      this.#page.own(channel);
      this.#page.send({ type: 'terminal', terminal, ...answer.reply });
    });
  }

  /** One more terminal. The warden tells all pages of it, and this one which it is. */
  make(message: Extract<FromBrowser, { type: 'new-terminal' }>): void {
    const { inside, columns, rows } = message;
    if (this.#sandbox === undefined) {
      this.#page.send({ type: 'terminal-refused', error: NO_MACHINE });
      return;
    }
    this.#page.ask('open', { sandbox: this.#sandbox, inside, columns, rows }, (answer) => {
      this.#page.send(
        answer.ok
          ? { type: 'terminal-made', ...answer.reply }
          : { type: 'terminal-refused', error: answer.error },
      );
    });
  }

  end(message: Extract<FromBrowser, { type: 'close-terminal' }>): void {
    const { terminal, serial } = message;
    if (this.#sandbox === undefined) return;
    this.#page.ask('close', { sandbox: this.#sandbox, terminal, serial }, (answer) => {
      if (!answer.ok) this.#page.failed(answer.error);
    });
  }

  listContainers(): void {
    if (this.#sandbox === undefined) {
      this.#page.failed(NO_MACHINE);
      return;
    }
    this.#page.ask('containers', { sandbox: this.#sandbox }, (answer) => {
      if (answer.ok) this.#page.send({ type: 'containers', ...answer.reply });
      else this.#page.failed(answer.error);
    });
  }

  /** The terminals that are open now: the channels of others have ended in the warden already. */
  changed(sandbox: string, terminals: readonly OpenTerminal[]): void {
    if (this.#sandbox !== sandbox) return;
    for (const [name, { channel, serial }] of this.#channels) {
      const isOpen = terminals.some((open) => open.terminal === name && open.serial === serial);
      if (!isOpen) this.#forgetChannel(name, channel);
    }
    this.#page.send({ type: 'terminals', terminals: [...terminals] });
  }

  resize(message: Extract<FromBrowser, { type: 'resize-terminal' }>): void {
    const { channel, columns, rows } = message;
    if (this.#isOpen(channel)) {
      this.#page.ask('resize', { channel, columns, rows }, () => {});
    }
  }

  restart(message: Extract<FromBrowser, { type: 'restart-terminal' }>): void {
    const { terminal } = message;
    const sandbox = this.#sandbox;
    if (sandbox === undefined || !this.#channels.has(terminal)) {
      this.#page.failed(sandbox === undefined ? NO_MACHINE : NO_TERMINAL);
      return;
    }
    this.#page.ask('restart', { sandbox, terminal }, (answer) => {
      if (!answer.ok) this.#page.send({ type: 'terminal-failed', terminal, error: answer.error });
    });
  }

  /** Input or an acknowledgement. A channel that is no more is no offence: the page may not have heard yet. */
  takeFrame(frame: Frame): void {
    if (this.#isOpen(frame.channel)) this.#page.passOn(frame);
  }

  /** The terminal prints, or says what it has taken. */
  output(bytes: Uint8Array): void {
    this.#page.sendFrame(bytes);
  }

  started(news: Extract<FromWarden, { type: 'terminal-started' }>): void {
    if (this.#sandbox !== news.sandbox || !this.#channels.has(news.terminal)) return;
    const { type, terminal, serial, shell } = news;
    this.#page.send({ type, terminal, serial, shell });
  }

  ended(news: Extract<FromWarden, { type: 'terminal-ended' }>): void {
    if (this.#sandbox !== news.sandbox || !this.#channels.has(news.terminal)) return;
    const { terminal, exitCode, signal } = news;
    this.#page.send({ type: 'terminal-ended', terminal, exitCode, signal });
  }

  /** The machine is gone, and its terminals with it. */
  forget(): void {
    for (const { channel } of this.#channels.values()) this.#page.disown(channel);
    this.#channels.clear();
    this.#sandbox = undefined;
  }

  /** The page is gone. */
  close(): void {
    for (const { channel } of this.#channels.values()) this.#detach(channel);
    this.forget();
  }

  /** A page looks at a terminal once; when it opens it again, the older channel ends. */
  #close(terminal: TerminalName): void {
    const open = this.#channels.get(terminal);
    if (open === undefined) return;
    this.#forgetChannel(terminal, open.channel);
    this.#detach(open.channel);
  }

  #forgetChannel(terminal: TerminalName, channel: number): void {
    this.#channels.delete(terminal);
    this.#page.disown(channel);
  }

  #isOpen(channel: number): boolean {
    return [...this.#channels.values()].some((open) => open.channel === channel);
  }

  #detach(channel: number): void {
    this.#page.ask('detach', { channel }, () => {});
  }
}
