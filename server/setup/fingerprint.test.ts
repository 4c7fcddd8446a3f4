import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import test, { type TestContext } from 'node:test';
import { fingerprint } from './fingerprint.ts';

const NONE = /\.test\.ts$/;

/** A folder each, because digests of files are remembered while a program runs. */
function makeTree(context: TestContext, files: Record<string, string>): string {
  const root = mkdtempSync(join(tmpdir(), 'glassbox-fingerprint-'));
  context.after(() => rmSync(root, { recursive: true }));
  for (const [name, text] of Object.entries(files)) {
    mkdirSync(join(root, name, '..'), { recursive: true });
    writeFileSync(join(root, name), text);
  }
  return root;
}

test('the same files in another checkout have the same fingerprint', (context) => {
  const files = { 'src/a.ts': '1', 'src/deep/b.ts': '2' };
  const [one, other] = [makeTree(context, files), makeTree(context, files)];
  assert.equal(fingerprint(one, ['src'], NONE), fingerprint(other, ['src'], NONE));
});

test('another content and another name each give another fingerprint, a test file does not', (context) => {
  const print = (files: Record<string, string>) =>
    fingerprint(makeTree(context, files), ['src'], NONE);
  const first = print({ 'src/a.ts': '1' });
  assert.notEqual(first, print({ 'src/a.ts': '2' }));
  assert.notEqual(first, print({ 'src/b.ts': '1' }));
  assert.notEqual(first, print({ 'src/a.ts': '1', 'src/b.ts': '' }));
  assert.equal(first, print({ 'src/a.ts': '1', 'src/a.test.ts': '' }));
});

test('an input that is not there is an error and not nothing', (context) => {
  assert.throws(() => fingerprint(makeTree(context, {}), ['src'], NONE), /src is missing/);
});
