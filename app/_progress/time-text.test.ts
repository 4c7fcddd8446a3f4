import assert from 'node:assert/strict';
import test from 'node:test';
import { LEARNING_EN } from '../_messages/learning.en.ts';
import { spentText } from './time-text.ts';

test('time is told in whole minutes, and in hours when there are some', () => {
  const text = (seconds: number) => spentText(seconds, LEARNING_EN.progress);
  assert.equal(text(20), 'less than a minute');
  assert.equal(text(119), '1 min');
  assert.equal(text(3_600 + 125), '1 h 2 min');
});
