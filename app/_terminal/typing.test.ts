import assert from 'node:assert/strict';
import test from 'node:test';
import { bytesOfBinary, cutPaste, isInterrupt, keyText, typedCommand } from './typing.ts';

test('a command of one line is typed and entered', () => {
  assert.equal(typedCommand('hostname inside\n', true), 'hostname inside\r');
});

test('a command of several lines is one marked paste where the shell wants it', () => {
  assert.equal(
    typedCommand('for i in 1 2\ndo echo\ndone', true),
    '\x1b[200~for i in 1 2\ndo echo\ndone\x1b[201~\r',
  );
});

test('a command of several lines is entered line by line where pastes are not marked', () => {
  assert.equal(typedCommand('a\r\nb', false), 'a\rb\r');
});

test('control keys send their control character', () => {
  assert.equal(keyText('Ctrl-C'), '\x03');
  assert.equal(keyText('Ctrl-D'), '\x04');
  assert.equal(keyText('Ctrl-\\'), '\x1c');
});

test('named and plain keys send themselves, unknown ones nothing', () => {
  assert.equal(keyText('Enter'), '\r');
  assert.equal(keyText('q'), 'q');
  assert.equal(keyText('Hyper-X'), undefined);
});

test('a long paste is cut neither within a character nor within an escape sequence', () => {
  const cut = (text: string, length: number) =>
    new TextDecoder('utf-8', { fatal: true }).decode(cutPaste(Buffer.from(text), length));
  assert.equal(cut('abcdef', 6), 'abcdef');
  assert.equal(cut('abcdef', 4), 'abcd');
  assert.equal(cut('ab汉字', 4), 'ab');
  assert.equal(cut('ab汉字', 5), 'ab汉');
  assert.equal(cut('ab😀', 5), 'ab');
  assert.equal(cut('abc\x1b[200~def', 7), 'abc');
  assert.equal(cut('\x1b[A\x1b[B', 2), '\x1b[', 'but something goes, always');
  assert.equal(cutPaste(Buffer.alloc(20, 0x80), 10).byteLength, 10, 'what is no text, anywhere');
});

test('only a key that is pressed alone interrupts', () => {
  assert.deepEqual(['\x03', '\x1c', '\x1a', 'a', '\x03\x03', ''].map(isInterrupt), [
    true,
    true,
    true,
    false,
    false,
    false,
  ]);
});

test('binary reports keep their bytes', () => {
  assert.deepEqual([...bytesOfBinary('\x1b[M\xff')], [0x1b, 0x5b, 0x4d, 0xff]);
});
