/** `npm test [-- SUITE…]`: runs the suites one after the other and adds up what they say. */
import { join } from 'node:path';
import { takeLock } from './lock.mjs';
import { failed } from './outcome.ts';
import { BUILD } from './paths.mjs';
import { report } from './stop.mjs';
import { parseSuites, type Suite } from './suites.ts';
import { printHeading, printRow, printSummary, type Row } from './summary.ts';

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
  process.exitCode = printSummary(rows);
} catch (reason) {
  process.exitCode = report(reason);
  console.log('0 passed, 1 failed, 0 skipped');
}

async function runSuite(suite: Suite): Promise<Row> {
  printHeading(suite.name, suite.title);
  const started = performance.now();
  const outcome = interrupted
    ? failed('not run: the tests were interrupted')
    : await suite.run(suite.minutes * 60_000).catch((reason) => {
        console.error(reason);
        return failed(`the runner: ${reason instanceof Error ? reason.message : reason}`);
      });
  const row = { name: suite.name, outcome, seconds: (performance.now() - started) / 1000 };
  printRow(row);
  return row;
}
