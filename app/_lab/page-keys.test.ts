import assert from 'node:assert/strict';
import test from 'node:test';
import { pageKey } from './page-keys.ts';

const NONE = { ctrlKey: false, shiftKey: false, altKey: false, metaKey: false };
const pressed = (key: string, held: Partial<typeof NONE> = {}) =>
  pageKey({ key, ...NONE, ...held });

test('F6 is the page’s, in four ways', () => {
  assert.equal(pressed('F6')?.does, 'next-pane');
  assert.equal(pressed('F6', { shiftKey: true })?.does, 'previous-pane');
  assert.equal(pressed('F6', { ctrlKey: true })?.does, 'tabs');
  assert.equal(pressed('F6', { ctrlKey: true, shiftKey: true })?.does, 'maximise');
});

test('with Alt, PageUp and PageDown go from tab to tab', () => {
  assert.deepEqual(pressed('PageDown', { altKey: true }), { does: 'tab', step: 1 });
  assert.deepEqual(pressed('PageUp', { altKey: true }), { does: 'tab', step: -1 });
});

test('every other key is the program’s', () => {
  assert.equal(pressed('PageDown'), undefined);
  assert.equal(pressed('PageDown', { altKey: true, ctrlKey: true }), undefined);
  assert.equal(pressed('F6', { altKey: true }), undefined);
  assert.equal(pressed('F2'), undefined);
  assert.equal(pressed('1', { altKey: true }), undefined);
  assert.equal(pressed('Delete'), undefined);
});
