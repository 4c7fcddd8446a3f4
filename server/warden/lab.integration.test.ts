import assert from 'node:assert/strict';
import { once } from 'node:events';
import { existsSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import { dirname, join } from 'node:path';
import test from 'node:test';
import { WebSocket } from 'ws';
import { CLOSE_CODES } from '../protocol/browser.ts';
import { takeLock } from '../setup/lock.mjs';
import { eventually } from '../testing/eventually.ts';
import { dataDirectory, freePort, startLab } from '../testing/lab.ts';
import { newSecret, TestPage } from '../testing/page.ts';
import { STAGE } from './janitor.ts';

/** A whole lab, from the WebSocket to the kernel and back. */

const isAlive = (pid: number) => existsSync(`/proc/${pid}`);

test('a page gets a machine, types, sees, is checked and sees the X-ray', async (context) => {
  const lab = startLab(context);
  const page = await TestPage.connect(await lab.address());
  context.after(() => page.close());
  const state = await page.hello(newSecret());
  assert.equal(state.fresh, true);
  assert.equal(state.hostname, 'machine');
  assert.ok(state.trace.some((call) => call.call.startsWith('clone3')));
  assert.ok(isAlive(state.hostPid));

  const machine = await page.open('machine');
  await machine.shows('machine');
  machine.type('tty; hostname; id -u; echo $((6 * 7))\n');
  await machine.shows('/dev/tty1');
  await machine.shows('42');
  machine.type('stty -a\n');
  await machine.shows(/ iutf8/);

  const container = await page.open('container');
  page.say({ type: 'watch-step', lesson: 'uts', step: 'no-such-step' });
  assert.equal((await page.hear('error')).error.code, 'no-such-lesson');
  page.say({ type: 'watch-step', lesson: 'uts', step: 'unshare' });
  assert.equal((await page.hear('check')).state.checks[0]?.done, false);
  page.say({ type: 'watch-xray', on: true });
  const both = await page.hear(
    'xray',
    ({ snapshot }) => snapshot.machine !== null && snapshot.container !== null,
  );
  assert.equal(both.snapshot.machine?.command, 'bash');
  assert.equal(both.snapshot.machine?.namespaces.uts, both.snapshot.container?.namespaces.uts);
  container.type('unshare --uts\n');
  container.type('hostname glass; tty\n');
  await container.shows('/dev/tty2');
  const after = await page.hear('xray', ({ snapshot }) => snapshot.container?.hostname === 'glass');
  assert.notEqual(after.snapshot.machine?.namespaces.uts, after.snapshot.container?.namespaces.uts);
  assert.equal(after.snapshot.machine?.hostname, 'machine');
  const done = await page.hear('check', ({ state }) => state.checks[0]?.done === true);
  assert.deepEqual([done.lesson, done.step], ['uts', 'unshare']);
  page.forget();
  page.say({ type: 'check-now' });
  assert.equal((await page.hear('check')).state.checks[0]?.done, true);
});

test('a reload keeps the machine and the screen; a reset gives a fresh one', async (context) => {
  const lab = startLab(context);
  const address = await lab.address();
  const secret = newSecret();
  const first = await TestPage.connect(address);
  const before = await first.hello(secret);
  const terminal = await first.open('machine');
  terminal.type('echo re-$((20 + 1))-load\n');
  await terminal.shows('re-21-load');
  await first.close();

  const second = await TestPage.connect(address);
  context.after(() => second.close());
  const again = await second.hello(secret);
  assert.equal(again.id, before.id);
  assert.equal(again.fresh, false);
  const reopened = await second.open('machine');
  await reopened.shows('re-21-load');
  assert.ok(reopened.opened.head >= reopened.next);

  second.forget();
  second.say({ type: 'reset' });
  assert.equal((await second.hear('gone')).reason, 'reset');
  const { state } = await second.hear('machine');
  assert.notEqual(state.id, before.id);
  assert.equal(state.fresh, true);
  await eventually('the old machine is dead', () => !isAlive(before.hostPid));
  const fresh = await second.open('machine');
  fresh.type('ls /root; echo fre-$((20 + 2))-sh\n');
  await fresh.shows('fre-22-sh');
});

test('who resets again and again gets a machine a second, and no more', async (context) => {
  const lab = startLab(context);
  const page = await TestPage.connect(await lab.address());
  context.after(() => page.close());
  let { id } = await page.hello(newSecret());
  const began = performance.now();
  for (let turn = 0; turn < 3; turn += 1) {
    page.forget();
    for (let time = 0; time < 20; time += 1) page.say({ type: 'reset' });
    const { state } = await page.hear('machine');
    assert.notEqual(state.id, id);
    ({ id } = state);
  }
  // The first had its second before the clock began, at most.
  assert.ok(performance.now() - began > 1_900);
  assert.ok([...lab.printed.matchAll(/is being removed: reset/g)].length <= 4);
});

test('a shell that ends is told, and another one starts in the same terminal', async (context) => {
  const lab = startLab(context);
  const page = await TestPage.connect(await lab.address());
  context.after(() => page.close());
  await page.hello(newSecret());
  const terminal = await page.open('container');
  terminal.type('exit 3\n');
  const ended = await page.hear('terminal-ended');
  assert.deepEqual(
    { terminal: ended.terminal, exitCode: ended.exitCode },
    { terminal: 'container', exitCode: 3 },
  );
  page.say({ type: 'restart-terminal', terminal: 'container' });
  assert.equal((await page.hear('terminal-started')).shell, 2);
  terminal.type('tty; echo st-$((20 + 3))-arted\n');
  assert.match(await terminal.shows('st-23-arted'), /\/dev\/tty2/);
});

test('PID 1’s death is told to the page, which can start again', async (context) => {
  const lab = startLab(context);
  const page = await TestPage.connect(await lab.address());
  context.after(() => page.close());
  const state = await page.hello(newSecret());
  process.kill(state.hostPid, 'SIGKILL');
  assert.equal((await page.hear('gone')).reason, 'died');
  page.forget();
  page.say({ type: 'start' });
  const next = await page.hear('machine');
  assert.notEqual(next.state.id, state.id);
});

test('kill -9 of web: the page comes back to the same machine and the same bytes', async (context) => {
  const lab = startLab(context);
  const address = await lab.address();
  const secret = newSecret();
  const first = await TestPage.connect(address);
  const before = await first.hello(secret);
  const terminal = await first.open('machine');
  terminal.type('echo be-$((20 + 4))-fore; read -r _; echo mean-$((20 + 5))-while\n');
  await terminal.shows('be-24-fore');
  const seen = terminal.next;
  const webPid = lab.webPid();

  const closed = once(first.socket, 'close');
  process.kill(webPid, 'SIGKILL');
  await closed;
  await eventually('another web is ready', () => {
    const ready = [...lab.printed.matchAll(/Glassbox is ready/g)];
    return ready.length === 2 && lab.webPid() !== webPid;
  });
  assert.ok(isAlive(before.hostPid), 'the machine lives on');

  const port = /Glassbox is ready: (\S+)(?![\s\S]*Glassbox is ready)/.exec(lab.printed)?.[1];
  const second = await TestPage.connect(port ?? address);
  context.after(() => second.close());
  const after = await second.hello(secret);
  assert.equal(after.id, before.id);
  const reopened = await second.open('machine', seen, terminal.opened.serial);
  assert.equal(reopened.opened.offset, seen, 'nothing is sent twice');
  reopened.type('\n');
  await reopened.shows('mean-25-while');
  assert.ok(!reopened.text.includes('be-24-fore'));
});

test('nobody but a page of the lab’s own gets through the door', async (context) => {
  const lab = startLab(context);
  const address = await lab.address();
  const refused = async (path: string, origin?: string) => {
    const socket = new WebSocket(new URL(path, address.replace('http', 'ws')), {
      ...(origin === undefined ? {} : { origin }),
    });
    const [error] = await once(socket, 'error').then(
      (values) => values,
      (reason: unknown) => [reason],
    );
    return String(error);
  };
  assert.match(await refused('/live', 'http://evil.example'), /403/);
  assert.match(await refused('/live', `${new URL(address).origin}0`), /403/);
  assert.match(await refused('/live', 'null'), /403/);
  assert.match(await refused('/live'), /403/);
  assert.match(await refused('/elsewhere', new URL(address).origin), /404/);
});

test('a page that breaks the protocol is closed, and the lab goes on', async (context) => {
  const lab = startLab(context);
  const address = await lab.address();
  const breaks: readonly ((page: TestPage) => void)[] = [
    (page) => page.socket.send('no json'),
    (page) => page.socket.send('{"type":"unknown"}'),
    (page) => page.say({ type: 'start' }),
    (page) => page.socket.send(Buffer.from([1, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0, 0])),
    (page) =>
      page.socket.send(
        JSON.stringify({ type: 'hello', version: 2, secret: '../../etc', lesson: 'uts' }),
      ),
  ];
  for (const breakIt of breaks) {
    const page = await TestPage.connect(address);
    const closed = once(page.socket, 'close');
    breakIt(page);
    assert.equal((await closed)[0], CLOSE_CODES.protocol);
  }
  const old = await TestPage.connect(address);
  const closed = once(old.socket, 'close');
  old.say({ type: 'hello', version: 999, secret: newSecret(), lesson: 'uts' });
  assert.equal((await closed)[0], CLOSE_CODES.version);
  const large = await TestPage.connect(address);
  const cut = once(large.socket, 'close');
  large.socket.send(Buffer.alloc(1024 * 1024));
  assert.equal((await cut)[0], 1009);

  const good = await TestPage.connect(address);
  context.after(() => good.close());
  await good.hello(newSecret());
  assert.equal([...lab.printed.matchAll(/web started/g)].length, 1);
});

test('one page can not type into the terminal of another', async (context) => {
  const lab = startLab(context);
  const address = await lab.address();
  const [victim, thief] = await Promise.all([TestPage.connect(address), TestPage.connect(address)]);
  context.after(() => Promise.all([victim.close(), thief.close()]));
  await Promise.all([victim.hello(newSecret()), thief.hello(newSecret())]);
  const theirs = await victim.open('machine');
  await theirs.shows('machine');
  const own = await thief.open('machine');
  for (let channel = 1; channel < 50; channel += 1) {
    if (channel === own.opened.channel) continue;
    const frame = Buffer.alloc(13 + 8, 'stolen\n\n');
    frame.fill(0, 0, 13);
    frame[0] = 1;
    frame.writeUInt32BE(channel, 1);
    thief.socket.send(frame);
  }
  own.type('echo th-$((20 + 6))-ief\n');
  await own.shows('th-26-ief');
  theirs.type('echo vic-$((20 + 7))-tim\n');
  assert.ok(!(await theirs.shows('vic-27-tim')).includes('stolen'));
});

test('a second lab with the same data is refused with one sentence', async (context) => {
  const lab = startLab(context);
  await lab.address();
  const second = startLab(context, ['--port', '0'], lab.data);
  assert.equal(await second.ended(), 1);
  assert.match(second.printed, /^Another Glassbox runs with [^\n]*--data[^\n]*\n$/);
  assert.equal((await fetch(new URL('/health', await lab.address()))).status, 200);
});

test('a port in use stops the lab with one clear sentence', async (context) => {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  context.after(() => server.close());
  const address = server.address();
  assert.ok(typeof address === 'object' && address !== null);
  const lab = startLab(context, ['--port', String(address.port)]);
  assert.equal(await lab.ended(), 1);
  assert.match(
    lab.printed,
    /^Glassbox can't listen on 127\.0\.0\.1 port \d+ \(EADDRINUSE\).*--port/m,
  );
});

test('pages or lessons that are missing stop the lab with one clear sentence', async (context) => {
  const data = dataDirectory(context);
  rmSync(`${data}/web/site`, { recursive: true });
  const lab = startLab(context, ['--port', '0'], data);
  assert.equal(await lab.ended(), 1);
  assert.match(lab.printed, /^The pages or lessons are not set up .*npm start/m);
});

test('Ctrl-C, twice at once, ends the lab in order and leaves nothing', async (context) => {
  const port = await freePort();
  const lab = startLab(context, ['--port', String(port)]);
  const address = await lab.address();
  assert.equal(address, `http://127.0.0.1:${port}/`);
  const page = await TestPage.connect(address);
  const state = await page.hello(newSecret());
  const terminal = await page.open('machine');
  await terminal.shows('machine');
  const closed = once(page.socket, 'close');
  lab.process.kill('SIGINT');
  lab.process.kill('SIGINT');
  assert.equal((await page.hear('gone')).reason, 'shutdown');
  assert.equal((await closed)[0], CLOSE_CODES.restarting);
  assert.equal(await lab.ended(), 0);
  assert.ok(!isAlive(state.hostPid));
  assert.ok(!isAlive(lab.webPid()));
  // Another lab of this host may be using it.
  if (existsSync(STAGE)) assert.equal(takeLock(join(dirname(STAGE), 'lock')), null);
});
