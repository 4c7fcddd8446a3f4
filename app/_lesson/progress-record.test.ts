import assert from 'node:assert/strict';
import test from 'node:test';
import { doneAmong, parseProgress, withStep } from './progress-record.ts';

test('a record survives being stored', () => {
  const progress = withStep(withStep({}, 'uts', 'look', 1), 'pid', 'fork', 2);
  assert.deepEqual(parseProgress(JSON.stringify(progress)), progress);
});

test('what is not a record is left out, and the rest is kept', () => {
  for (const broken of [null, '', '{', '[]', 'null', '7', '"uts"', '{"uts":[1]}', '{"uts":"x"}']) {
    assert.deepEqual(parseProgress(broken), {});
  }
  assert.deepEqual(parseProgress('{"uts":{"look":1,"shout":"yes"},"pid":null}'), {
    uts: { look: 1 },
  });
});

test('the first time a step was done is the one that is kept', () => {
  assert.deepEqual(withStep({ uts: { look: 1 } }, 'uts', 'look', 9), { uts: { look: 1 } });
});

test('only steps that the lesson has count as done, in the lesson’s order', () => {
  const progress = { uts: { removed: 1, second: 2, first: 3 } };
  assert.deepEqual(doneAmong(progress, 'uts', ['first', 'second', 'third']), ['first', 'second']);
  assert.deepEqual(doneAmong(progress, 'constructor', ['name']), []);
});
