/**
 * `npm run test:escape [-- ways|exhaustion|all] [--only WORDS] [--tap]`: tries every known way out of a
 * real sandbox, and to starve its neighbour.
 */
import { parseArgs } from 'node:util';
import { runTool } from '../setup/run-tool.mjs';
import { report, Stop } from '../setup/stop.mjs';
import { type Result, runControls, tryAllWays } from './escape.ts';
import { exhaustAll } from './exhaustion.ts';
import { World } from './world.ts';

const PARTS = ['ways', 'exhaustion', 'all'];

/** For `npm test`, which counts the lines of the Test Anything Protocol. */
function printTap(results: readonly Result[]): void {
  for (const [index, { name, judgement }] of results.entries()) {
    const { verdict, text } = judgement;
    const bad = verdict === 'open' ? 'not ok' : 'ok';
    const skip = verdict === 'skipped' ? ` # SKIP ${text}` : '';
    console.log(`${bad} ${index + 1} - ${name}${skip}`);
  }
  console.log(`1..${results.length}`);
}

async function main(): Promise<void> {
  const { values, positionals } = parseArgs({
    options: { only: { type: 'string', default: '' }, tap: { type: 'boolean', default: false } },
    allowPositionals: true,
  });
  const [part = 'all'] = positionals;
  if (!PARTS.includes(part)) throw new Stop(`"${part}" is none of ${PARTS.join(', ')}.`);
  await runTool('escape', 'make', ['-C', 'native/escape']);
  const world = await World.open();
  const results: Result[] = [];
  try {
    if (part !== 'exhaustion') {
      results.push(...(await runControls(world)));
      console.log('');
      results.push(...(await tryAllWays(world, values.only)));
      console.log('');
    }
    if (part !== 'ways') results.push(...(await exhaustAll(world, values.only)));
  } finally {
    await world.close();
  }
  if (values.tap) printTap(results);
  process.exitCode = results.some(({ judgement }) => judgement.verdict === 'open') ? 1 : 0;
}

try {
  await main();
} catch (reason) {
  process.exitCode = report(reason);
}
process.exit();
