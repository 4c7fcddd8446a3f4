import assert from 'node:assert/strict';
import test from 'node:test';
import { neighbour } from './panes.ts';

test('F6 goes round all parts of the page, both ways', () => {
  assert.equal(neighbour('lesson', false), 'machine');
  assert.equal(neighbour('xray', false), 'lesson');
  assert.equal(neighbour('lesson', true), 'xray');
});

test('from the top bar F6 goes to the lesson, and backwards to the X-ray', () => {
  assert.equal(neighbour(undefined, false), 'lesson');
  assert.equal(neighbour(undefined, true), 'xray');
});
