import assert from 'node:assert/strict';
import test from 'node:test';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { Turns } from './turns.ts';

test('never more than allowed run at once, and all come to their turn in order', async () => {
  const turns = new Turns(3);
  const began: number[] = [];
  let running = 0;
  let most = 0;
  const act = (number: number) => async () => {
    began.push(number);
    running += 1;
    most = Math.max(most, running);
    await nextTurn();
    running -= 1;
    if (number % 4 === 0) throw new Error(`${number}`);
    return number;
  };
  const results = await Promise.allSettled(
    Array.from({ length: 100 }, (_, number) => turns.take(act(number))),
  );
  assert.equal(most, 3);
  assert.deepEqual(
    began,
    Array.from({ length: 100 }, (_, number) => number),
  );
  assert.equal(results.filter(({ status }) => status === 'rejected').length, 25);
  assert.equal(await turns.take(() => Promise.resolve('free again')), 'free again');
});
