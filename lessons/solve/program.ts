/**
 * `npm run lessons:solve [-- LESSON…] [--tap]`: plays lessons in fresh sandboxes, through real terminals, and
 * holds what happens against what they say.
 */
import { parseArgs } from 'node:util';
import { report, Stop } from '../../server/setup/stop.mjs';
import { closest } from '../format/problem.ts';
import { loadLessonsWithAnswers } from '../load.ts';
import { SolveLab } from './lab.ts';
import { type Result, type Row, solveLessons } from './solve.ts';

/** Whatever ends it, no machine stays behind. */
const SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;

/** For `npm test`, which counts the lines of the Test Anything Protocol. */
function printTap(results: readonly Result[]): void {
  for (const [index, { lesson, language, what, failure, skipped }] of results.entries()) {
    const skip = skipped === null ? '' : ` # SKIP ${skipped}`;
    const name = `${lesson} (${language}) ${what}`.replaceAll('#', '');
    console.log(`${failure === null ? 'ok' : 'not ok'} ${index + 1} - ${name}${skip}`);
  }
  console.log(`1..${results.length}`);
}

function printResult({ lesson, language, what, seconds, failure, skipped }: Result): void {
  const mark = failure !== null ? '✗' : skipped !== null ? '–' : '✓';
  console.log(`${mark} ${lesson} (${language}) ${what}  ${seconds.toFixed(1)} s`);
  if (skipped !== null) console.log(`  not played: ${skipped}`);
  if (failure !== null) console.log(failure.replaceAll(/^/gm, '  '));
}

const COLUMNS = ['steps', 'blocks', 'checks', 'wrong', 'quizzes', 'seconds', 'failed'] as const;

function printTable(rows: readonly Row[]): void {
  const line = (first: string, cells: readonly string[]): string =>
    `${first.padEnd(14)}${cells.map((cell) => cell.padStart(9)).join('')}`;
  const numbers = (row: Pick<Row, (typeof COLUMNS)[number]>): string[] =>
    COLUMNS.map((name) => (name === 'seconds' ? row.seconds.toFixed(1) : String(row[name])));
  console.log(`\n${line('lesson', COLUMNS)}`);
  for (const row of rows) console.log(line(`${row.lesson} ${row.language}`, numbers(row)));
  const sum = (name: (typeof COLUMNS)[number]): number => rows.reduce((n, row) => n + row[name], 0);
  const all = Object.fromEntries(COLUMNS.map((name) => [name, sum(name)]));
  console.log(
    line(
      'all',
      COLUMNS.map((name) => (all[name] ?? 0).toFixed(name === 'seconds' ? 1 : 0)),
    ),
  );
}

async function main(): Promise<void> {
  const { values, positionals } = parseArgs({
    options: { tap: { type: 'boolean', default: false } },
    allowPositionals: true,
  });
  const all = loadLessonsWithAnswers();
  const ids = [...new Set(all.map(({ lesson }) => lesson.id))];
  const unknown = positionals.find((name) => !ids.includes(name));
  if (unknown !== undefined) {
    const near = closest(unknown, ids);
    const hint = near === null ? '' : ` Did you mean ${near}?`;
    throw new Stop(`There is no lesson "${unknown}": there are ${ids.join(', ')}.${hint}`);
  }
  const wanted = positionals.length === 0 ? ids : positionals;
  const lab = new SolveLab();
  const results: Result[] = [];
  const interrupted = new Promise<never>((_, reject) => {
    for (const signal of SIGNALS)
      process.once(signal, () => reject(new Stop(`Ended by ${signal}.`)));
  });
  try {
    const lessons = all.filter(({ lesson }) => wanted.includes(lesson.id));
    const solved = solveLessons(lessons, lab, (result) => {
      results.push(result);
      printResult(result);
    });
    printTable(await Promise.race([solved, interrupted]));
  } finally {
    await lab.close();
  }
  if (values.tap) printTap(results);
  process.exitCode = results.some(({ failure }) => failure !== null) ? 1 : 0;
}

try {
  await main();
} catch (reason) {
  process.exitCode = report(reason);
}
process.exit();
