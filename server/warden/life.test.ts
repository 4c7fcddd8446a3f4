import assert from 'node:assert/strict';
import test, { type TestContext } from 'node:test';
import { Life, type LifePolicy } from './life.ts';

const MINUTE = 60_000;

const POLICY: LifePolicy = {
  lifeMs: 120 * MINUTE,
  lifeMaxMs: 160 * MINUTE,
  extendMs: 30 * MINUTE,
  idleMs: 30 * MINUTE,
  awayMs: 15 * MINUTE,
};

/** A life whose clock is the test's, and what it has told. */
function begin(
  context: TestContext,
  {
    policy = {},
    pages = 1,
    endsAtMost,
  }: { policy?: Partial<LifePolicy>; pages?: number; endsAtMost?: number } = {},
) {
  context.mock.timers.enable({ apis: ['setTimeout', 'Date'], now: 0 });
  const told = { ends: [] as string[], changes: 0, othersWait: false };
  const life = new Life(
    { ...POLICY, ...policy },
    {
      ended: (reason) => told.ends.push(reason),
      changed: () => {
        told.changes += 1;
      },
      othersWait: () => told.othersWait,
    },
    pages,
    endsAtMost,
  );
  context.after(() => life.stop());
  return { life, told, pass: (minutes: number) => context.mock.timers.tick(minutes * MINUTE) };
}

test('use that nobody has to be told of changes nothing but a time stamp', (context) => {
  const { life, told, pass } = begin(context);
  for (let minute = 0; minute < 60; minute += 1) {
    pass(1);
    life.use();
  }
  assert.equal(told.changes, 0);
  assert.deepEqual(told.ends, []);
  assert.equal(life.state().idle, null);
});

test('five minutes before an unused machine ends it says so, and takes it back at the first use', (context) => {
  const { life, told, pass } = begin(context);
  pass(10);
  life.use();
  pass(24.9);
  assert.equal(life.state().idle, null);
  pass(0.1);
  assert.deepEqual(life.state().idle, { since: 10 * MINUTE, endsAt: 40 * MINUTE });
  assert.equal(told.changes, 1);
  life.use();
  assert.equal(life.state().idle, null);
  assert.equal(told.changes, 2);
  pass(29.9);
  assert.deepEqual(told.ends, []);
  pass(0.1);
  assert.deepEqual(told.ends, ['idle']);
});

test('a machine without a page ends sooner; a page that comes back in time gives it its time again', (context) => {
  const { life, told, pass } = begin(context);
  life.pageLeft();
  pass(14);
  life.pageCame();
  pass(10);
  assert.deepEqual(told.ends, []);
  life.use();
  life.pageLeft();
  pass(15);
  assert.deepEqual(told.ends, ['idle']);
});

test('a machine whose owner did not come when it was his turn ends at once', (context) => {
  const { told, pass } = begin(context, { pages: 0 });
  pass(0.4);
  assert.deepEqual(told.ends, []);
  pass(0.2);
  assert.deepEqual(told.ends, ['idle']);
});

test('extensions add up to the maximum and no further', (context) => {
  const { life, told, pass } = begin(context);
  assert.deepEqual(life.state().extension, {
    kind: 'possible',
    byMs: 30 * MINUTE,
    latestAt: 160 * MINUTE,
  });
  assert.equal(life.extend(), undefined);
  assert.equal(life.endsAt, 150 * MINUTE);
  const { extension } = life.state();
  assert.equal(extension.kind === 'possible' && extension.byMs, 10 * MINUTE);
  assert.equal(life.extend(), undefined);
  assert.equal(life.endsAt, 160 * MINUTE);
  assert.equal(life.extend()?.code, 'life-maximum');
  assert.deepEqual(life.state().extension, { kind: 'refused', why: 'maximum' });
  for (let minute = 0; minute < 159; minute += 1) {
    pass(1);
    life.use();
  }
  assert.deepEqual(told.ends, [], 'the first end has passed');
  pass(1);
  assert.deepEqual(told.ends, ['expired']);
});

test('nobody lives longer while others wait, or where the operator gives nothing', (context) => {
  const { life, told } = begin(context);
  told.othersWait = true;
  assert.equal(life.extend()?.code, 'others-wait');
  assert.deepEqual(life.state().extension, { kind: 'refused', why: 'others-wait' });
  told.othersWait = false;
  assert.equal(life.extend(), undefined);
});

test('an operator who gives no extensions gives none', (context) => {
  const { life } = begin(context, { policy: { extendMs: 0 } });
  assert.equal(life.extend()?.code, 'life-maximum');
  assert.deepEqual(life.state().extension, { kind: 'refused', why: 'not-allowed' });
});

test('a life can be told to end with the one before', (context) => {
  const { life, told, pass } = begin(context, { endsAtMost: 7 * MINUTE });
  assert.equal(life.endsAt, 7 * MINUTE);
  pass(7);
  assert.deepEqual(told.ends, ['expired']);
});
