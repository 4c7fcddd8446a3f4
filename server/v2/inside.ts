/** `inside.ts PLAN`: runs in the virtual machine, started by its init, and tells the host the counts. */
import { appendFileSync } from 'node:fs';
import { failed } from '../setup/outcome.ts';
import { printHeading, printRow } from '../setup/summary.ts';
import { PLANS } from './plan.ts';

/** The port that the host reads; see boot.ts. */
const RESULTS = '/run/results';

const plan = process.argv[2] === 'smoke' ? PLANS.smoke : PLANS.full;
for (const { name, title, run } of plan) {
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
