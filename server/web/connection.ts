import { type RawData, WebSocket } from 'ws';
import { CLOSE_CODES, fromBrowser } from '../protocol/browser.ts';
import { decodeFrame } from '../protocol/frame.ts';
import type { Page, PageSocket } from './page.ts';

/** Limits of one connection. All are far above what a page does. */
const CONNECTION_LIMITS = {
  /** From the connection to the first message. */
  helloMs: 10_000,
  /** Between two pings; who has not answered the last is dead. */
  pingMs: 20_000,
  /** Unsent: flow control keeps it below 2 MiB, so a browser beyond this does not play by the rules. */
  unsentBytes: 8 * 1024 * 1024,
  /** A flood on the screen takes a thousand acknowledgements a second. More wait for the next second. */
  messagesPerSecond: 5_000,
} as const;

/** Serves one WebSocket until it closes: every message is parsed, and what breaks the protocol ends it. */
export function serveConnection(socket: WebSocket, open: (end: PageSocket) => Page): void {
  const flow = new Flow(socket);
  const send = (message: string | Uint8Array) => {
    if (socket.readyState !== WebSocket.OPEN) return;
    socket.send(message);
    if (socket.bufferedAmount > CONNECTION_LIMITS.unsentBytes) socket.terminate();
  };
  const page = open({
    send: (message) => send(JSON.stringify(message)),
    sendFrame: send,
    close: (code, reason) => socket.close(code, reason),
    pause: () => flow.pause(),
    resume: () => flow.resume(),
  });

  const violation = (reason: string) => socket.close(CLOSE_CODES.protocol, reason);
  const hello = setTimeout(() => {
    if (!page.greeted) violation('The first message must be hello.');
  }, CONNECTION_LIMITS.helloMs);
  const stopPinging = detectDeath(socket);

  socket.on('message', (data, isBinary) => {
    if (socket.readyState !== WebSocket.OPEN) return;
    flow.count();
    const bytes = bytesOf(data);
    if (!(isBinary ? takeFrame(page, bytes) : takeMessage(page, bytes))) {
      violation('That is not what a page says.');
    }
  });
  socket.on('error', () => socket.terminate());
  socket.on('close', () => {
    clearTimeout(hello);
    stopPinging();
    flow.stop();
    page.close();
  });
}

/** When the browser is read: not while the page has enough to do, nor for the rest of a second it has filled. */
class Flow {
  readonly #socket: WebSocket;
  #second = 0;
  #messages = 0;
  #pausedByPage = false;
  #timer: NodeJS.Timeout | undefined;

  constructor(socket: WebSocket) {
    this.#socket = socket;
  }

  pause(): void {
    this.#pausedByPage = true;
    this.#socket.pause();
  }

  resume(): void {
    this.#pausedByPage = false;
    if (this.#timer === undefined) this.#socket.resume();
  }

  /** One message more. */
  count(): void {
    const now = performance.now();
    const second = Math.floor(now / 1000);
    if (second !== this.#second) {
      this.#second = second;
      this.#messages = 0;
    }
    this.#messages += 1;
    if (this.#messages < CONNECTION_LIMITS.messagesPerSecond || this.#timer !== undefined) return;
    this.#socket.pause();
    this.#timer = setTimeout(
      () => {
        this.#timer = undefined;
        if (!this.#pausedByPage) this.#socket.resume();
      },
      (second + 1) * 1000 - now,
    );
  }

  stop(): void {
    clearTimeout(this.#timer);
  }
}

/** Ends a connection whose other end is no more: a laptop that was closed says no goodbye. */
function detectDeath(socket: WebSocket): () => void {
  let alive = true;
  socket.on('pong', () => {
    alive = true;
  });
  const timer = setInterval(() => {
    if (!alive && !socket.isPaused) {
      socket.terminate();
      return;
    }
    alive = false;
    socket.ping();
  }, CONNECTION_LIMITS.pingMs);
  return () => clearInterval(timer);
}

function takeMessage(page: Page, bytes: Uint8Array): boolean {
  const message = fromBrowser.safeParse(parseJson(bytes));
  return message.success && page.take(message.data);
}

function takeFrame(page: Page, bytes: Uint8Array): boolean {
  const frame = decodeFrame(bytes);
  return frame !== undefined && page.takeFrame(frame);
}

function bytesOf(data: RawData): Uint8Array {
  if (Array.isArray(data)) return Buffer.concat(data);
  return data instanceof ArrayBuffer ? new Uint8Array(data) : data;
}

function parseJson(bytes: Uint8Array): unknown {
  try {
    return JSON.parse(new TextDecoder().decode(bytes));
  } catch {
    return undefined;
  }
}
