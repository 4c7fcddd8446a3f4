import assert from 'node:assert/strict';
import { createHash, randomBytes } from 'node:crypto';
import test, { type TestContext } from 'node:test';
import { setTimeout as wait } from 'node:timers/promises';
import { Chance } from '../churn/chance.ts';
import { FLOW_CONTROL } from '../protocol/flow-control.ts';
import { FRAME_PAYLOAD_BYTES_MAX } from '../protocol/frame.ts';
import { CutProxy, type ProxiedConnection } from '../testing/cut-proxy.ts';
import { eventually } from '../testing/eventually.ts';
import { freePort, startLab, type TestLab } from '../testing/lab.ts';
import { PATIENCE } from '../testing/patience.ts';
import { SessionPage } from '../testing/session-page.ts';

/** How often the connection is harmed while bytes flow; `GLASSBOX_CUTS` sets another number. */
const CUTS = Number(process.env.GLASSBOX_CUTS) || 200;
const SEED = Number(process.env.GLASSBOX_SEED) || 20_261_126;

/** Each way; a connection brings a window's worth at once, so more cuts need more bytes to harm. */
const BYTES = Math.max(20_000_000, CUTS * 250_000);
const PIECE_BYTES = 1_000_000;
const CUT_EVERY_BYTES = 50_000;

/** From the last harm until all bytes have come. */
const ALL_MS = 60_000 * PATIENCE;

/** A lab behind a proxy, and a page that comes to it through that. */
async function labBehindProxy(context: TestContext) {
  const port = await freePort();
  const lab = startLab(context, ['--port', String(port)]);
  await lab.address();
  const proxy = await CutProxy.start(port);
  context.after(() => proxy.close());
  const page = new SessionPage(context, proxy.port);
  await page.untilReady();
  return { lab, proxy, page };
}

/** Connects again without the wait that spares the lab a whole class at once. */
function hurry(context: TestContext, { session }: SessionPage): void {
  let timer: NodeJS.Timeout | undefined;
  const leave = session.store.subscribe(() => {
    if (session.store.get().link.kind !== 'lost') return;
    timer ??= setTimeout(() => {
      timer = undefined;
      session.retryNow();
    }, 5);
  });
  context.after(() => {
    clearTimeout(timer);
    leave();
  });
}

type Harm = (at: {
  readonly proxy: CutProxy;
  readonly connection: ProxiedConnection;
  readonly page: SessionPage;
  readonly chance: Chance;
}) => void;

/** What networks do to a connection. Each ends it for the page, one way or another. */
const HARMS: Readonly<Record<string, Harm>> = {
  reset: ({ connection }) => connection.reset(),
  finish: ({ connection }) => connection.finish(),
  'end in the middle of a frame to the lab': ({ connection, chance }) =>
    connection.toServer.endAfter(1 + chance.below(40_000), () => connection.reset()),
  'end in the middle of a frame to the page': ({ connection, chance }) =>
    connection.toClient.endAfter(1 + chance.below(40_000), () => connection.reset()),
  // The lab hears late of what the page has given up, while the page is back on another connection.
  'arrive after the next connection': ({ connection, page, chance }) => {
    connection.toServer.hold();
    setTimeout(() => {
      page.session.reconnect();
      setTimeout(() => {
        connection.toServer.release();
        setTimeout(() => connection.destroy(), chance.below(50));
      }, chance.below(60));
    }, chance.below(30));
  },
  // Of two attempts to connect, the later one is through first.
  'connect after the next connection': ({ proxy, connection, page, chance }) => {
    const passOn = proxy.holdNext();
    connection.reset();
    setTimeout(() => {
      page.session.reconnect();
      setTimeout(passOn, chance.below(60));
    }, 10 + chance.below(30));
  },
  'stall both ways, then break for the page only': ({ connection, chance }) => {
    connection.toServer.hold();
    connection.toClient.hold();
    setTimeout(() => {
      connection.loseClient();
      setTimeout(() => connection.toServer.release(), chance.below(40));
    }, chance.below(40));
  },
  delay: ({ connection, chance }) => {
    connection.toServer.hold();
    connection.toClient.hold();
    setTimeout(() => {
      connection.toServer.release();
      connection.toClient.release();
    }, chance.below(40));
  },
};

/** Harms the connection again and again, each time when some more bytes have gone through. */
async function harm(
  { proxy, page, lab }: { proxy: CutProxy; page: SessionPage; lab: TestLab },
  chance: Chance,
  done: () => boolean,
): Promise<Map<string, number>> {
  const counts = new Map<string, number>();
  const names = Object.keys(HARMS);
  for (let cut = 0; cut < CUTS; cut += 1) {
    const progress = page.paper.bytes + chance.below(2 * CUT_EVERY_BYTES);
    const deadline = performance.now() + 300;
    const connection = await eventually('there is a connection to harm', () =>
      page.paper.bytes >= progress || performance.now() > deadline || done()
        ? proxy.latest
        : undefined,
    );
    if (done()) return counts;
    const name = names[chance.below(names.length)] ?? 'reset';
    counts.set(name, (counts.get(name) ?? 0) + 1);
    if (cut === Math.floor(CUTS / 2)) process.kill(lab.webPid(), 'SIGKILL');
    else HARMS[name]?.({ proxy, connection, page, chance });
    await wait(chance.below(20));
  }
  return counts;
}

test(`${BYTES} bytes each way arrive once and in order, though the connection is harmed ${CUTS} times`, async (context) => {
  const { lab, proxy, page } = await labBehindProxy(context);
  const { session, paper } = page;
  hurry(context, page);
  session.type(
    'machine',
    `head -c ${BYTES} /dev/urandom >/tmp/out; sha256sum /tmp/out; echo re-$((1))-ady\r`,
  );
  const [, outHash] = await page.shows(/([0-9a-f]{64}) {2}\/tmp\/out[\s\S]*re-1-ady/);
  paper.hashAfter('BE-1-GIN', BYTES);
  // In a shell of its own, which says nothing of its jobs.
  const both = `cat /tmp/out & head -c ${BYTES} | sha256sum >/tmp/in; wait`;
  session.type(
    'machine',
    `stty raw -echo; echo -n BE-$((1))-GIN; sh -c '${both}'; stty sane; echo EN-$((1))-D; cat /tmp/in\r`,
  );
  await eventually('bytes flow', () => paper.bytes > 10_000);
  const typed = createHash('sha256');
  for (let sent = 0; sent < BYTES; sent += PIECE_BYTES) {
    const piece = randomBytes(PIECE_BYTES);
    typed.update(piece);
    session.typeBinary('machine', piece.toString('latin1'));
    await wait(1);
  }
  let ended = false;
  const began = performance.now();
  const counts = await harm({ lab, proxy, page }, new Chance(SEED), () => ended);
  const harmedMs = performance.now() - began;
  const digest = await eventually(
    () => `all bytes come; ${paper.missingBytes} did not`,
    () => {
      assert.deepEqual(paper.faults, []);
      return paper.digest;
    },
    ALL_MS,
  );
  assert.equal(digest, outHash, 'what was printed');
  const [, inHash] = await page.shows(/EN-1-D\s+([0-9a-f]{64})/);
  ended = true;
  assert.equal(inHash, typed.digest('hex'), 'what was typed');
  assert.deepEqual(paper.faults, []);
  assert.equal(page.terminal.keysDropped, 0);
  const all = [...counts.values()].reduce((sum, count) => sum + count, 0);
  context.diagnostic(
    `${all} harms in ${Math.round(harmedMs / 1000)} s over ${proxy.count} connections: ${JSON.stringify(Object.fromEntries(counts))}`,
  );
  assert.equal(all, CUTS);
});

test('what was typed before a stall of forty seconds is never run, also when the old connection still brings it', async (context) => {
  const { proxy, page } = await labBehindProxy(context);
  hurry(context, page);
  const old = proxy.latest;
  assert.ok(old);
  old.toServer.hold();
  page.session.type('machine', 'echo pha-$((1))-ntom\r');
  page.clockAheadMs = 40_000;
  page.session.reconnect();
  await eventually('the page is back and says so', () => page.terminal.keysDropped === 1);
  old.toServer.release();
  page.session.type('machine', 'echo re-$((1))-al\r');
  await page.shows(/re-1-al[\s\S]*[$#] $/);
  assert.ok(!page.paper.tail.includes('pha-'), page.paper.tail);
  assert.equal(page.terminal.keysDropped, 0, 'it was seen');
  assert.deepEqual(page.paper.faults, []);
});

test('what was typed just before a cut is run, once', async (context) => {
  const { proxy, page } = await labBehindProxy(context);
  hurry(context, page);
  const old = proxy.latest;
  assert.ok(old);
  old.toServer.hold();
  page.session.type('machine', 'echo on-$((1))-ce >>/tmp/once\r');
  page.session.reconnect();
  await page.shows(/tmp\/once\r\n[\s\S]*[$#] $/);
  old.toServer.release();
  page.session.type('machine', 'cat /tmp/once; echo al-$((1))-l\r');
  const [shown] = await page.shows(/on-1-ce[\s\S]*al-1-l/);
  assert.equal(shown.split('on-1-ce').length, 2, shown);
  assert.equal(page.terminal.keysDropped, 0);
});

test('a page whose connection takes nothing holds up nobody else, and stays within its bounds', async (context) => {
  const { lab, proxy, page } = await labBehindProxy(context);
  const neighbour = new SessionPage(context, proxy.port);
  await neighbour.untilReady();
  const flooded = new SessionPage(context, proxy.port);
  await flooded.untilReady();
  proxy.latest?.toClient.hold();
  flooded.session.type('machine', 'yes\r');
  flooded.session.typeBinary('machine', 'x'.repeat(5_000_000));
  await eventually('the flood is stopped by its window', async () => {
    const before = proxy.latest?.toClient.heldBytes ?? 0;
    await wait(100);
    return before > 100_000 && proxy.latest?.toClient.heldBytes === before;
  });
  for (const other of [page, neighbour]) {
    other.session.type('machine', 'echo be-$((1))-side\r');
    await other.shows(/be-1-side/);
  }
  const bound = FLOW_CONTROL.pauseAboveBytes + 2 * FRAME_PAYLOAD_BYTES_MAX;
  const held = proxy.latest?.toClient.heldBytes ?? 0;
  assert.ok(held <= bound, `${held} bytes were sent to a page that takes none`);
  assert.ok(lab.exitCode === undefined);
});
