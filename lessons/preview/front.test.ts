import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import test, { type TestContext } from 'node:test';
import { WebSocket, WebSocketServer } from 'ws';
import { PreviewFront, type Shown } from './front.ts';

const FINE: Shown = { version: 1, problems: [], broken: false };
const PROBLEM = { file: 'lesson.en.md', line: 7, message: 'A `<b>`.', suggestion: null };

/** A server on a port of its own that ends with the test. */
async function serve(
  context: TestContext,
  answer: (request: IncomingMessage, response: ServerResponse) => void,
): Promise<{ server: Server; port: number }> {
  const server = createServer(answer).listen(0, '127.0.0.1');
  await once(server, 'listening');
  context.after(() => {
    server.close();
    server.closeAllConnections();
  });
  const address = server.address();
  assert.ok(typeof address === 'object' && address !== null);
  return { server, port: address.port };
}

/** A front before a lab and pages that say what they are and what they were asked. */
async function openFront(context: TestContext) {
  const lab = await serve(context, (request, response) => {
    response.end(`lab ${request.method} ${request.url}`);
  });
  const pages = await serve(context, (request, response) => {
    const isPage = !request.url?.endsWith('.js');
    response.setHeader('Content-Type', isPage ? 'text/html; charset=utf-8' : 'text/javascript');
    response.end(isPage ? '<html><head></head><body>page</body></html>' : 'script');
  });
  const front = new PreviewFront({ lab: lab.port, pages: pages.port }, FINE);
  const port = await front.listen(0);
  context.after(() => front.close());
  const get = (path: string, accept = 'text/html') =>
    fetch(`http://127.0.0.1:${port}${path}`, { headers: { accept } });
  return { lab, pages, front, port, get };
}

test("what is live is the lab's, and all else a page that hears of changes", async (context) => {
  const { get } = await openFront(context);
  assert.equal(await (await get('/health')).text(), 'lab GET /health');
  assert.equal(await (await get('/api/progress')).text(), 'lab GET /api/progress');
  const page = await (await get('/lessons/uts/')).text();
  assert.match(
    page,
    /^<html><head><script>.*EventSource\("\/__preview"\).*<\/script><\/head><body>page/s,
  );
  assert.equal(await (await get('/_next/a.js')).text(), 'script');
});

test('a page that is open is told of each change', async (context) => {
  const { get, front } = await openFront(context);
  const events = await get('/__preview');
  assert.equal(events.headers.get('content-type'), 'text/event-stream');
  const reader = events.body?.getReader();
  const read = async () => new TextDecoder().decode((await reader?.read())?.value);
  assert.match(await read(), /data: 1\n\n$/);
  front.show({ ...FINE, version: 2 });
  assert.equal(await read(), 'data: 2\n\n');
});

test('what is to mend stands on the page, and instead of it when there is none', async (context) => {
  const { get, front } = await openFront(context);
  front.show({ version: 2, problems: [PROBLEM], broken: false });
  const page = await (await get('/lessons/uts/')).text();
  assert.ok(page.includes('lesson.en.md:7: A `\\u003cb>`.'), page);
  front.show({ version: 3, problems: [PROBLEM], broken: true });
  const broken = await get('/lessons/uts/');
  assert.equal(broken.status, 500);
  assert.match(await broken.text(), /<code>lesson\.en\.md:7: A `&lt;b&gt;`\.<\/code>/);
  // What belongs to a page goes on being served.
  assert.equal(await (await get('/_next/a.js', '*/*')).text(), 'script');
  assert.equal(await (await get('/health')).text(), 'lab GET /health');
  front.show({ ...FINE, version: 4 });
  assert.equal((await get('/lessons/uts/')).status, 200);
});

test('WebSockets reach the lab and Next, each its own', async (context) => {
  const { lab, pages, port } = await openFront(context);
  for (const [name, { server }] of Object.entries({ lab, pages })) {
    const sockets = new WebSocketServer({ server });
    sockets.on('connection', (socket) => {
      socket.on('message', (text: Buffer) => socket.send(`${name} heard ${text}`));
    });
    context.after(() => sockets.close());
  }
  const ask = async (path: string): Promise<string> => {
    const socket = new WebSocket(`ws://127.0.0.1:${port}${path}`);
    await once(socket, 'open');
    socket.send('hello');
    const [heard]: Buffer[] = await once(socket, 'message');
    socket.terminate();
    return String(heard);
  };
  assert.equal(await ask('/live'), 'lab heard hello');
  assert.equal(await ask('/_next/webpack-hmr'), 'pages heard hello');
});

test('a server that is not there is said, and the front goes on', async (context) => {
  const { lab, get } = await openFront(context);
  lab.server.close();
  lab.server.closeAllConnections();
  assert.equal((await get('/health')).status, 502);
  assert.equal((await get('/lessons/uts/')).status, 200);
});
