import { add, NOTHING, type Outcome } from './outcome.ts';

/** What one suite came to, for the table at the end. */
export type Row = { readonly name: string; readonly outcome: Outcome; readonly seconds: number };

/** The line above a suite's own output. */
export function printHeading(name: string, title: string): void {
  console.log(`\n── ${name}: ${title} ${'─'.repeat(Math.max(0, 60 - name.length - title.length))}`);
}

/** The lines below it. */
export function printRow({ outcome, seconds }: Row): void {
  for (const failure of outcome.failures) console.log(`✗ ${failure}`);
  console.log(`${outcome.failed === 0 ? '✓' : '✗'} ${sentence(outcome)} (${seconds.toFixed(1)} s)`);
}

/** The table of all suites, what failed, what was skipped and why. Gives the exit code. */
export function printSummary(rows: readonly Row[]): number {
  const line = (cells: readonly (string | number)[]) => {
    const [name = '', ...numbers] = cells;
    return `${String(name).padEnd(14)}${numbers.map((cell) => String(cell).padStart(9)).join('')}`;
  };
  console.log(`\n${line(['suite', 'passed', 'failed', 'skipped', 'seconds'])}`);
  for (const { name, outcome, seconds } of rows) {
    console.log(line([name, outcome.passed, outcome.failed, outcome.skipped, seconds.toFixed(1)]));
  }
  const all = rows.map((row) => row.outcome).reduce(add, NOTHING);
  for (const { name, outcome } of rows) {
    for (const failure of outcome.failures) console.log(`failed   ${name}: ${failure}`);
    for (const reason of outcome.reasons) console.log(`skipped  ${name}: ${reason}`);
  }
  console.log(`\n${sentence(all)}`);
  return all.failed === 0 ? 0 : 1;
}

function sentence(outcome: Outcome): string {
  return `${outcome.passed} passed, ${outcome.failed} failed, ${outcome.skipped} skipped`;
}
