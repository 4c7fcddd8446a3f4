import { existsSync, mkdirSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import { add, failed, judge, NOTHING, type Outcome, outcomeSchema, passed } from './outcome.ts';
import { BUILD } from './paths.mjs';
import { runProgram } from './run-program.ts';
import { parseTap } from './tap.ts';

/** Where the runners leave their counts. */
const RESULTS = join(BUILD, 'test');

/** A tool whose exit code is the whole answer: one test. Its output is shown if it fails. */
export async function runCheck(
  name: string,
  command: readonly string[],
  timeoutMs: number,
): Promise<Outcome> {
  const { ended, output } = await runProgram(command, { timeoutMs, show: false });
  if (ended === '') return passed();
  process.stdout.write(`${output.trimEnd()}\n`);
  return failed(`${name} ended with ${ended}`);
}

/** A program that prints the Test Anything Protocol. */
export async function runTap(command: readonly string[], timeoutMs: number): Promise<Outcome> {
  const { ended, output } = await runProgram(command, { timeoutMs, show: true });
  return judge(parseTap(output), ended);
}

/** Test files of Node's test runner, one after the other. */
export async function runNodeTests(
  name: string,
  files: readonly string[],
  timeoutMs: number,
): Promise<Outcome> {
  if (files.length === 0) return failed('there is no test file');
  const results = freshResults(name);
  const { ended } = await runProgram(
    [
      'node',
      ...['--import', 'tsx', '--test', '--test-concurrency=1'],
      '--test-reporter=./server/setup/test-reporter.mjs',
      ...files,
    ],
    { timeoutMs, show: true, env: { GLASSBOX_TEST_RESULTS: results } },
  );
  return judge(readResults(results, outcomeSchema) ?? NOTHING, ended);
}

/** The same with a runner and a limit of its own for each file: one that hangs does not take the others' time. */
export async function runEachFile(
  name: string,
  files: readonly string[],
  timeoutMs: number,
  fileTimeoutMs: number,
): Promise<Outcome> {
  if (files.length === 0) return failed('there is no test file');
  const deadline = performance.now() + timeoutMs;
  let all = NOTHING;
  for (const file of files) {
    const left = Math.max(1_000, deadline - performance.now());
    const outcome = await runNodeTests(name, [file], Math.min(fileTimeoutMs, left));
    all = add(all, { ...outcome, failures: outcome.failures.map((each) => inFile(file, each)) });
  }
  return all;
}

const inFile = (file: string, failure: string) =>
  failure.startsWith(file) ? failure : `${file}: ${failure}`;

type PlaywrightSuite = {
  readonly suites?: readonly PlaywrightSuite[] | undefined;
  readonly specs: readonly {
    readonly title: string;
    readonly file: string;
    readonly tests: readonly {
      readonly status: 'expected' | 'unexpected' | 'flaky' | 'skipped';
      readonly annotations: readonly {
        readonly type: string;
        readonly description?: string | undefined;
      }[];
    }[];
  }[];
};

const playwrightSuite: z.ZodType<PlaywrightSuite> = z.lazy(() =>
  z.object({
    suites: z.array(playwrightSuite).optional(),
    specs: z.array(
      z.object({
        title: z.string(),
        file: z.string(),
        tests: z.array(
          z.object({
            status: z.enum(['expected', 'unexpected', 'flaky', 'skipped']),
            annotations: z.array(
              z.object({ type: z.string(), description: z.string().optional() }),
            ),
          }),
        ),
      }),
    ),
  }),
);
const playwrightResults = z.object({ suites: z.array(playwrightSuite) });

/** The browser tests. One that passes only at a second try has failed. */
export async function runPlaywright(timeoutMs: number): Promise<Outcome> {
  const results = freshResults('e2e');
  const { ended } = await runProgram(
    [
      'node_modules/.bin/playwright',
      'test',
      '--config',
      'e2e/playwright.config.ts',
      '--reporter=list,json',
    ],
    { timeoutMs, show: true, env: { PLAYWRIGHT_JSON_OUTPUT_FILE: results } },
  );
  const report = readResults(results, playwrightResults);
  return judge(report ? countPlaywright(report.suites) : NOTHING, ended);
}

/** Counts what Playwright reports; exported for its test. */
export function countPlaywright(suites: readonly PlaywrightSuite[]): Outcome {
  const specs = suites.flatMap(function all(suite): PlaywrightSuite['specs'] {
    return [...suite.specs, ...(suite.suites ?? []).flatMap(all)];
  });
  const tests = specs.flatMap((spec) =>
    spec.tests.map((test) => ({ ...test, name: `${spec.file}: ${spec.title}` })),
  );
  const bad = tests.filter(({ status }) => status === 'unexpected' || status === 'flaky');
  const left = tests.filter(({ status }) => status === 'skipped');
  return {
    passed: tests.length - bad.length - left.length,
    failed: bad.length,
    skipped: left.length,
    failures: bad.map(({ name, status }) =>
      status === 'flaky' ? `${name} (only at a second try)` : name,
    ),
    reasons: left.map(
      ({ name, annotations }) =>
        `${name}: ${annotations.find(({ type }) => type === 'skip')?.description ?? 'no reason given'}`,
    ),
  };
}

function freshResults(name: string): string {
  mkdirSync(RESULTS, { recursive: true });
  const file = join(RESULTS, `${name}.json`);
  rmSync(file, { force: true });
  return file;
}

/** A runner that crashed has left no results: that is not the same as none to report, so `judge` decides. */
function readResults<T>(file: string, schema: z.ZodType<T>): T | undefined {
  return existsSync(file) ? schema.parse(JSON.parse(readFileSync(file, 'utf8'))) : undefined;
}
