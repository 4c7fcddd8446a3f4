import assert from 'node:assert/strict';
import test from 'node:test';
import { isAsProbed, parseEnd } from './prober.ts';

const parse = (text: string) => parseEnd(Buffer.from(text));

test('what the program tells of a probe is a line and what was printed', () => {
  assert.deepEqual(parse('0\nhello\n'), { exitCode: 0, printed: 'hello\n' });
  assert.deepEqual(parse('137\n'), { exitCode: 137, printed: '' });
  assert.deepEqual(parse('timeout\n0\n'), { exitCode: undefined, printed: '0\n' });
  assert.equal(parse(''), undefined);
  assert.equal(parse('0'), undefined);
  assert.equal(parse('hello\n0\n'), undefined);
});

test('a probe is true when its command ended so and printed that', () => {
  const probe = { command: ['true'], exit: 0, why: 'There is no other way to know it.' };
  assert.ok(isAsProbed(probe, { exitCode: 0, printed: '' }));
  assert.ok(!isAsProbed(probe, { exitCode: 1, printed: '' }));
  assert.ok(!isAsProbed(probe, { exitCode: undefined, printed: '' }));
  assert.ok(isAsProbed({ ...probe, prints: 'el' }, { exitCode: 0, printed: 'hello' }));
  assert.ok(!isAsProbed({ ...probe, prints: 'el' }, { exitCode: 0, printed: '' }));
  assert.ok(isAsProbed({ ...probe, exit: 7 }, { exitCode: 7, printed: '' }));
});
