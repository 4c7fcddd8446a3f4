/** `npm test [-- SUITE…]`: runs the suites one after the other and adds up what they say. */
import { join } from 'node:path';
import { takeLock } from './lock.mjs';
import { add, failed, NOTHING, type Outcome } from './outcome.ts';
import { BUILD } from './paths.mjs';
import { report } from './stop.mjs';
import { parseSuites, type Suite } from './suites.ts';

type Row = { readonly suite: Suite; readonly outcome: Outcome; readonly seconds: number };

let interrupted = false;
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
  process.on(signal, () => {
    interrupted = true;
  });
}

try {
  const suites = parseSuites(process.argv.slice(2));
  takeLock(join(BUILD, 'test.lock'), {
    wait: () => console.log('Tests are already being run here; waiting for them.'),
  });
  const rows: Row[] = [];
  for (const suite of suites) rows.push(await runSuite(suite));
  printSummary(rows);
} catch (reason) {
  process.exitCode = report(reason);
  console.log('0 passed, 1 failed, 0 skipped');
}

async function runSuite(suite: Suite): Promise<Row> {
  console.log(
    `\n── ${suite.name}: ${suite.title} ${'─'.repeat(Math.max(0, 60 - suite.name.length - suite.title.length))}`,
  );
  const started = performance.now();
  const outcome = interrupted
    ? failed('not run: the tests were interrupted')
    : await suite.run(suite.minutes * 60_000).catch((reason) => {
        console.error(reason);
        return failed(`the runner: ${reason instanceof Error ? reason.message : reason}`);
      });
  const seconds = (performance.now() - started) / 1000;
  for (const failure of outcome.failures) console.log(`✗ ${failure}`);
  console.log(`${outcome.failed === 0 ? '✓' : '✗'} ${sentence(outcome)} (${seconds.toFixed(1)} s)`);
  return { suite, outcome, seconds };
}

function printSummary(rows: readonly Row[]): void {
  const line = (cells: readonly (string | number)[]) => {
    const [name = '', ...numbers] = cells;
    return `${String(name).padEnd(12)}${numbers.map((cell) => String(cell).padStart(9)).join('')}`;
  };
  console.log(`\n${line(['suite', 'passed', 'failed', 'skipped', 'seconds'])}`);
  for (const { suite, outcome, seconds } of rows) {
    console.log(
      line([suite.name, outcome.passed, outcome.failed, outcome.skipped, seconds.toFixed(1)]),
    );
  }
  const all = rows.map((row) => row.outcome).reduce(add, NOTHING);
  for (const { suite, outcome } of rows) {
    for (const failure of outcome.failures) console.log(`failed   ${suite.name}: ${failure}`);
    for (const reason of outcome.reasons) console.log(`skipped  ${suite.name}: ${reason}`);
  }
  process.exitCode = all.failed === 0 ? 0 : 1;
  console.log(`\n${sentence(all)}`);
}

function sentence(outcome: Outcome): string {
  return `${outcome.passed} passed, ${outcome.failed} failed, ${outcome.skipped} skipped`;
}
