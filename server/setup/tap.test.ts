import assert from 'node:assert/strict';
import test from 'node:test';
import { parseTap } from './tap.ts';

test('results of several programs in a row are added up', () => {
  const output = 'ok 1 - maps ids\nnot ok 2 - mounts\n1..2\nok 1 - waits\n1..1\n';
  assert.deepEqual(parseTap(output), {
    passed: 2,
    failed: 1,
    skipped: 0,
    failures: ['mounts'],
    reasons: [],
  });
});

test('a skipped test keeps its reason', () => {
  const { skipped, reasons } = parseTap('1..1\nok 1 - version 2 # SKIP this host has version 1\n');
  assert.equal(skipped, 1);
  assert.deepEqual(reasons, ['version 2: this host has version 1']);
});

test('a program that crashed before its last test has failed', () => {
  const { failed, failures } = parseTap('1..3\nok 1 - a\nSegmentation fault\n');
  assert.equal(failed, 2);
  assert.deepEqual(failures, ['2 planned tests have not been run']);
});

test('indented lines and words that begin with ok are no results', () => {
  assert.equal(parseTap('    ok 1 - detail\nokay\n# ok\n').passed, 0);
});
