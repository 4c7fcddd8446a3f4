import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import test, { type TestContext } from 'node:test';
import type { GoneReason } from '../protocol/sandbox-state.ts';
import { eventually } from '../testing/eventually.ts';
import { lowerdirs, openTestNative } from '../testing/native.ts';
import type { Native } from './native-interface.ts';
import type { Sandbox } from './sandbox.ts';
import { SandboxRegistry } from './sandbox-registry.ts';

/** Clocks are the test's, everything else is real. */
const AWAY_MS = 60_000;
const IDLE_MS = 200_000;
const LIFE_MS = 600_000;
const POLICY = {
  lifeMs: LIFE_MS,
  lifeMaxMs: LIFE_MS * 2,
  extendMs: LIFE_MS,
  idleMs: IDLE_MS,
  awayMs: AWAY_MS,
};

const newOwner = () => randomBytes(32).toString('hex');
const isAlive = (sandbox: Sandbox) => existsSync(`/proc/${sandbox.created.pid}`);

function open(
  context: TestContext,
  sandboxesMax = 8,
  adapt: (native: Native) => Native = (native) => native,
  warm = 0,
) {
  const native = adapt(openTestNative(context));
  const told: {
    made: number;
    handedOver: number;
    gone: GoneReason[];
    removed: number;
    failed: unknown[];
  } = {
    made: 0,
    handedOver: 0,
    gone: [],
    removed: 0,
    failed: [],
  };
  const registry = new SandboxRegistry({
    native,
    lowerdirs: lowerdirs(),
    attachments: [],
    sandboxesMax,
    warm,
    life: POLICY,
    events: {
      made: () => {
        told.made += 1;
      },
      handedOver: () => {
        told.handedOver += 1;
      },
      makeFailed: (_owner, error) => told.failed.push(error),
      gone: (_sandbox, reason) => told.gone.push(reason),
      removed: () => {
        told.removed += 1;
      },
      removeFailed: (_sandbox, error) => told.failed.push(error),
      terminalEnded: () => {},
      inspectFailed: (_sandbox, error) => told.failed.push(error),
    },
  });
  const hold = async (owner: string) => {
    const held = await registry.hold(owner);
    assert.ok(held.ok, JSON.stringify(held));
    return held;
  };
  return { registry, native, told, hold };
}

/** First host id of the sandbox, as the kernel has it. */
const idBase = ({ created }: Sandbox) =>
  Number(readFileSync(`/proc/${created.pid}/uid_map`, 'utf8').trim().split(/\s+/)[1]);

test('pages of one owner that come at once share one sandbox, others get their own', async (context) => {
  const { registry, told, hold } = open(context);
  const owner = newOwner();
  const held = await Promise.all([hold(owner), hold(owner), hold(owner), hold(newOwner())]);
  const [first, second, third, other] = held.map(({ sandbox }) => sandbox);
  assert.equal(first, second);
  assert.equal(first, third);
  assert.notEqual(first, other);
  assert.deepEqual(
    held.map(({ fresh }) => fresh),
    [true, false, false, true],
  );
  assert.equal(told.made, 2);
  assert.ok(first && other);
  assert.deepEqual([idBase(first), idBase(other)].sort(), [100_000, 165_536]);
  await registry.close();
  assert.deepEqual(told.gone, ['shutdown', 'shutdown']);
  assert.ok(!isAlive(first) && !isAlive(other));
  assert.equal(registry.size, 0);
  assert.deepEqual(told.failed, []);
});

test('a class that starts all at once gets a machine each, and all end at once', async (context) => {
  const { registry, told, hold } = open(context, 120);
  const held = await Promise.all(Array.from({ length: 120 }, () => hold(newOwner())));
  assert.equal(new Set(held.map(({ sandbox }) => idBase(sandbox))).size, 120);
  await registry.close();
  assert.equal(told.removed, 120);
  assert.deepEqual(told.failed, []);
});

test('a machine without a page ends sooner than one with a page that nobody uses', async (context) => {
  const { registry, told, hold } = open(context);
  const owner = newOwner();
  context.mock.timers.enable({ apis: ['setTimeout', 'Date'] });
  const { sandbox } = await hold(owner);
  await hold(owner);
  registry.release(sandbox);
  context.mock.timers.tick(AWAY_MS * 2);
  assert.deepEqual(told.gone, [], 'one page is still there');
  registry.release(sandbox);
  context.mock.timers.tick(AWAY_MS - 1);
  assert.deepEqual(told.gone, []);
  assert.equal((await hold(owner)).sandbox, sandbox);
  context.mock.timers.tick(10);
  assert.deepEqual(told.gone, [], 'a page came back in time');
  sandbox.life?.use();
  context.mock.timers.tick(IDLE_MS - 1);
  assert.deepEqual(told.gone, [], 'its page is open, and it was used a while ago');
  context.mock.timers.tick(1);
  assert.deepEqual(told.gone, ['idle'], 'a page that is only open is no use');
  assert.equal(registry.farewellOf(owner), 'idle');
  context.mock.timers.reset();
  await eventually('it is removed', () => told.removed === 1);
  assert.ok(!isAlive(sandbox));
});

test('the life clock runs always, and the state says when it ends', async (context) => {
  const { told, hold } = open(context);
  context.mock.timers.enable({ apis: ['setTimeout', 'Date'] });
  const { sandbox } = await hold(newOwner());
  const { createdAt, life } = sandbox.state(true);
  assert.equal(life.endsAt - createdAt, LIFE_MS);
  assert.equal(life.idleMs, IDLE_MS);
  for (let part = 0; part < 5; part += 1) {
    context.mock.timers.tick(LIFE_MS / 5 - (part === 4 ? 1 : 0));
    sandbox.life?.use();
  }
  assert.deepEqual(told.gone, [], 'it was used all the time');
  context.mock.timers.tick(1);
  assert.deepEqual(told.gone, ['expired']);
  context.mock.timers.reset();
  await eventually('it is removed', () => told.removed === 1);
});

test('PID 1’s death removes the sandbox, and its owner gets another', async (context) => {
  const { registry, told, hold } = open(context);
  const owner = newOwner();
  const { sandbox } = await hold(owner);
  process.kill(sandbox.created.pid, 'SIGKILL');
  await eventually('its death is seen', () => told.gone.length === 1);
  assert.deepEqual(told.gone, ['died']);
  const next = await hold(owner);
  assert.notEqual(next.sandbox, sandbox);
  assert.equal(next.fresh, true);
  await registry.close();
  assert.deepEqual(told.gone, ['died', 'shutdown']);
  assert.deepEqual(told.failed, []);
});

test('reasons that come together are one removal', async (context) => {
  const { registry, told, hold } = open(context);
  const owner = newOwner();
  const { sandbox } = await hold(owner);
  process.kill(sandbox.created.pid, 'SIGKILL');
  await Promise.all([registry.reset(owner), registry.reset(owner), registry.close()]);
  assert.equal(told.gone.length, 1);
  assert.equal(told.removed, 1);
});

test('a full lab says so, and has room again when a sandbox has been removed', async (context) => {
  const { registry, hold } = open(context, 2);
  const owner = newOwner();
  await Promise.all([hold(owner), hold(newOwner())]);
  const refused = await registry.hold(newOwner());
  assert.ok(!refused.ok);
  assert.equal(refused.error.code, 'lab-full');
  assert.match(refused.error.message, /All 2 machines/);
  assert.equal((await hold(owner)).fresh, false, 'who has one keeps it');
  await registry.reset(owner);
  assert.ok(!(await registry.hold(newOwner())).ok, 'who resets keeps the room');
  const next = await hold(owner);
  await registry.evict(next.sandbox);
  const { sandbox } = await hold(newOwner());
  assert.equal(idBase(sandbox) % 65_536, 100_000 % 65_536, 'the ids are used again');
  assert.ok(idBase(sandbox) <= 165_536);
  await registry.close();
});

test('a removal that fails is told, keeps its ids, and is tried again at the end', async (context) => {
  let failures = 1;
  const { registry, native, told, hold } = open(context, 8, (real) => ({
    ...real,
    destroy: (id, pidfd) => {
      failures -= 1;
      return failures < 0 ? real.destroy(id, pidfd) : Promise.reject(new Error('EBUSY'));
    },
  }));
  const owner = newOwner();
  const { sandbox } = await hold(owner);
  await registry.reset(owner);
  assert.deepEqual([told.failed.length, told.removed, registry.size], [1, 0, 1]);
  const next = await hold(owner);
  assert.notEqual(idBase(next.sandbox), idBase(sandbox));
  await registry.close();
  assert.deepEqual(told.gone, ['reset', 'shutdown'], 'each page hears of it once');
  assert.deepEqual([told.removed, registry.size], [2, 0]);
  assert.deepEqual(await native.leftovers(), []);
});

test('a sandbox that can not be made is refused with the reason, and leaves nothing', async (context) => {
  const native = openTestNative(context);
  const failed: unknown[] = [];
  const registry = new SandboxRegistry({
    native,
    lowerdirs: ['/nonexistent'],
    attachments: [],
    sandboxesMax: 1,
    warm: 0,
    life: POLICY,
    events: {
      made: () => {},
      handedOver: () => {},
      makeFailed: (_owner, error) => failed.push(error),
      gone: () => {},
      removed: () => {},
      removeFailed: (_sandbox, error) => failed.push(error),
      terminalEnded: () => {},
      inspectFailed: () => {},
    },
  });
  const refused = await registry.hold(newOwner());
  assert.ok(!refused.ok);
  assert.equal(refused.error.code, 'create-failed');
  assert.match(refused.error.message, /\/nonexistent/);
  assert.equal(failed.length, 1);
  assert.equal(registry.size, 0);
  assert.deepEqual(await native.leftovers(), []);
});
