/** `npm run test:v2 [-- smoke | SUITE…]`: the tests of sandboxes on a machine that has nothing but cgroup v2. */
import { report } from '../setup/stop.mjs';
import { printSummary } from '../setup/summary.ts';
import { runOnV2 } from './boot.ts';

const HOURS_MAX = 4;

// The program that runs gets these first; this one then reports what was not finished.
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => {});

try {
  process.exitCode = printSummary(await runOnV2(process.argv.slice(2), HOURS_MAX * 3_600_000));
} catch (reason) {
  process.exitCode = report(reason);
  console.log('0 passed, 1 failed, 0 skipped');
}
