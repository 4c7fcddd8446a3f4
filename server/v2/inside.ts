/** `inside.ts [WORDS]`: runs in the virtual machine, started by its init, and tells the host the counts. */
import { appendFileSync } from 'node:fs';
import { failed } from '../setup/outcome.ts';
import { printHeading, printRow } from '../setup/summary.ts';
import { choosePlan } from './plan.ts';

/** The port that the host reads; see boot.ts. */
const RESULTS = '/run/results';

for (const { name, title, run } of choosePlan(process.argv.slice(2))) {
  printHeading(name, title);
  const started = performance.now();
  const outcome = await run().catch((reason: unknown) => {
    console.error(reason);
    return failed(`the runner: ${reason instanceof Error ? reason.message : reason}`);
  });
  const row = { name, outcome, seconds: (performance.now() - started) / 1000 };
  printRow(row);
  appendFileSync(RESULTS, `${JSON.stringify(row)}\n`);
}
