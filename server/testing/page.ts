import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { WebSocket } from 'ws';
import {
  type FromBrowser,
  PROTOCOL_VERSION,
  type ToBrowser,
  toBrowser,
  WEBSOCKET_PATH,
} from '../protocol/browser.ts';
import type { ErrorCode } from '../protocol/errors.ts';
import { decodeFrame, encodeFrame } from '../protocol/frame.ts';
import type { TerminalName } from '../protocol/identifiers.ts';
import type { SandboxState } from '../protocol/sandbox-state.ts';
import type { ContainerPlace } from '../protocol/terminals.ts';
import { eventually } from './eventually.ts';
import { newInput } from './onlooker.ts';
import { PATIENCE } from './patience.ts';

type Message<T extends ToBrowser['type']> = Extract<ToBrowser, { type: T }>;

const SIZE = { columns: 80, rows: 24 };

/** From the connection until web speaks WebSocket. */
const HANDSHAKE_MS = 20_000 * PATIENCE;

const CONNECTION = ['opening', 'open', 'closing', 'closed'] as const;

/** A secret as a browser makes it. */
export const newSecret = () => randomBytes(16).toString('hex');

/** A page without a browser: it speaks the protocol over a real WebSocket and remembers what it hears. */
export class TestPage {
  readonly socket: WebSocket;
  readonly heard: ToBrowser[] = [];
  /** Called with each message, for who has to act at once. */
  onHeard: (message: ToBrowser) => void = () => {};
  readonly #waiting: (() => void)[] = [];
  readonly #output = new Map<number, { next: number; parts: Buffer[] }>();

  private constructor(socket: WebSocket) {
    this.socket = socket;
    socket.on('message', (data: Buffer, isBinary) => {
      if (isBinary) this.#takeFrame(data);
      else this.#takeMessage(data);
    });
    socket.on('error', () => {});
  }

  /** Connects as a page of the lab's own would, or a proxy before it that adds headers. */
  static async connect(
    address: string,
    headers: Readonly<Record<string, string>> = {},
  ): Promise<TestPage> {
    const url = new URL(WEBSOCKET_PATH, address.replace('http', 'ws'));
    const options = { origin: new URL(address).origin, handshakeTimeout: HANDSHAKE_MS, headers };
    const page = new TestPage(new WebSocket(url, options));
    await once(page.socket, 'open');
    return page;
  }

  say(message: FromBrowser): void {
    this.socket.send(JSON.stringify(message));
  }

  /** Waits for a message that matches, among those already heard too. */
  async hear<T extends ToBrowser['type']>(
    type: T,
    matches: (message: Message<T>) => boolean = () => true,
  ): Promise<Message<T>> {
    const isMeant = (message: ToBrowser): message is Message<T> => message.type === type;
    return eventually(
      () =>
        `the page hears ${type}; it heard ${JSON.stringify(this.heard)}, and its connection is ${CONNECTION[this.socket.readyState]}`,
      () => this.heard.filter(isMeant).find(matches),
    );
  }

  /** Forgets what it heard, so that the next one is new. */
  forget(): void {
    this.heard.length = 0;
  }

  forgetAll(type: ToBrowser['type']): void {
    const others = this.heard.filter((message) => message.type !== type);
    this.heard.splice(0, this.heard.length, ...others);
  }

  async hello(secret: string, lesson = 'uts'): Promise<SandboxState> {
    this.greet(secret, lesson);
    return (await this.hear('machine')).state;
  }

  /** Says who it is, whatever the answer will be. */
  greet(secret: string, lesson = 'uts', start = true): void {
    this.say({ type: 'hello', version: PROTOCOL_VERSION, secret, lesson, start });
  }

  /** Attaches to a terminal; `from` is what the page has on its screen already, of the opening `serial`. */
  async open(terminal: TerminalName, from = 0, serial = 0): Promise<TestTerminal> {
    const input = newInput();
    this.say({ type: 'open-terminal', terminal, serial, ...SIZE, from, used: true, input });
    const opened = await this.hear('terminal', (message) => message.terminal === terminal);
    this.heard.splice(this.heard.indexOf(opened), 1);
    if (!this.#output.has(opened.channel)) {
      this.#output.set(opened.channel, { next: opened.offset, parts: [] });
    }
    return new TestTerminal(this, opened);
  }

  /** One more terminal, in the machine or where the process of this pid is. */
  async openNew(inside: number | null = null): Promise<TestTerminal> {
    this.forgetAll('terminal-made');
    this.say({ type: 'new-terminal', inside, ...SIZE });
    const { terminal } = await this.hear('terminal-made');
    return this.open(terminal);
  }

  /** Why no terminal can be opened now. */
  async refusal(inside: number | null = null): Promise<ErrorCode> {
    this.say({ type: 'new-terminal', inside, ...SIZE });
    return (await this.hear('terminal-refused')).error.code;
  }

  /** The containers that the kernel shows, when one matches. */
  async container(matches: (container: ContainerPlace) => boolean): Promise<ContainerPlace> {
    return eventually('the kernel shows the container', async () => {
      this.forgetAll('containers');
      this.say({ type: 'list-containers' });
      return (await this.hear('containers')).containers.find(matches);
    });
  }

  output(channel: number): { next: number; text: string } {
    const { next, parts } = this.#output.get(channel) ?? { next: 0, parts: [] };
    return { next, text: Buffer.concat(parts).toString('utf8') };
  }

  /** Resolves with the next output of any terminal. */
  printed(): Promise<void> {
    return new Promise((resolve) => this.#waiting.push(resolve));
  }

  async close(): Promise<void> {
    if (this.socket.readyState === WebSocket.CLOSED) return;
    this.socket.close();
    await once(this.socket, 'close');
  }

  #takeMessage(data: Buffer): void {
    const message = toBrowser.parse(JSON.parse(data.toString('utf8')));
    this.heard.push(message);
    this.onHeard(message);
  }

  #takeFrame(data: Buffer): void {
    const frame = decodeFrame(data);
    if (frame?.kind === 'taken') return;
    if (frame?.kind !== 'output') throw new Error('The page got a frame that is no output.');
    const known = this.#output.get(frame.channel);
    if (known !== undefined && known.next !== frame.offset) {
      throw new Error(`Output at ${frame.offset} follows output up to ${known.next}.`);
    }
    const next = frame.offset + frame.payload.byteLength;
    this.#output.set(frame.channel, {
      next,
      parts: [...(known?.parts ?? []), Buffer.from(frame.payload)],
    });
    const { channel } = frame;
    for (const printed of this.#waiting.splice(0)) printed();
    this.socket.send(
      encodeFrame({ kind: 'acknowledgement', channel, offset: next, payload: Buffer.alloc(0) }),
    );
  }
}

/** One open terminal of a test page. */
export class TestTerminal {
  readonly #page: TestPage;
  readonly opened: Message<'terminal'>;
  #typed = 0;

  constructor(page: TestPage, opened: Message<'terminal'>) {
    this.#page = page;
    this.opened = opened;
  }

  get text(): string {
    return this.#page.output(this.opened.channel).text;
  }

  /** Offset after the last byte on the screen. */
  get next(): number {
    return this.#page.output(this.opened.channel).next;
  }

  type(text: string): void {
    const { channel } = this.opened;
    const payload = Buffer.from(text);
    this.#page.socket.send(encodeFrame({ kind: 'input', channel, offset: this.#typed, payload }));
    this.#typed += payload.byteLength;
  }

  /** Something more than this is on the screen. Noticed at once: for who measures. */
  async goesBeyond(offset: number): Promise<void> {
    while (this.next <= offset) await this.#page.printed();
  }

  async shows(text: string | RegExp): Promise<string> {
    return eventually(
      () => `the terminal shows ${text}; it shows ${JSON.stringify(this.text)}`,
      () =>
        (typeof text === 'string' ? this.text.includes(text) : text.test(this.text))
          ? this.text
          : undefined,
    );
  }
}
