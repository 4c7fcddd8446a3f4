import assert from 'node:assert/strict';
import test from 'node:test';
import { cleanPaste, isToBeAsked, lineCount, onOneLine, PASTE_BYTES_MAX } from './paste.ts';

test('no control character of a paste reaches a program, but tabs and line ends', () => {
  const every = Array.from({ length: 0xa0 }, (_, code) => String.fromCharCode(code)).join('');
  const kept = cleanPaste(every);
  assert.equal(
    [...kept].filter((character) => /\p{Cc}/u.test(character)).join(''),
    '\t\n\n',
    'tab, line feed, and a carriage return that became one',
  );
  assert.match(kept, /ABC/);
});

test('a paste cannot end its own mark', () => {
  const hostile = 'ls\x1b[201~\nrm -rf /\n\x9b201~\x1b\x1b[201~[201~';
  const clean = cleanPaste(hostile);
  assert.equal(clean, 'ls[201~\nrm -rf /\n201~[201~[201~');
  // Taking out characters makes no new sequence of what is left.
  assert.equal(cleanPaste(clean), clean);
});

test('line ends of every system are one', () => {
  assert.equal(cleanPaste('a\r\nb\rc\nd'), 'a\nb\nc\nd');
});

test('more than one line is asked about where a program would run each', () => {
  assert.equal(isToBeAsked('ls -l', false), false);
  assert.equal(isToBeAsked('ls -l\n', false), false);
  assert.equal(isToBeAsked('ls\npwd', false), true);
});

test('where pastes are marked only many lines are asked about', () => {
  assert.equal(isToBeAsked('1\n2\n3\n4\n5\n', true), false);
  assert.equal(isToBeAsked('1\n2\n3\n4\n5\n6', true), true);
});

test('very much text is asked about, in bytes and not in characters', () => {
  assert.equal(isToBeAsked('a'.repeat(PASTE_BYTES_MAX), true), false);
  assert.equal(isToBeAsked('a'.repeat(PASTE_BYTES_MAX + 1), true), true);
  assert.equal(isToBeAsked('字'.repeat(PASTE_BYTES_MAX / 2), true), true);
});

test('a line end at the end begins no line', () => {
  assert.equal(lineCount('a'), 1);
  assert.equal(lineCount('a\n'), 1);
  assert.equal(lineCount('a\nb'), 2);
  assert.equal(lineCount('\n\n'), 2);
});

test('many lines become one, without their indents and without empty ones', () => {
  assert.equal(onOneLine('for i in 1 2\n  do echo $i\n\ndone\n'), 'for i in 1 2 do echo $i done');
});
