import assert from 'node:assert/strict';
import test from 'node:test';
import { failed, judge, NOTHING, passed } from './outcome.ts';
import { countPlaywright } from './run-suite.ts';

test('a suite that has run no test has failed', () => {
  assert.equal(judge(NOTHING, '').failed, 1);
});

test('a runner that crashed after tests that passed has failed', () => {
  const outcome = judge(passed(), 'signal SIGSEGV');
  assert.deepEqual([outcome.passed, outcome.failed], [1, 1]);
});

test('a runner that ends badly because a test failed counts that test once', () => {
  assert.equal(judge(failed('it adds'), 'exit code 1').failed, 1);
});

test('a time-out counts, whatever failed before', () => {
  assert.equal(judge(failed('it adds'), 'a time-out after 5 minutes').failed, 2);
});

test('a browser test that passes only at a second try has failed', () => {
  const spec = (title: string, status: 'expected' | 'flaky' | 'skipped') => ({
    title,
    file: 'lab.spec.ts',
    tests: [{ status, annotations: [{ type: 'skip', description: 'no WebGL' }] }],
  });
  const outcome = countPlaywright([
    {
      specs: [spec('a', 'expected')],
      suites: [{ specs: [spec('b', 'flaky'), spec('c', 'skipped')] }],
    },
  ]);
  assert.deepEqual(outcome, {
    passed: 1,
    failed: 1,
    skipped: 1,
    failures: ['lab.spec.ts: b (only at a second try)'],
    reasons: ['lab.spec.ts: c: no WebGL'],
  });
});
