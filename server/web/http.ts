import { readFileSync } from 'node:fs';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { join } from 'node:path';
import sirv from 'sirv';
import { PROGRESS_PATH } from '../protocol/progress.ts';
import { ContentPolicies, SECURITY_HEADERS } from './security-headers.ts';

/** More than there are pages, so that a flood of connections does not take every descriptor. */
const CONNECTIONS_MAX = 8_000;

/** The files that Next names by their content: they never change under the same name. */
const HASHED = '/_next/static/';

/** Serves the exported pages, `/health` and progress. Throws when there is no site in the directory. */
export function createHttpServer(
  siteDirectory: string,
  serveProgress: (request: IncomingMessage, response: ServerResponse) => void,
): Server {
  const notFoundPage = readFileSync(join(siteDirectory, '404.html'));
  const policies = new ContentPolicies(siteDirectory);
  const serveFile = sirv(siteDirectory, {
    etag: true,
    setHeaders: (response, path) => {
      response.setHeader('Content-Security-Policy', policies.of(path));
      response.setHeader(
        'Cache-Control',
        path.startsWith(HASHED) ? 'public, max-age=31536000, immutable' : 'no-cache',
      );
    },
  });

  const notFound = (response: ServerResponse) => {
    response.writeHead(404, {
      'Content-Type': 'text/html; charset=utf-8',
      'Content-Security-Policy': policies.of('/404.html'),
      'Cache-Control': 'no-cache',
    });
    response.end(notFoundPage);
  };

  const server = createServer((request: IncomingMessage, response: ServerResponse) => {
    for (const [name, value] of Object.entries(SECURITY_HEADERS)) response.setHeader(name, value);
    if (request.url === PROGRESS_PATH) {
      serveProgress(request, response);
    } else if (request.method !== 'GET' && request.method !== 'HEAD') {
      response.writeHead(405, { Allow: 'GET, HEAD' }).end();
    } else if (request.url === '/health') {
      response.writeHead(200, { 'Content-Type': 'application/json', 'Cache-Control': 'no-store' });
      response.end(JSON.stringify({ ok: true }));
    } else {
      // A part of a page is never needed, and sirv throws at a range that ends before it begins.
      delete request.headers.range;
      serveFile(request, response, () => notFound(response));
    }
  });
  server.maxConnections = CONNECTIONS_MAX;
  return server;
}
