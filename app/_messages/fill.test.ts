import assert from 'node:assert/strict';
import test from 'node:test';
import { EN } from './en.ts';
import { fill } from './fill.ts';
import { ZH } from './zh.ts';

test('values take the places of their names', () => {
  assert.equal(fill('Step {step} of {total}', { step: 2, total: 8 }), 'Step 2 of 8');
});

test('a place without a value is refused', () => {
  assert.throws(() => fill('Step {step}', {}), /No value for \{step\}/);
});

/** Every string of a table by its path, such as `home.keys.0.does`. */
function strings(value: unknown, path: string): [string, string][] {
  if (typeof value === 'string') return [[path, value]];
  if (typeof value !== 'object' || value === null) return [];
  return Object.entries(value).flatMap(([key, inner]) => strings(inner, `${path}.${key}`));
}

test('both languages have the same texts with the same places, and none is empty', () => {
  const places = (text: string) => (text.match(/\{\w+\}/g) ?? []).sort().join(' ');
  const describe = (table: unknown) =>
    strings(table, 'text').map(([path, text]) => `${path} ${places(text)} ${text !== ''}`);
  assert.deepEqual(describe(ZH), describe(EN));
  assert.ok(describe(EN).every((line) => line.endsWith('true')));
});
