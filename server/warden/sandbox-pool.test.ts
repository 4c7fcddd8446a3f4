import assert from 'node:assert/strict';
import test, { type TestContext } from 'node:test';
import { setImmediate as turn } from 'node:timers/promises';
import { POOL_PAUSE_MS, SandboxPool } from './sandbox-pool.ts';

/** A pool of numbers on the test's clock; `fail` makes the next one fail. */
function open(context: TestContext, size: number) {
  context.mock.timers.enable({ apis: ['setTimeout'] });
  const state = { made: 0, atOnce: 0, fail: false };
  const pool = new SandboxPool<number>(size, async () => {
    state.atOnce += 1;
    assert.equal(state.atOnce, 1, 'one at a time');
    await turn();
    state.atOnce -= 1;
    if (state.fail) return undefined;
    state.made += 1;
    return state.made;
  });
  const wait = async (milliseconds: number) => {
    context.mock.timers.tick(milliseconds);
    await turn();
    await turn();
  };
  return { pool, state, wait };
}

test('it is filled one by one, with a pause before each, and no further than its size', async (context) => {
  const { pool, wait } = open(context, 2);
  pool.fillLater();
  assert.equal(pool.ready, 0);
  await wait(POOL_PAUSE_MS);
  assert.equal(pool.ready, 1);
  await wait(POOL_PAUSE_MS - 1);
  assert.equal(pool.ready, 1);
  await wait(1);
  assert.equal(pool.ready, 2);
  await wait(POOL_PAUSE_MS * 100);
  assert.equal(pool.ready, 2);
});

test('the oldest is taken first, and what was taken is made again', async (context) => {
  const { pool, wait } = open(context, 2);
  pool.fillLater();
  for (let round = 0; round < 2; round += 1) await wait(POOL_PAUSE_MS);
  assert.equal(pool.take(), 1);
  await wait(POOL_PAUSE_MS);
  assert.deepEqual([pool.take(), pool.take(), pool.take()], [2, 3, undefined]);
});

test('while learners keep asking, none is made', async (context) => {
  const { pool, state, wait } = open(context, 1);
  for (let round = 0; round < 20; round += 1) {
    assert.equal(pool.take(), undefined);
    await wait(POOL_PAUSE_MS - 1);
  }
  assert.equal(state.made, 0);
  await wait(1);
  assert.equal(state.made, 1);
});

test('one that has died is dropped and made again', async (context) => {
  const { pool, wait } = open(context, 1);
  pool.fillLater();
  await wait(POOL_PAUSE_MS);
  pool.drop(7);
  assert.equal(pool.ready, 1, 'not one of ours');
  pool.drop(1);
  assert.equal(pool.ready, 0);
  await wait(POOL_PAUSE_MS);
  assert.equal(pool.take(), 2);
});

test('after a failure it waits for long before it tries again', async (context) => {
  const { pool, state, wait } = open(context, 1);
  state.fail = true;
  pool.fillLater();
  await wait(POOL_PAUSE_MS);
  state.fail = false;
  await wait(POOL_PAUSE_MS * 10);
  assert.equal(state.made, 0);
  await wait(30_000);
  assert.equal(pool.ready, 1);
});

test('a pool that was stopped, or has no size, makes none', async (context) => {
  const { pool, state, wait } = open(context, 1);
  pool.fillLater();
  pool.stop();
  await wait(POOL_PAUSE_MS * 10);
  assert.equal(pool.take(), undefined);
  await wait(POOL_PAUSE_MS * 10);
  assert.equal(state.made, 0);
  const none = new SandboxPool<number>(0, () => assert.fail('none is wanted'));
  none.fillLater();
  await wait(POOL_PAUSE_MS);
  assert.equal(none.take(), undefined);
});
