import assert from 'node:assert/strict';
import test from 'node:test';
import { logLine } from './log-line.ts';

test('a line of the log stays one line and commands no terminal', () => {
  const hostile =
    'web says: \x1b]0;title\x07\x1b[2J\x9b31m\r\n2026-01-01 a forged line\u202egpj.exe';
  const line = logLine(hostile);
  // biome-ignore lint/suspicious/noControlCharactersInRegex: that is what must not be there
  assert.doesNotMatch(line, /[\x00-\x1f\x7f-\x9f\u202e]/);
  assert.match(line, /^web says: {2}\]0;title/);
});

test('ordinary text of any language is left alone', () => {
  assert.equal(logLine('sandbox a1b2 made, 机器已创建, ü'), 'sandbox a1b2 made, 机器已创建, ü');
});

test('a line has an end', () => {
  assert.equal(logLine('x'.repeat(100_000)).length, 2_000);
});
