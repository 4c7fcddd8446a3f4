import assert from 'node:assert/strict';
import test from 'node:test';
import { safeAddress } from './link-address.ts';

test('only addresses of the web are links', () => {
  assert.equal(safeAddress('https://example.org/a?b#c'), 'https://example.org/a?b#c');
  assert.equal(safeAddress('http://127.0.0.1:8080'), 'http://127.0.0.1:8080/');
  for (const other of [
    'javascript:alert(1)',
    'JaVaScRiPt:alert(1)',
    ' javascript:alert(1)',
    'data:text/html,<script>alert(1)</script>',
    'file:///etc/passwd',
    'blob:https://example.org/1',
    'ftp://example.org',
    '//example.org',
    '/relative',
    '',
  ])
    assert.equal(safeAddress(other), undefined, other);
});

test('a host that looks like another shows what it is', () => {
  assert.equal(safeAddress('https://аpple.com/'), 'https://xn--pple-43d.com/');
});
