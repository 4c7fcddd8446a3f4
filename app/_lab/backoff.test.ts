import assert from 'node:assert/strict';
import test from 'node:test';
import { reconnectDelayMs } from './backoff.ts';

test('each attempt waits longer, up to a bound', () => {
  const longest = [0, 1, 2, 3, 20].map((attempt) => reconnectDelayMs(attempt, () => 1));
  assert.deepEqual(longest, [250, 500, 1000, 2000, 15_000]);
});

test('pages that lost their lab at one moment come back spread out', () => {
  assert.equal(
    reconnectDelayMs(4, () => 0),
    2000,
  );
  assert.equal(
    reconnectDelayMs(4, () => 0.5),
    3000,
  );
});
