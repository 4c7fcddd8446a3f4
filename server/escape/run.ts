/**
 * `npm run test:escape [-- ways|exhaustion|all] [--only WORDS] [--tap]`: tries every known way out of a
 * real sandbox, and to starve its neighbour.
 */
import { parseArgs } from 'node:util';
import { runTool } from '../setup/run-tool.mjs';
import { report, Stop } from '../setup/stop.mjs';
import { runControls, tryAllWays } from './escape.ts';
import { exhaustAll } from './exhaustion.ts';
import { type Row, Rows } from './rows.ts';
import { World } from './world.ts';

const PARTS = ['ways', 'exhaustion', 'all'];

/** For `npm test`, which counts the lines of the Test Anything Protocol. */
function printTap(rows: readonly Row[]): void {
  for (const [index, { name, judgement }] of rows.entries()) {
    const { verdict, text } = judgement;
    const said = text.replaceAll(/[\p{Cc}#]/gu, ' ');
    if (verdict === 'open') console.log(`not ok ${index + 1} - ${name}: ${said}`);
    else console.log(`ok ${index + 1} - ${name}${verdict === 'skipped' ? ` # SKIP ${said}` : ''}`);
  }
  console.log(`1..${rows.length}`);
}

/** Says what came out of it, however it ends, and ends. */
function conclude(rows: Rows, tap: boolean): never {
  if (tap) printTap(rows.all);
  process.exit(rows.all.some(({ judgement }) => judgement.verdict === 'open') ? 1 : 0);
}

async function main(): Promise<void> {
  const { values, positionals } = parseArgs({
    options: { only: { type: 'string', default: '' }, tap: { type: 'boolean', default: false } },
    allowPositionals: true,
  });
  const [part = 'all'] = positionals;
  if (!PARTS.includes(part)) throw new Stop(`"${part}" is none of ${PARTS.join(', ')}.`);
  await runTool('escape', 'make', ['-C', 'native/escape']);
  const rows = new Rows();
  const world = await World.open();
  const close = () =>
    world.close().catch((error: unknown) => {
      console.error(error);
      rows.fail('the lab did not end as it should');
    });
  for (const signal of ['SIGTERM', 'SIGINT', 'SIGHUP'] as const) {
    process.once(signal, () => {
      rows.fail(`${signal} came while this was being tried`);
      void close().then(() => conclude(rows, values.tap));
    });
  }
  try {
    if (part !== 'exhaustion') {
      await runControls(world, rows);
      console.log('');
      await tryAllWays(world, rows, values.only);
      console.log('');
    }
    if (part !== 'ways') await exhaustAll(world, rows, values.only);
  } catch (error) {
    console.error(error);
    rows.fail(error instanceof Error ? error.message : String(error));
  }
  await close();
  conclude(rows, values.tap);
}

try {
  await main();
} catch (reason) {
  process.exit(report(reason));
}
