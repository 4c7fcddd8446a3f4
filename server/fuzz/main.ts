/**
 * `npm run test:fuzz [-- CASES]`: a million things that a page or a web should not say, and what comes of
 * them. One in ten goes to the WebSocket of a real lab, where each violation costs a connection; the others go
 * to the warden's end of the line, parsed and dispatched as in the warden, at full speed.
 */
import { randomBytes } from 'node:crypto';
import { readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { BUILD } from '../setup/paths.mjs';
import { Stop } from '../setup/stop.mjs';
import { makeDataDirectory, TestLab } from '../testing/lab.ts';
import { prepareStage, STAGE } from '../warden/janitor.ts';
import { openNative } from '../warden/native.ts';
import { fuzzLink } from './fuzz-link.ts';
import { fuzzWeb } from './fuzz-web.ts';
import { openFuzzedWarden } from './fuzzed-warden.ts';
import { honestPage } from './honest-page.ts';
import { residentMiB } from './process-state.ts';
import { fuzzSeed } from './seed.ts';
import { Tally } from './tally.ts';

const WEBSOCKET_ONE_IN = 10;
const PROGRESS_EVERY = 100_000;

async function main(): Promise<void> {
  const cases = Number(process.argv[2] ?? 1_000_000);
  if (!Number.isInteger(cases) || cases < WEBSOCKET_ONE_IN) {
    throw new Stop('Say how many cases, at least 10: npm run test:fuzz -- 1000000');
  }
  const seed = fuzzSeed();
  console.log(`${cases} cases, GLASSBOX_FUZZ_SEED=${seed}, load ${load()}`);
  const began = performance.now();
  const tally = new Tally(PROGRESS_EVERY, (sentence) => {
    console.log(`${sentence}, after ${seconds(began)}`);
  });
  const toWeb = Math.floor(cases / WEBSOCKET_ONE_IN);
  const wrong = [
    ...(await ofWarden(seed, cases - toWeb, tally)),
    ...(await ofWeb(seed, toWeb, tally)),
  ];
  for (const line of tally.lines()) console.log(line);
  const all = [...wrong, ...tally.wrong];
  for (const each of all.slice(0, 50)) console.log(`wrong  ${each}`);
  console.log(`${tally.cases} cases in ${seconds(began)}, load ${load()}: ${all.length} wrong`);
  process.exitCode = all.length === 0 ? 0 : 1;
}

async function ofWarden(seed: number, cases: number, tally: Tally): Promise<readonly string[]> {
  const removeStage = prepareStage();
  const native = openNative({
    libraryDirectory: join(BUILD, 'native'),
    cgroupParent: `glassbox-${randomBytes(4).toString('hex')}`,
    stage: STAGE,
  });
  const warden = await openFuzzedWarden(native);
  try {
    await fuzzLink(warden, seed, cases, tally);
    console.log(`the warden's end: ${residentMiB(process.pid).toFixed(0)} MiB in this process`);
    return warden.failures;
  } finally {
    await warden.close();
    for (const id of await native.leftovers()) await native.destroy(id, undefined);
    await native.close();
    removeStage();
  }
}

async function ofWeb(seed: number, cases: number, tally: Tally): Promise<readonly string[]> {
  const data = makeDataDirectory();
  const lab = new TestLab(data, ['--port', '0', '--warm', '0']);
  try {
    const address = await lab.address();
    const pids = [lab.pid, lab.webPid()];
    const honest = await honestPage(address);
    await fuzzWeb(address, seed, cases, tally);
    const { keys, slowestMs } = await honest.stop();
    console.log(
      `${keys} keys of an honest page came back meanwhile, after ${slowestMs.toFixed(0)} ms at most`,
    );
    const [warden, web] = pids.map((pid) => residentMiB(pid).toFixed(0));
    console.log(`warden ${warden} MiB, web ${web} MiB`);
    return lab.webPid() === pids[1] ? [] : ['web was started anew'];
  } finally {
    await lab.stop();
    rmSync(data, { recursive: true, force: true });
  }
}

const load = () => readFileSync('/proc/loadavg', 'utf8').trim();
const seconds = (began: number) => `${((performance.now() - began) / 1000).toFixed(0)} s`;

try {
  await main();
} catch (error) {
  console.error(error instanceof Stop ? error.message : error);
  process.exitCode = 1;
}
