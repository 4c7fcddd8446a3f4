import assert from 'node:assert/strict';
import test from 'node:test';
import { DEFAULT_LAYOUT, moveDivider, parseLayout } from './layout.ts';

test('a divider stops at its bounds', () => {
  assert.equal(moveDivider(DEFAULT_LAYOUT, 'lesson', 90).lesson, 50);
  assert.equal(moveDivider(DEFAULT_LAYOUT, 'terminals', -3).terminals, 20);
});

test('moving one divider leaves the others', () => {
  assert.deepEqual(moveDivider(DEFAULT_LAYOUT, 'xray', 70), { ...DEFAULT_LAYOUT, xray: 70 });
});

test('a remembered layout comes back, within the bounds', () => {
  assert.deepEqual(parseLayout('{"lesson":40,"terminals":60,"xray":99}'), {
    lesson: 40,
    terminals: 60,
    xray: 85,
  });
});

test('a layout that cannot be read is the default', () => {
  for (const text of [null, '', 'no', '{"lesson":"wide"}'])
    assert.deepEqual(parseLayout(text), DEFAULT_LAYOUT);
});
