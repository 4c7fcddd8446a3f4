import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { request } from 'node:http';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import test, { type TestContext } from 'node:test';
import { createHttpServer } from './http.ts';
import { inlineScripts } from './security-headers.ts';

const INLINE = 'self.__next_f.push([1,"</p> & more"])';

const FILES: Readonly<Record<string, string>> = {
  'index.html': `<html><script src="/_next/static/a.js" async=""></script><script>${INLINE}</script></html>`,
  'lessons/uts/index.html': '<html><script id="x">other()</script></html>',
  '404.html': '<html>nowhere</html>',
  '_next/static/a.js': 'a()',
  'secret/.hidden': 'hidden',
};

/** A site of few files on a real port. */
async function serve(context: TestContext) {
  const directory = mkdtempSync(join(tmpdir(), 'glassbox-site-'));
  for (const [name, text] of Object.entries(FILES)) {
    mkdirSync(dirname(join(directory, name)), { recursive: true });
    writeFileSync(join(directory, name), text);
  }
  const server = createHttpServer(directory, (_, response) => response.end()).listen(
    0,
    '127.0.0.1',
  );
  await once(server, 'listening');
  context.after(() => {
    server.closeAllConnections();
    server.close();
    rmSync(directory, { recursive: true });
  });
  const address = server.address();
  assert.ok(typeof address === 'object' && address !== null);
  return `http://127.0.0.1:${address.port}`;
}

const hash = (text: string) => `'sha256-${createHash('sha256').update(text).digest('base64')}'`;

/** The path as it is: `fetch` would tidy it up first. */
async function statusOf(site: string, path: string): Promise<number | undefined> {
  const { hostname, port } = new URL(site);
  const sent = request({ hostname, port, path }).end();
  const [response] = await once(sent, 'response');
  response.resume();
  return response.statusCode;
}

test('each page allows its own inline scripts and no others', async (context) => {
  const site = await serve(context);
  const policy = async (path: string) => {
    const response = await fetch(site + path);
    assert.equal(response.status, 200, path);
    return response.headers.get('content-security-policy') ?? '';
  };
  for (const path of ['/', '/index.html']) {
    assert.ok((await policy(path)).includes(hash(INLINE)), path);
  }
  for (const path of ['/lessons/uts/', '/lessons/uts', '/lessons/uts/?step#x']) {
    const text = await policy(path);
    assert.ok(text.includes(hash('other()')), path);
    assert.ok(!text.includes(hash(INLINE)), path);
    assert.ok(!/script-src[^;]*unsafe/.test(text), path);
    assert.match(text, /frame-ancestors 'self'/);
  }
});

test('what Next names by its content is kept for ever, pages are asked for again', async (context) => {
  const site = await serve(context);
  const cached = async (path: string) => (await fetch(site + path)).headers.get('cache-control');
  assert.match((await cached('/_next/static/a.js')) ?? '', /immutable/);
  assert.equal(await cached('/'), 'no-cache');
  const { headers } = await fetch(`${site}/`);
  assert.equal(headers.get('x-content-type-options'), 'nosniff');
  assert.equal(headers.get('referrer-policy'), 'no-referrer');
  const again = await fetch(`${site}/`, {
    headers: { 'If-None-Match': headers.get('etag') ?? '' },
  });
  assert.equal(again.status, 304);
});

test('what is not there is the 404 page, with the same headers', async (context) => {
  const site = await serve(context);
  const response = await fetch(`${site}/nothing/here`);
  assert.equal(response.status, 404);
  assert.match(await response.text(), /nowhere/);
  assert.match(response.headers.get('content-security-policy') ?? '', /default-src 'self'/);
});

test('no path leads out of the site or to hidden files', async (context) => {
  const site = await serve(context);
  const paths = [
    '/../../etc/passwd',
    '/%2e%2e/%2e%2e/etc/passwd',
    '/..%2f..%2fetc/passwd',
    '/secret/.hidden',
    '/%',
    '//etc/passwd',
    '/__proto__',
  ];
  for (const path of paths) assert.equal(await statusOf(site, path), 404, path);
});

test('odd requests are answered and harm nobody', async (context) => {
  const site = await serve(context);
  const range = await fetch(`${site}/`, { headers: { Range: 'bytes=5-2' } });
  assert.equal(range.status, 200);
  const post = await fetch(`${site}/`, { method: 'POST', body: 'x' });
  assert.equal(post.status, 405);
  const head = await fetch(`${site}/`, { method: 'HEAD' });
  assert.equal(head.status, 200);
  const health = await fetch(`${site}/health`);
  assert.deepEqual(await health.json(), { ok: true });
});

test('inline scripts are found whatever their attributes', () => {
  assert.deepEqual(
    inlineScripts('<script>a</script><SCRIPT nonce="">b\n</SCRIPT><script async src="x"></script>'),
    ['a', 'b\n'],
  );
});
