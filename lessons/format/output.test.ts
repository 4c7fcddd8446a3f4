import assert from 'node:assert/strict';
import test from 'node:test';
import { matchesOutput, parseOutput, plainText } from './output.ts';

const matches = (expected: string, actual: string): boolean =>
  matchesOutput(parseOutput(expected), actual);

test('what varies is cut out of a line, and an escaped bracket is a bracket', () => {
  assert.deepEqual(parseOutput('uts:[<4026531838>]'), [
    [
      { text: 'uts:[', varies: false },
      { text: '4026531838', varies: true },
      { text: ']', varies: false },
    ],
  ]);
  assert.deepEqual(parseOutput('a \\<b> c'), [[{ text: 'a <b> c', varies: false }]]);
});

test('plain text has to be the same', () => {
  assert.ok(matches('machine', 'machine\r\n'));
  assert.ok(!matches('machine', 'machines\r\n'));
  assert.ok(!matches('machine', ''));
  assert.ok(!matches('machine', 'machine\r\nmore\r\n'));
});

test('characters that mean something in a pattern mean themselves', () => {
  assert.ok(matches('[1] (a+b)* $x.', '[1] (a+b)* $x.\n'));
  assert.ok(!matches('a.b', 'acb\n'));
});

test('a sample stands for any text, but not for none and not for a line break', () => {
  assert.ok(matches('uts:[<1>]', 'uts:[4026532290]\n'));
  assert.ok(!matches('uts:[<1>]', 'uts:[]\n'));
  assert.ok(!matches('<1>', 'one\ntwo\n'));
});

test('the same sample twice is the same text twice, and another sample may be another', () => {
  assert.ok(matches('parent <150>\nchild <150>', 'parent 7\nchild 7\n'));
  assert.ok(!matches('parent <150>\nchild <150>', 'parent 7\nchild 8\n'));
  assert.ok(matches('parent <150>\nchild <151>', 'parent 7\nchild 8\n'));
});

test('an ellipsis alone stands for any number of lines, in a line for anything', () => {
  assert.ok(matches('first\n<…>\nlast', 'first\nlast\n'));
  assert.ok(matches('first\n<…>\nlast', 'first\n1\n2\nlast\n'));
  assert.ok(matches('<…>', ''));
  assert.ok(matches('1 <…> bash', '  1 pts/0    00:00:00 bash\n'));
  assert.ok(!matches('first\n<…>\nlast', 'first\n1\n'));
});

test('columns may be as wide as they like', () => {
  assert.ok(matches('PID TTY\n1 <x>', '    PID TTY     \n      1 pts/0\n'));
  assert.ok(matches('NSpid: <9> 1', 'NSpid:\t145\t1\r\n'));
});

test('colours, titles, bracketed paste and carriage returns are not text', () => {
  const bytes = '\u001b[?2004l\r\u001b]0;title\u0007\u001b[1mbold\u001b[0m\r\n12\r34\r\n';
  assert.deepEqual(plainText(bytes), ['bold', '34', '']);
  assert.deepEqual(plainText('1\r2\r3\n'), ['3', '']);
});
