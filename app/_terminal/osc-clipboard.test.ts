import assert from 'node:assert/strict';
import test from 'node:test';
import { CLIPBOARD_BYTES_MAX, requestedClipboard } from './osc-clipboard.ts';

function base64(text: string): string {
  return Buffer.from(text).toString('base64');
}

test('a text for the clipboard is read, whatever the selection is called', () => {
  assert.equal(requestedClipboard(`c;${base64('Grüße 中文')}`), 'Grüße 中文');
  assert.equal(requestedClipboard(`;${base64('a')}`), 'a');
  assert.equal(requestedClipboard(`pc;${base64('a\nb')}`), 'a\nb');
});

test('a question for the clipboard is none for the learner', () => {
  assert.equal(requestedClipboard('c;?'), undefined);
});

test('what is no base64, no text or nothing is ignored', () => {
  for (const data of ['', 'c', 'c;', 'c;%%%', 'c;A', 'c;YWI=c', 'c;////'])
    assert.equal(requestedClipboard(data), undefined, data);
});

test('control characters are not carried elsewhere', () => {
  assert.equal(requestedClipboard(`c;${base64('a\x1b[201~\x03b\tc\n')}`), 'a[201~b\tc\n');
  assert.equal(requestedClipboard(`c;${base64('\x1b\x07')}`), undefined);
});

test('too much is ignored', () => {
  assert.notEqual(requestedClipboard(`c;${base64('a'.repeat(CLIPBOARD_BYTES_MAX))}`), undefined);
  assert.equal(requestedClipboard(`c;${base64('a'.repeat(CLIPBOARD_BYTES_MAX + 6))}`), undefined);
});
