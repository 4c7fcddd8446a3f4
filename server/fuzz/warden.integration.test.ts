import assert from 'node:assert/strict';
import test from 'node:test';
import { setImmediate as turn } from 'node:timers/promises';
import { Chance } from '../churn/chance.ts';
import { PROTOCOL_VERSION } from '../protocol/browser.ts';
import { encodePacket } from '../protocol/packet.ts';
import { eventually } from '../testing/eventually.ts';
import { descriptors } from '../testing/kernel-state.ts';
import { openTestNative } from '../testing/native.ts';
import { fuzzLink } from './fuzz-link.ts';
import { openFuzzedWarden } from './fuzzed-warden.ts';
import { linkCase } from './link-cases.ts';
import { fuzzSeed } from './seed.ts';
import { takenWebs } from './taken-web.ts';
import { Tally } from './tally.ts';

const CASES = 30_000;
const WARM_UP = 3_000;
const GROWTH_MIB_MAX = 96;

/** Both ends are in this process: when nothing was read in so many turns, nothing is being read. */
const STILL_TURNS = 100;
/** Far more than may wait on the warden's side. */
const ASKED_BYTES_MAX = 24 * 1024 ** 2;

test(`${CASES} packets that web should not send end their link or change nothing`, async (context) => {
  const seed = fuzzSeed();
  context.diagnostic(`GLASSBOX_FUZZ_SEED=${seed}`);
  const warden = await openFuzzedWarden(openTestNative(context));
  context.after(() => warden.close());
  const tally = new Tally();
  await fuzzLink(warden, seed, WARM_UP, tally);
  const before = descriptors();
  const rss = process.memoryUsage.rss();

  await fuzzLink(warden, seed + 1, CASES - WARM_UP, tally);

  for (const line of tally.lines()) context.diagnostic(line);
  assert.deepEqual(tally.wrong.slice(0, 20), []);
  assert.deepEqual(warden.failures, []);
  const { registry } = warden;
  await eventually(
    () => `nothing is held: ${registry.living.map(({ watcher }) => watcher.watches)}`,
    () =>
      registry.living.every(
        (sandbox) =>
          sandbox.watcher.watches === 0 &&
          sandbox.computations === 0 &&
          (sandbox.terminal('machine')?.attachments ?? 0) === 0 &&
          (sandbox.terminal('container')?.attachments ?? 0) === 0,
      ),
  );
  assert.ok(registry.living.length > 0, 'sandboxes live on');
  const kinds = (all: readonly string[]) => all.filter((each) => /socket|pipe|eventfd/.test(each));
  await eventually(
    () => `no descriptor more: ${descriptors().length}, not ${before.length}`,
    () => kinds(descriptors()).length <= kinds(before).length,
  );
  const grown = (process.memoryUsage.rss() - rss) / 1024 ** 2;
  context.diagnostic(`the process has grown by ${grown.toFixed(0)} MiB`);
  assert.ok(grown < GROWTH_MIB_MAX, `${grown} MiB more`);
});

const LIVES = 6;

test(`${LIVES} taken webs in a row are ended and started anew, and the sandbox lives on`, async (context) => {
  const seed = fuzzSeed();
  context.diagnostic(`GLASSBOX_FUZZ_SEED=${seed}`);
  const chance = new Chance(seed);
  const owner = 'a'.repeat(64);
  const state = {
    phase: 'open',
    owner,
    sandbox: owner.slice(0, 12),
    channel: 1,
    watch: 1,
  } as const;
  const violations: Uint8Array[] = [];
  while (violations.length < LIVES) {
    const { violates, bytes } = linkCase(chance, state);
    if (violates) violations.push(bytes);
  }
  const hello = { id: 1, name: 'hello', body: { version: PROTOCOL_VERSION, port: 4000 } };
  const hold = { id: 2, name: 'hold', body: { owner, needs: [], make: true } };
  const packets = [hello, hold].map((message) =>
    encodePacket('json', Buffer.from(JSON.stringify(message))),
  );
  const { events, until } = await takenWebs(context, Buffer.concat(packets), violations);

  await until('web-ready', LIVES + 1);
  const reasons = events.flatMap((event) => (event.type === 'link-ended' ? [event.reason] : []));
  assert.equal(reasons.length, LIVES);
  assert.ok(!reasons.includes('web closed it'), reasons.join('; '));
  const held = events.flatMap((event) => (event.type === 'web-said' ? [event.line] : []));
  assert.equal(new Set(held).size, 1, `always the same sandbox: ${held}`);
  assert.ok(held.length >= LIVES);
  assert.ok(!events.some((event) => event.type === 'gone' || event.type === 'request-failed'));
});

test('a web that asks and does not read is not read either, until it reads', async (context) => {
  const warden = await openFuzzedWarden(openTestNative(context));
  context.after(() => warden.close());
  const deaf = await warden.connect();
  await deaf.ask('hello', { version: PROTOCOL_VERSION, port: 4000 });
  deaf.socket.pause();
  const request = encodePacket(
    'json',
    Buffer.from(JSON.stringify({ id: 7, name: 'detach', body: { channel: 7 } })),
  );
  const many = Buffer.concat(Array.from({ length: 10_000 }, () => request));
  const before = deaf.socket.bytesWritten;
  let asked = 0;
  let stillTurns = 0;
  for (let read = deaf.read(); stillTurns < STILL_TURNS; read = deaf.read()) {
    assert.ok(asked < ASKED_BYTES_MAX, 'it is read without end');
    if (deaf.socket.writableLength < many.byteLength) {
      deaf.socket.write(many);
      asked += many.byteLength;
    }
    await turn();
    stillTurns = deaf.read() === read ? stillTurns + 1 : 0;
  }
  assert.equal(deaf.end(), undefined, 'the warden waits');
  assert.ok(deaf.read() < before + asked);

  deaf.socket.resume();
  await eventually('all is read when the answers are', () => deaf.read() === before + asked);
  deaf.socket.destroy();
  await deaf.ended;
});
