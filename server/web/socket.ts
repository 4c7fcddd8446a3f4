import type { IncomingMessage, Server } from 'node:http';
import type { Duplex } from 'node:stream';
import { type WebSocket, WebSocketServer } from 'ws';
import { CLOSE_CODES, WEBSOCKET_PATH } from '../protocol/browser.ts';
import { FRAME_HEADER_BYTES, FRAME_PAYLOAD_BYTES_MAX } from '../protocol/frame.ts';
import { serveConnection } from './connection.ts';
import type { ConnectionCount } from './connection-count.ts';
import { Page, type PageWorld } from './page.ts';
import type { WardenLink } from './warden-link.ts';

/** The WebSocket side of web. */
export type Sockets = {
  /** Tells every page to come back later. Resolves when all have gone or have had their time. */
  readonly close: () => Promise<void>;
};

/** Accepts WebSockets at `WEBSOCKET_PATH` and gives each a page. */
export function serveSockets(
  server: Server,
  link: WardenLink,
  world: PageWorld,
  door: {
    readonly connections: ConnectionCount;
    readonly addressOf: (request: IncomingMessage) => string;
  },
): Sockets {
  const { connections, addressOf } = door;
  const sockets = new WebSocketServer({
    noServer: true,
    perMessageDeflate: false,
    maxPayload: FRAME_HEADER_BYTES + FRAME_PAYLOAD_BYTES_MAX,
  });

  /** Pages that are turned away and have not gone. */
  let leaving = 0;

  server.on('upgrade', (request: IncomingMessage, stream: Duplex, head: Buffer) => {
    stream.on('error', () => stream.destroy());
    const refusal = refusalOf(request);
    const address = addressOf(request);
    if (refusal !== undefined) {
      refuse(stream, refusal);
    } else if (!connections.enter(address)) {
      if (leaving >= LEAVING_MAX) {
        refuse(stream, '503 Service Unavailable');
        return;
      }
      leaving += 1;
      stream.once('close', () => {
        leaving -= 1;
      });
      sockets.handleUpgrade(request, stream, head, turnAway);
    } else {
      stream.once('close', () => connections.leave(address));
      sockets.handleUpgrade(request, stream, head, (socket) => {
        serveConnection(socket, (end) => new Page(end, link, world, address));
      });
    }
  });

  return {
    close: async () => {
      const open = [...sockets.clients];
      const closed = open.map(
        (socket) => new Promise<void>((resolve) => socket.once('close', () => resolve())),
      );
      for (const socket of open) {
        socket.close(CLOSE_CODES.restarting, 'The lab is stopping or restarting.');
      }
      await Promise.all(closed);
    },
  };
}

/** How long a page that is turned away may take to go, and how many may take it at once: they are not counted elsewhere. */
const GOING_MS = 1_000;
const LEAVING_MAX = 64;

/** Browsers keep an HTTP status to themselves: a page that is to say why must have been connected. */
function turnAway(socket: WebSocket): void {
  socket.on('error', () => socket.terminate());
  socket.close(CLOSE_CODES.crowded, 'Too many pages are open.');
  const timer = setTimeout(() => socket.terminate(), GOING_MS);
  socket.once('close', () => clearTimeout(timer));
}

/** Why this is not a connection of a page of ours, as an HTTP status. */
function refusalOf(request: IncomingMessage): string | undefined {
  const path = (request.url ?? '').split('?')[0];
  if (path !== WEBSOCKET_PATH) return '404 Not Found';
  // Browsers name the page that connects; a page of somebody else must not reach the lab through ours.
  const { origin, host } = request.headers;
  if (origin === undefined || !URL.canParse(origin)) return '403 Forbidden';
  return new URL(origin).host === host ? undefined : '403 Forbidden';
}

function refuse(stream: Duplex, status: string): void {
  stream.end(`HTTP/1.1 ${status}\r\nConnection: close\r\nContent-Length: 0\r\n\r\n`);
}
