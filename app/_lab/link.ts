import {
  CLOSE_CODES,
  type FromBrowser,
  type ToBrowser,
  toBrowser,
} from '../../server/protocol/browser.ts';
import { decodeFrame, encodeFrame, type Frame } from '../../server/protocol/frame.ts';
import { reconnectDelayMs } from './backoff.ts';
import type { Link, LossCause } from './lab-state.ts';

export type LinkEvents = {
  readonly onState: (link: Link) => void;
  readonly onMessage: (message: ToBrowser) => void;
  readonly onFrame: (frame: Frame) => void;
};

export type LabLink = {
  /** False when there is no open connection: nothing was sent. */
  readonly send: (message: FromBrowser) => boolean;
  readonly sendFrame: (frame: Frame) => boolean;
  /** Attempts now instead of when the wait is over; nothing when connected or refused. */
  readonly retryNow: () => void;
  /** Drops the connection, if there is one, and makes another at once: the way to the lab has changed. */
  readonly reconnect: () => void;
  /** Drops the connection and tries again after the usual wait: what is behind it is not well. */
  readonly giveUp: () => void;
  /** Somebody sees the page, or nobody: a connection that is silent is asked whether it lives while it is seen. */
  readonly watch: (seen: boolean) => void;
  readonly close: () => void;
};

export type LinkTimes = {
  /** From an attempt until the lab speaks WebSocket. */
  readonly connectMs: number;
  /** Nothing was heard for so long: ask. */
  readonly quietMs: number;
  /** Nothing has come of it for so long: the connection is dead, whatever TCP still hopes. */
  readonly answerMs: number;
};

const LINK_TIMES: LinkTimes = { connectMs: 10_000, quietMs: 10_000, answerMs: 5_000 };

/**
 * The page's one WebSocket, kept alive: it reconnects until it is closed or refused. Messages are
 * parsed before anything sees them. It knows nothing of machines and terminals.
 */
export function openLink(
  url: string,
  events: LinkEvents,
  connect: (url: string) => WebSocket = (address) => new WebSocket(address),
  times: LinkTimes = LINK_TIMES,
): LabLink {
  let socket: WebSocket | undefined;
  let timer: ReturnType<typeof setTimeout> | undefined;
  let attempt = 0;
  let done = false;
  let seen = true;

  const open = () => {
    clearTimeout(timer);
    events.onState({ kind: 'connecting', attempt });
    const opened = connect(url);
    socket = opened;
    opened.binaryType = 'arraybuffer';
    timer = setTimeout(() => lose(opened, 0), times.connectMs);
    opened.onopen = () => {
      listen(opened);
      events.onState({ kind: 'open' });
    };
    opened.onmessage = (event) => receive(opened, event.data);
    opened.onclose = (event) => lose(opened, event.code);
    // A close event always follows, and the error event says nothing more.
    opened.onerror = () => undefined;
  };

  const receive = (from: WebSocket, data: unknown) => {
    if (from !== socket) return;
    listen(from);
    if (data instanceof ArrayBuffer) {
      const frame = decodeFrame(new Uint8Array(data));
      if (frame) return events.onFrame(frame);
    } else if (typeof data === 'string') {
      const message = toBrowser.safeParse(parseJson(data));
      if (message.success) {
        // Only a lab that answers sensibly ends the waiting: one that accepts and drops must not be hammered.
        attempt = 0;
        return events.onMessage(message.data);
      }
    }
    // The lab says what this page does not understand: another version of it is running now.
    refuse();
  };

  /** Something was heard: the connection lives. If nothing more is heard for long, it is asked. */
  const listen = (to: WebSocket) => {
    clearTimeout(timer);
    if (seen) timer = setTimeout(() => ask(to), times.quietMs);
  };

  const ask = (whom: WebSocket) => {
    clearTimeout(timer);
    transmit(JSON.stringify({ type: 'ping' } satisfies FromBrowser));
    timer = setTimeout(() => lose(whom, 0), times.answerMs);
  };

  const refuse = () => {
    finish();
    events.onState({ kind: 'refused' });
  };

  const lose = (lost: WebSocket, code: number) => {
    if (lost !== socket) return;
    if (code === CLOSE_CODES.protocol || code === CLOSE_CODES.version) return refuse();
    abandon();
    const delayMs = reconnectDelayMs(attempt);
    attempt += 1;
    timer = setTimeout(open, delayMs);
    events.onState({
      kind: 'lost',
      attempt,
      retryAt: Date.now() + delayMs,
      cause: causeOf(code),
    });
  };

  /** Lets go of the socket: whatever it still says is not for us. */
  const abandon = () => {
    clearTimeout(timer);
    const abandoned = socket;
    socket = undefined;
    if (!abandoned) return;
    abandoned.onopen = null;
    abandoned.onmessage = null;
    abandoned.onclose = null;
    abandoned.close();
  };

  const finish = () => {
    done = true;
    abandon();
  };

  const transmit = (data: string | Uint8Array<ArrayBuffer>): boolean => {
    if (socket?.readyState !== WEBSOCKET_OPEN) return false;
    socket.send(data);
    return true;
  };

  open();
  return {
    send: (message) => transmit(JSON.stringify(message)),
    sendFrame: (frame) => transmit(encodeFrame(frame)),
    retryNow: () => {
      if (!done && !socket) open();
    },
    reconnect: () => {
      if (done) return;
      abandon();
      open();
    },
    watch: (isSeen) => {
      const wasSeen = seen;
      seen = isSeen;
      if (socket?.readyState !== WEBSOCKET_OPEN || isSeen === wasSeen) return;
      // Who was not seen may have slept for hours.
      if (isSeen) ask(socket);
      else clearTimeout(timer);
    },
    giveUp: () => {
      if (socket) lose(socket, CLOSE_CODES.restarting);
    },
    close: finish,
  };
}

function causeOf(code: number): LossCause {
  if (code === CLOSE_CODES.restarting) return 'restarting';
  return code === CLOSE_CODES.crowded ? 'crowded' : 'lost';
}

/** `WebSocket.OPEN`, which Node 20 has no global for. */
const WEBSOCKET_OPEN = 1;

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
