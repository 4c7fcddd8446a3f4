import assert from 'node:assert/strict';
import test from 'node:test';
import { FRAME_PAYLOAD_BYTES_MAX } from '../../server/protocol/frame.ts';
import { bytesOfBinary, inputPayloads, keyText, typedCommand } from './typing.ts';

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

test('a long paste is cut into frames without losing a byte', () => {
  const paste = Uint8Array.from(
    { length: 2 * FRAME_PAYLOAD_BYTES_MAX + 5 },
    (_, index) => index & 0xff,
  );
  const payloads = inputPayloads(paste);
  assert.deepEqual(
    payloads.map((payload) => payload.byteLength),
    [FRAME_PAYLOAD_BYTES_MAX, FRAME_PAYLOAD_BYTES_MAX, 5],
  );
  assert.deepEqual(Buffer.concat(payloads), Buffer.from(paste));
});

test('binary reports keep their bytes', () => {
  assert.deepEqual([...bytesOfBinary('\x1b[M\xff')], [0x1b, 0x5b, 0x4d, 0xff]);
});
