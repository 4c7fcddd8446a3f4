import { createHash, type Hash } from 'node:crypto';
import type { TestContext } from 'node:test';
import { WebSocket as Client } from 'ws';
import { openLink } from '../../app/_lab/link.ts';
import { createSession, type LabSession } from '../../app/_lab/session.ts';
import { createLabStore } from '../../app/_lab/store.ts';
import type { TerminalScreen } from '../../app/_lab/terminal-attachment.ts';
import { WEBSOCKET_PATH } from '../protocol/browser.ts';
import { eventually } from './eventually.ts';
import { newSecret } from './page.ts';

/** What a terminal has printed, as a page has drawn it: once and in order, or the test fails. */
export class Paper {
  readonly view: TerminalScreen;
  /** The last of it. */
  tail = '';
  bytes = 0;
  /** What went wrong, if something did. */
  readonly faults: string[] = [];
  #marker: string | undefined;
  #hash: Hash | undefined;
  #hashLeft = 0;
  #digest: string | undefined;

  constructor() {
    this.view = {
      size: () => ({ columns: 80, rows: 24 }),
      resize: () => {},
      write: (bytes, drawn) => {
        this.#draw(bytes);
        setImmediate(drawn);
      },
      reset: () => this.faults.push(`a reset after ${this.bytes} bytes`),
      skip: (missed) => this.faults.push(`${missed} bytes missing after ${this.bytes}`),
      conceal: () => {},
      wantsMarkedPastes: () => false,
      focus: () => {},
    };
  }

  /** Makes a SHA-256 of the next so many bytes after a marker, which has yet to come. */
  hashAfter(marker: string, bytes: number): void {
    this.#marker = marker;
    this.#hashLeft = bytes;
    this.#digest = undefined;
  }

  /** That SHA-256, when all these bytes have come. */
  get digest(): string | undefined {
    return this.#digest;
  }

  /** How many of them have yet to come. */
  get missingBytes(): number {
    return this.#hashLeft;
  }

  #draw(bytes: Uint8Array): void {
    this.bytes += bytes.byteLength;
    let rest = bytes;
    if (this.#marker !== undefined) {
      this.tail += Buffer.from(bytes).toString('latin1');
      const at = this.tail.indexOf(this.#marker);
      if (at < 0) return;
      rest = Buffer.from(this.tail.slice(at + this.#marker.length), 'latin1');
      this.#marker = undefined;
      this.#hash = createHash('sha256');
      this.tail = '';
    }
    if (this.#hash !== undefined) {
      const part = rest.subarray(0, this.#hashLeft);
      this.#hash.update(part);
      this.#hashLeft -= part.byteLength;
      rest = rest.subarray(part.byteLength);
      if (this.#hashLeft === 0) {
        this.#digest = this.#hash.digest('hex');
        this.#hash = undefined;
      }
    }
    this.tail = (this.tail + Buffer.from(rest).toString('latin1')).slice(-10_000);
  }
}

/** A page of the lab without a browser: the real session, link and terminals over real WebSockets. */
export class SessionPage {
  readonly session: LabSession;
  readonly paper = new Paper();
  /** The page's clock runs as the machine's, plus this. */
  clockAheadMs = 0;

  constructor(context: TestContext, port: number, secret = newSecret()) {
    const origin = `http://127.0.0.1:${port}`;
    const url = new URL(WEBSOCKET_PATH, origin.replace('http', 'ws')).href;
    this.session = this.#create(url, origin, secret);
    const stop = this.session.start();
    context.after(stop);
    this.session.addScreen('machine', this.paper.view);
  }

  get terminal() {
    return this.session.store.get().terminals.machine;
  }

  async untilReady(): Promise<void> {
    await this.shows(/[$#] $/);
  }

  async shows(text: RegExp): Promise<RegExpExecArray> {
    return eventually(
      () => `the terminal shows ${text}; it shows ${JSON.stringify(this.paper.tail.slice(-500))}`,
      () => text.exec(this.paper.tail) ?? undefined,
    );
  }

  #create(url: string, origin: string, secret: string): LabSession {
    return createSession({
      store: createLabStore(),
      lesson: 'uts',
      secret: () => secret,
      now: () => Date.now() + this.clockAheadMs,
      onJudged: () => {},
      openLink: (events) =>
        openLink(url, events, (address) => browserSocket(new Client(address, { origin }))),
    });
  }
}

/** `ws` as a browser's WebSocket, which it is but for its types. */
function browserSocket(client: Client): WebSocket {
  const socket: unknown = client;
  if (!isWebSocket(socket)) throw new TypeError('ws is no WebSocket any more.');
  return socket;
}

const isWebSocket = (socket: unknown): socket is WebSocket =>
  typeof socket === 'object' && socket !== null && 'binaryType' in socket && 'onmessage' in socket;
