import { writeFileSync } from 'node:fs';
import { relative } from 'node:path';
import { inspect } from 'node:util';

/**
 * Reporter for Node's test runner: one line for each test as it ends, the error at once if it failed, and
 * the counts in a file for whoever runs several suites. A test that only holds other tests is not counted,
 * except when it is it that failed; a file without a test has failed.
 *
 * @param {AsyncIterable<{ type: string, data: any }>} source
 */
export default async function* report(source) {
  const results = {
    passed: 0,
    failed: 0,
    skipped: 0,
    /** @type {string[]} */ failures: [],
    /** @type {string[]} */ reasons: [],
  };
  /** Deepest level at which a test has ended since the last one at each level above: whose parent comes next. */
  let below = 0;
  let file = '';
  const { GLASSBOX_TEST_RESULTS: target } = process.env;
  // Again after each test: a run that has to be ended has counted what came before.
  const save = () => target && writeFileSync(target, JSON.stringify(results));
  for await (const { type, data } of source) {
    if (type === 'test:stdout' || type === 'test:stderr') yield data.message;
    if (type !== 'test:pass' && type !== 'test:fail') continue;
    const isParent = below > data.nesting || data.details?.type === 'suite';
    below = data.nesting;
    const isFile = data.nesting === 0 && data.file !== undefined && data.name.endsWith('.test.ts');
    const name = isFile ? relative(process.cwd(), data.name) : data.name;
    if (data.file && data.file !== file) {
      file = data.file;
      yield `\n${relative(process.cwd(), file)}\n`;
    }
    const indent = '  '.repeat(data.nesting + 1);
    const skip = data.skip ?? data.todo;
    if (skip !== undefined) {
      results.skipped += 1;
      results.reasons.push(
        `${name}: ${typeof skip === 'string' && skip !== '' ? skip : 'no reason given'}`,
      );
      yield `${indent}- ${name} (skipped)\n`;
    } else if (type === 'test:pass' && !isFile) {
      if (!isParent) results.passed += 1;
      yield `${indent}✓ ${name} (${Math.round(data.details.duration_ms)} ms)\n`;
    } else if (type === 'test:pass') {
      results.failed += 1;
      results.failures.push(`${name} has no test in it`);
      yield `${indent}✗ ${name} has no test in it\n`;
    } else if (data.details.error?.failureType !== 'subtestsFailed') {
      results.failed += 1;
      results.failures.push(`${relative(process.cwd(), file)}: ${name}`);
      const reason = inspect(data.details.error?.cause ?? data.details.error, { depth: 4 });
      yield `${indent}✗ ${name}\n${reason.replace(/^/gm, `${indent}  `)}\n`;
    }
    save();
  }
  save();
}
