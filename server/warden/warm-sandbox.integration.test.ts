import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { existsSync } from 'node:fs';
import test, { type TestContext } from 'node:test';
import type { GoneReason } from '../protocol/sandbox-state.ts';
import { eventually } from '../testing/eventually.ts';
import { lowerdirs, openTestNative } from '../testing/native.ts';
import { Onlooker } from '../testing/onlooker.ts';
import type { Sandbox } from './sandbox.ts';
import { SandboxRegistry } from './sandbox-registry.ts';

const newOwner = () => randomBytes(32).toString('hex');

/** A registry with a pool, and what it told. */
function open(context: TestContext, warm: number, sandboxesMax = 8, base = lowerdirs()) {
  // What is registered first is done first: the pool must make no more when its library is closed.
  context.after(() => registry.close());
  const native = openTestNative(context);
  const made: Sandbox[] = [];
  const handedOver: Sandbox[] = [];
  const gone: { sandbox: Sandbox; reason: GoneReason }[] = [];
  const failed: unknown[] = [];
  const registry = new SandboxRegistry({
    native,
    lowerdirs: base,
    attachments: [],
    sandboxesMax,
    warm,
    life: { lifeMs: 600_000, lifeMaxMs: 600_000, extendMs: 0, idleMs: 60_000, awayMs: 60_000 },
    events: {
      made: (sandbox) => made.push(sandbox),
      handedOver: (sandbox) => handedOver.push(sandbox),
      makeFailed: (_owner, error) => failed.push(error),
      gone: (sandbox, reason) => gone.push({ sandbox, reason }),
      removed: () => {},
      removeFailed: (_sandbox, error) => failed.push(error),
      terminalEnded: () => {},
      inspectFailed: (_sandbox, error) => failed.push(error),
    },
  });
  const hold = async (owner = newOwner()) => {
    const held = await registry.hold(owner);
    assert.ok(held.ok, JSON.stringify(held));
    return held;
  };
  const ready = (count: number) => eventually(`${count} are ready`, () => registry.ready === count);
  return { registry, native, made, handedOver, gone, failed, hold, ready };
}

test('a learner gets one that was made ahead, at its prompt, and a life that begins now', async (context) => {
  const { registry, made, handedOver, hold, ready } = open(context, 1);
  registry.warmUp();
  await ready(1);
  const [ahead] = made;
  assert.ok(ahead);
  assert.equal(ahead.owner, undefined);
  const before = Date.now();
  const owner = newOwner();
  const { sandbox, fresh } = await hold(owner);
  assert.equal(sandbox, ahead);
  assert.deepEqual([fresh, sandbox.owner, handedOver], [true, owner, [ahead]]);
  const { createdAt, life, trace } = sandbox.state(fresh);
  assert.ok(createdAt >= before);
  assert.equal(life.endsAt - createdAt, 600_000);
  assert.ok(trace.length > 50, 'its page can still show how it was made');

  const terminal = sandbox.terminal('machine');
  assert.ok(terminal?.running && terminal.head > 0, 'its shell has begun to print');
  const shown: Buffer[] = [];
  const size = { columns: 132, rows: 50 };
  const onlooker = new Onlooker(terminal, {
    size,
    output: (_at, bytes) => shown.push(Buffer.from(bytes)),
  });
  assert.equal(onlooker.answer.offset, 0);
  const text = () => Buffer.concat(shown).toString('utf8');
  // Bash writes its prompt in pieces, and the first of them has begun the terminal.
  await eventually('its prompt is there before a key is pressed', () =>
    /machine.*# $/.test(text()),
  );
  onlooker.type('stty size; tty\n');
  await eventually(text, () => text().includes('50 132') && text().includes('/dev/tty1'));
  assert.equal((await hold(owner)).fresh, false);
  await ready(1);
  assert.equal(made.length, 2, 'and another one is there for who comes next');
});

test('who needs something special, or comes too soon, gets one made for it', async (context) => {
  const { registry, made, handedOver, hold, ready } = open(context, 1);
  registry.warmUp();
  await ready(1);
  const special = await registry.hold(newOwner(), ['netfilter']);
  assert.ok(special.ok);
  assert.notEqual(special.sandbox, made[0]);
  assert.deepEqual(special.sandbox.needs, ['netfilter']);
  const two = await Promise.all([hold(), hold()]);
  assert.equal(two.filter(({ sandbox }) => sandbox === made[0]).length, 1);
  assert.equal(new Set(two.map(({ sandbox }) => sandbox)).size, 2);
  assert.equal(handedOver.length, 1);
});

test('one that dies while it waits is dropped, and another one is made', async (context) => {
  const { registry, made, gone, hold, ready } = open(context, 1);
  registry.warmUp();
  await ready(1);
  const [dead] = made;
  assert.ok(dead);
  process.kill(dead.created.pid, 'SIGKILL');
  await eventually('its death is seen', () => gone.length === 1);
  assert.deepEqual(gone[0], { sandbox: dead, reason: 'died' });
  await ready(1);
  assert.notEqual((await hold()).sandbox, dead);
});

test('one whose shell has ended while it waited is nobody’s', async (context) => {
  const { registry, made, hold, ready } = open(context, 1);
  registry.warmUp();
  await ready(1);
  const [ahead] = made;
  await ahead?.terminal('machine')?.close();
  const { sandbox } = await hold();
  assert.notEqual(sandbox, ahead);
  await eventually('it is removed', () => !existsSync(`/proc/${ahead?.created.pid}`));
});

test('in a full lab those made ahead give way, and there are never too many for long', async (context) => {
  const { registry, gone, hold, ready } = open(context, 2, 3);
  registry.warmUp();
  await ready(2);
  const special = await registry.hold(newOwner(), ['netfilter']);
  assert.ok(special.ok);
  assert.equal(registry.size, 3);
  const another = await registry.hold(newOwner(), ['netfilter']);
  assert.ok(another.ok, 'there is room for a third learner');
  assert.deepEqual(
    gone.map(({ reason }) => reason),
    ['idle'],
  );
  await hold();
  const refused = await registry.hold(newOwner());
  assert.ok(!refused.ok && refused.error.code === 'lab-full');
  await eventually('no more than the lab may have', () => registry.size === 3);
});

test('when the lab closes, those made ahead and those being made go, too', async (context) => {
  const { registry, native, made, failed, ready } = open(context, 2);
  registry.warmUp();
  await ready(1);
  await registry.close();
  assert.equal(registry.size, 0);
  assert.deepEqual(await native.leftovers(), []);
  for (const { created } of made) assert.ok(!existsSync(`/proc/${created.pid}`));
  assert.deepEqual(failed, []);
});

test('what can’t be made ahead is told, and a learner is told, too', async (context) => {
  const { registry, failed } = open(context, 1, 8, ['/nonexistent']);
  registry.warmUp();
  await eventually('the failure is told', () => failed.length === 1);
  assert.equal(registry.size, 0);
  const refused = await registry.hold(newOwner());
  assert.ok(!refused.ok && refused.error.code === 'create-failed');
});
