import {
  createServer,
  type IncomingMessage,
  request as openRequest,
  type Server,
  type ServerResponse,
} from 'node:http';
import { connect } from 'node:net';
import type { Duplex } from 'node:stream';
import { formatProblem, type Problem } from '../format/problem.ts';

/** Where the pages of a preview hear that something has changed. */
const EVENTS = '/__preview';

/** What the lab itself answers; all else is a page, and Next's. */
const OF_THE_LAB = /^\/(?:live|api|health)(?:[/?]|$)/;

/** Nothing comes from a server that is being started anew: the browser asks again by itself. */
const AGAIN_MS = 500;

export type Ports = { readonly lab: number; readonly pages: number };

/** What a preview shows now. `broken`: the pages can't be made, and the problems are all there is to see. */
export type Shown = {
  readonly version: number;
  readonly problems: readonly Problem[];
  readonly broken: boolean;
};

/**
 * The one address of a preview: it hands pages over from Next, everything live to the lab, tells each page
 * when to load itself again, and shows what is wrong with the lesson.
 */
export class PreviewFront {
  readonly #server: Server;
  readonly #ports: Ports;
  readonly #listeners = new Set<ServerResponse>();
  readonly #sockets = new Set<Duplex>();
  #shown: Shown;

  constructor(ports: Ports, shown: Shown) {
    this.#ports = ports;
    this.#shown = shown;
    this.#server = createServer((request, response) => this.#answer(request, response));
    this.#server.on('upgrade', (request: IncomingMessage, socket: Duplex, head: Buffer) =>
      this.#upgrade(request, socket, head),
    );
    this.#server.on('connection', (socket) => {
      this.#sockets.add(socket);
      socket.on('close', () => this.#sockets.delete(socket));
    });
  }

  /** Resolves with the port; rejects when the one that was asked for is taken. */
  listen(port: number): Promise<number> {
    return new Promise((resolve, reject) => {
      this.#server.once('error', reject);
      this.#server.listen(port, '127.0.0.1', () => {
        const bound = this.#server.address();
        resolve(typeof bound === 'object' && bound !== null ? bound.port : port);
      });
    });
  }

  /** Shows this from now on: every page that is open loads itself again. */
  show(shown: Shown): void {
    this.#shown = shown;
    for (const listener of this.#listeners) listener.write(eventOf(shown));
  }

  close(): void {
    this.#server.close();
    for (const socket of this.#sockets) socket.destroy();
  }

  #answer(request: IncomingMessage, response: ServerResponse): void {
    const path = request.url ?? '/';
    if (path === EVENTS) this.#listen(response);
    else if (OF_THE_LAB.test(path)) this.#pass(request, response, this.#ports.lab);
    else if (this.#shown.broken && isPage(request)) {
      response.writeHead(500, { 'Content-Type': 'text/html; charset=utf-8' });
      response.end(brokenPage(this.#shown));
    } else this.#pass(request, response, this.#ports.pages);
  }

  #listen(response: ServerResponse): void {
    response.writeHead(200, { 'Content-Type': 'text/event-stream', 'Cache-Control': 'no-store' });
    response.write(`retry: ${AGAIN_MS}\n${eventOf(this.#shown)}`);
    this.#listeners.add(response);
    response.on('close', () => this.#listeners.delete(response));
  }

  #pass(request: IncomingMessage, response: ServerResponse, port: number): void {
    const rewrites = port === this.#ports.pages && isPage(request);
    const headers = { ...request.headers };
    // What is compressed could not be written into.
    if (rewrites) delete headers['accept-encoding'];
    const { method, url: path } = request;
    const passed = openRequest({ host: '127.0.0.1', port, method, path, headers }, (answer) => {
      const isHtml = /^text\/html\b/.test(answer.headers['content-type'] ?? '');
      if (rewrites && isHtml) void this.#rewrite(answer, response);
      else {
        response.writeHead(answer.statusCode ?? 502, answer.headers);
        answer.pipe(response);
      }
    });
    passed.on('error', (error) => {
      if (response.headersSent) response.destroy();
      else response.writeHead(502, { 'Content-Type': 'text/plain' }).end(`${error.message}\n`);
    });
    response.on('close', () => passed.destroy());
    request.pipe(passed);
  }

  async #rewrite(answer: IncomingMessage, response: ServerResponse): Promise<void> {
    const { 'content-length': _length, ...headers } = answer.headers;
    const chunks: Buffer[] = [];
    try {
      for await (const chunk of answer) chunks.push(Buffer.from(chunk));
    } catch {
      response.destroy();
      return;
    }
    const html = Buffer.concat(chunks).toString('utf8');
    response.writeHead(answer.statusCode ?? 200, { ...headers, 'Cache-Control': 'no-store' });
    response.end(html.replace(/<\/head>|$/, (end) => `${reloadScript(this.#shown)}${end}`));
  }

  /** WebSockets: the lab's own, and the one by which Next exchanges code. */
  #upgrade(request: IncomingMessage, socket: Duplex, head: Buffer): void {
    const isLive = OF_THE_LAB.test(request.url ?? '/');
    const other = connect(isLive ? this.#ports.lab : this.#ports.pages, '127.0.0.1', () => {
      const lines = [`${request.method} ${request.url} HTTP/1.1`];
      for (let index = 0; index < request.rawHeaders.length; index += 2) {
        lines.push(`${request.rawHeaders[index]}: ${request.rawHeaders[index + 1]}`);
      }
      other.write(`${lines.join('\r\n')}\r\n\r\n`);
      other.write(head);
      socket.pipe(other).pipe(socket);
    });
    for (const [one, another] of [
      [socket, other],
      [other, socket],
    ] as const) {
      one.on('error', () => another.destroy());
      one.on('close', () => another.destroy());
    }
  }
}

/** A page, and not what belongs to one. */
function isPage(request: IncomingMessage): boolean {
  return request.method === 'GET' && (request.headers.accept ?? '').includes('text/html');
}

function eventOf({ version }: Shown): string {
  return `data: ${version}\n\n`;
}

/** Loads the page again when what it shows is no longer what there is, and says what is to mend. */
function reloadScript({ version, problems }: Shown): string {
  const text = problems.map(formatProblem).join('\n');
  // `<` could end the script.
  const said = JSON.stringify(text).replaceAll('<', '\\u003c');
  return `<script>{
    new EventSource(${JSON.stringify(EVENTS)}).onmessage = ({ data }) => {
      if (data !== '${version}') location.reload();
    };
    const text = ${said};
    if (text !== '') addEventListener('load', () => {
      const note = document.createElement('pre');
      note.setAttribute('role', 'alert');
      note.textContent = text;
      note.style.cssText = '${NOTE_STYLE}';
      document.documentElement.append(note);
    });
  }</script>`;
}

const NOTE_STYLE =
  'position:fixed;inset:auto 0 0 0;max-height:40vh;margin:0;padding:12px 16px;overflow:auto;' +
  'background:light-dark(#ffffff,#181c21);color:light-dark(#b32228,#f47b74);white-space:pre-wrap;' +
  'border-top:2px solid currentColor;font:13px/1.5 var(--mono,monospace);z-index:9999';

/** Instead of a blank page: what is wrong, and where. */
function brokenPage(shown: Shown): string {
  const lines = shown.problems.map(
    (problem) => `<li><code>${escapeHtml(formatProblem(problem))}</code></li>`,
  );
  return `<!doctype html>
<html lang="en">
  <head>
    <meta charset="utf-8">
    <meta name="viewport" content="width=device-width">
    <title>Something to mend</title>
    <style>
      :root { color-scheme: light dark }
      body { max-width: 60rem; margin: 3rem auto; padding: 0 1rem; font: 18px/1.6 serif }
      li { margin: 0.5rem 0 } code { font: 15px/1.5 monospace; overflow-wrap: anywhere }
    </style>
    ${reloadScript({ ...shown, problems: [] })}
  </head>
  <body>
    <h1>Something to mend</h1>
    <ul>${lines.join('')}</ul>
    <p>The page comes back as soon as the file is saved.</p>
  </body>
</html>
`;
}

function escapeHtml(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
}
