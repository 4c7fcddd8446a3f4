import assert from 'node:assert/strict';
import test from 'node:test';
import { PageTime } from './page-time.ts';

test('time counts from one sign of life to the next on the same step', () => {
  const time = new PageTime();
  assert.equal(time.alive('uts/one', 1_000_000), 0);
  assert.equal(time.alive('uts/one', 1_020_000), 20);
  assert.equal(time.alive('uts/two', 1_030_000), 0, 'another step begins anew');
  assert.equal(time.alive('uts/two', 1_035_000), 5);
});

test('who was away did not read', () => {
  const time = new PageTime();
  time.alive('uts/one', 1_000_000);
  assert.equal(time.alive('uts/one', 1_061_000), 0);
  assert.equal(time.alive('uts/one', 1_062_000), 1);
});

test('parts of a second are not lost, and a flood of signs gains nothing', () => {
  const time = new PageTime();
  let seconds = 0;
  for (let ms = 0; ms <= 10_000; ms += 100) seconds += time.alive('uts/one', 1_000_000 + ms);
  assert.ok(seconds === 9 || seconds === 10, String(seconds));
});
