import assert from 'node:assert/strict';
import { once } from 'node:events';
import { connect as dial } from 'node:net';
import test, { type TestContext } from 'node:test';
import { handshake } from '../fuzz/raw-client.ts';
import { CLOSE_CODES } from '../protocol/browser.ts';
import { eventually } from '../testing/eventually.ts';
import { startLab } from '../testing/lab.ts';
import { newSecret, TestPage } from '../testing/page.ts';

/** A full lab, from the page that waits to the machine that it gets. */

async function open(context: TestContext, ...options: string[]) {
  const lab = startLab(context, ['--port', '0', '--warm', '0', ...options]);
  const connect = async (headers: Readonly<Record<string, string>> = {}) => {
    const page = await TestPage.connect(await lab.address(), headers);
    context.after(() => page.close());
    return page;
  };
  /** A page of this owner's that has a place in the line. */
  const wait = async (secret = newSecret()) => {
    const page = await connect();
    page.greet(secret);
    const { place } = await page.hear('place');
    return { page, place };
  };
  return { lab, connect, wait };
}

test('a full lab gives a place in the line, and a machine when it is its turn', async (context) => {
  const { connect, wait } = await open(context, '--max-sandboxes', '1');
  const first = await connect();
  const { life } = await first.hello(newSecret());
  assert.equal(life.extension.kind, 'possible');
  const { page: second, place } = await wait();
  assert.deepEqual([place.position, place.likelyAt], [1, null]);
  assert.ok(place.latestAt >= life.endsAt && place.latestAt < life.endsAt + 60_000);
  const { page: third, place: behind } = await wait();
  assert.equal(behind.position, 2);
  assert.ok(behind.latestAt > place.latestAt);

  // Their turn counts: nobody gets more time while they wait.
  const told = await first.hear('life');
  assert.deepEqual(told.life.extension, { kind: 'refused', why: 'others-wait' });
  first.say({ type: 'extend' });
  assert.equal((await first.hear('error')).error.code, 'others-wait');

  // Whoever has a machine gets the next one without a line, with the time that was left.
  first.forget();
  first.say({ type: 'reset' });
  const { state: fresh } = await first.hear('machine');
  assert.ok(fresh.fresh);
  assert.equal(fresh.life.endsAt, life.endsAt);
  assert.ok(!second.heard.some(({ type }) => type === 'machine'));

  process.kill(fresh.hostPid, 'SIGKILL');
  await first.hear('gone', ({ reason }) => reason === 'died');
  await first.close();
  third.forget();
  third.say({ type: 'leave-line' });
  third.say({ type: 'start' });
  assert.equal((await third.hear('place')).place.position, 2, 'who leaves begins at the end');
});

test('a place outlives a reload and a web that is killed', async (context) => {
  const { lab, connect, wait } = await open(context, '--max-sandboxes', '1');
  const holder = await connect();
  const secret = newSecret();
  await holder.hello(secret);
  const [second, third] = [newSecret(), newSecret()];
  const { page: reloaded } = await wait(second);
  const { page: stays } = await wait(third);
  await reloaded.close();
  assert.equal((await wait(second)).place.position, 1);

  const before = lab.webPid();
  process.kill(before, 'SIGKILL');
  await eventually('web is started anew', () => lab.webPid() !== before);
  await eventually('the lab is ready again', () => lab.printed.split('is ready').length > 2);
  assert.equal((await wait(third)).place.position, 2);
  assert.equal((await wait(second)).place.position, 1);
  await stays.close();
});

test('two pages of one owner wait in one place, which one of them can not give up for both', async (context) => {
  const { connect, wait } = await open(context, '--max-sandboxes', '1', '--life-minutes', '0.15');
  await (await connect()).hello(newSecret());
  const secret = newSecret();
  const [first, second] = [await wait(secret), await wait(secret)];
  assert.deepEqual([first.place.position, second.place.position], [1, 1]);
  const { page: behind } = await wait();
  first.page.say({ type: 'leave-line' });
  const { state } = await second.page.hear('machine');
  await behind.hear('place', ({ place }) => place.position === 1);
  first.page.say({ type: 'start' });
  assert.equal((await first.page.hear('machine')).state.id, state.id);
});

test('who is away when it is his turn is passed over, and is the first when he is back', async (context) => {
  const { connect, wait } = await open(context, '--max-sandboxes', '1', '--life-minutes', '0.15');
  await (await connect()).hello(newSecret());
  const away = newSecret();
  const { page: first } = await wait(away);
  const { page: second } = await wait();
  const { page: third } = await wait();
  await first.close();
  await second.hear('machine');
  assert.equal((await wait(away)).place.position, 1);
  await third.hear('place', ({ place }) => place.position === 2);
});

test('an owner with a machine has it on every page, however full the lab is', async (context) => {
  const { connect, wait } = await open(context, '--max-sandboxes', '1');
  const secret = newSecret();
  const { id } = await (await connect()).hello(secret);
  await wait();
  assert.equal((await (await connect()).hello(secret)).id, id);
});

test('an address has as many machines as the operator allows, and a proxy says which address it is', async (context) => {
  const options = ['--machines-per-address', '1', '--trust-proxy', '127.0.0.1'];
  const { lab, connect } = await open(context, ...options);
  const from = (address: string) => connect({ 'X-Forwarded-For': `10.0.0.1, ${address}` });
  const secret = newSecret();
  await (await from('192.0.2.1')).hello(secret);
  const other = await from('192.0.2.1');
  other.greet(newSecret());
  const { error } = await other.hear('error');
  assert.equal(error.code, 'too-many-machines');
  assert.match(error.hint, /--machines-per-address/);
  await (await from('192.0.2.2')).hello(newSecret());
  await (await from('192.0.2.1')).hello(secret);
  assert.match(lab.printed, /web says: 1 machines belong to 192\.0\.2\.1/);
});

test('an address has as many pages as the operator allows', async (context) => {
  const { connect } = await open(context, '--connections-per-address', '2');
  const first = await connect();
  await connect();
  const { socket } = await connect();
  const [code] = await once(socket, 'close');
  assert.equal(code, CLOSE_CODES.crowded);
  await first.close();
  await (await connect()).hello(newSecret());
});

test('those who are turned away and do not go are no more than some', async (context) => {
  const { lab, connect } = await open(context, '--connections-per-address', '1');
  const first = await connect();
  const address = await lab.address();
  const { hostname, port } = new URL(address);
  // None of them answers the close, as a browser does at once.
  const outcomes = await Promise.all(
    Array.from({ length: 200 }, async () => {
      const socket = dial(Number(port), hostname);
      context.after(() => socket.destroy());
      socket.on('error', () => {}).write(handshake(address));
      const [head] = await once(socket, 'data');
      return /^HTTP\/1\.1 (\d+)/.exec(String(head))?.[1] ?? 'none';
    }),
  );
  assert.deepEqual([...new Set(outcomes)].sort(), ['101', '503']);
  const told = async () => (await once((await connect()).socket, 'close'))[0];
  await eventually('they are gone, and the next one is told why', async () => {
    return (await told().catch(() => undefined)) === CLOSE_CODES.crowded;
  });
  await first.hello(newSecret());
});
