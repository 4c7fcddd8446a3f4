import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import test, { type TestContext } from 'node:test';
import { ROOT } from './paths.mjs';

/** Runs a test file with the reporter and gives what it counted. */
function count(context: TestContext, body: string) {
  const folder = mkdtempSync(join(tmpdir(), 'glassbox-reporter-'));
  context.after(() => rmSync(folder, { recursive: true }));
  const file = join(folder, 'sample.test.ts');
  writeFileSync(file, `import test, { describe } from 'node:test';\n${body}\n`);
  const results = join(folder, 'results.json');
  const { NODE_TEST_CONTEXT: _, ...environment } = process.env;
  const { status } = spawnSync(
    process.execPath,
    ['--import', 'tsx', '--test', '--test-reporter=./server/setup/test-reporter.mjs', file],
    { cwd: ROOT, env: { ...environment, GLASSBOX_TEST_RESULTS: results } },
  );
  const { passed, failed, skipped, reasons } = JSON.parse(readFileSync(results, 'utf8'));
  return { status, passed, failed, skipped, reasons };
}

test('a test that holds others is not counted beside them', (context) => {
  const body = `
    test('parent', async (t) => { await t.test('one', () => {}); await t.test('two', () => {}); });
    describe('group', () => { test('three', () => {}); });`;
  assert.deepEqual(count(context, body), {
    status: 0,
    passed: 3,
    failed: 0,
    skipped: 0,
    reasons: [],
  });
});

test('a failure inside counts once, a skipped test with its reason', (context) => {
  const body = `
    test('parent', async (t) => { await t.test('bad', () => { throw new Error('no'); }); });
    test('later', { skip: 'needs version 2' }, () => {});`;
  assert.deepEqual(count(context, body), {
    status: 1,
    passed: 0,
    failed: 1,
    skipped: 1,
    reasons: ['later: needs version 2'],
  });
});

test('a file without a test, and one that ends in the middle, have failed', (context) => {
  assert.equal(count(context, '').failed, 1);
  assert.equal(count(context, "test('ends', () => { process.exit(3); });").failed, 1);
});
