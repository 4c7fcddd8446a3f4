import assert from 'node:assert/strict';
import test from 'node:test';
import { PROTOCOL_VERSION } from '../protocol/browser.ts';
import { TERMINALS } from '../protocol/identifiers.ts';
import { eventually } from '../testing/eventually.ts';
import { startLab, type TestLab } from '../testing/lab.ts';
import { TestPage } from '../testing/page.ts';
import { PAGE_LIMITS } from '../warden/sandbox-limits.ts';
import { fuzzWeb } from './fuzz-web.ts';
import { honestPage } from './honest-page.ts';
import { descriptorsOf, machinesOf, residentMiB, terminalsOf } from './process-state.ts';
import { fuzzSeed } from './seed.ts';
import { Tally } from './tally.ts';

const CASES = 10_000;
/** After these, all code has been compiled and all machines made. */
const WARM_UP = 1_000;
/** What the collectors may hold back. */
const GROWTH_MIB_MAX = 64;

test(`${CASES} malformed, misplaced and torn messages, frames and handshakes harm no one`, async (context) => {
  const seed = fuzzSeed();
  context.diagnostic(`GLASSBOX_FUZZ_SEED=${seed}`);
  const lab = startLab(context, ['--port', '0', '--warm', '0']);
  const address = await lab.address();
  const pids = [lab.pid, lab.webPid()];
  const honest = await honestPage(address);
  const tally = new Tally();
  await fuzzWeb(address, seed, WARM_UP, tally);
  const settled = await stillDescriptors(pids);
  const memory = pids.map(residentMiB);

  await fuzzWeb(address, seed + 1, CASES - WARM_UP, tally);

  for (const line of tally.lines()) context.diagnostic(line);
  assert.deepEqual(tally.wrong.slice(0, 20), []);
  const { keys, slowestMs } = await honest.stop();
  context.diagnostic(
    `${keys} keys of an honest page came back, after ${slowestMs.toFixed(0)} ms at most`,
  );
  assert.ok(keys > 0);
  assert.deepEqual([lab.pid, lab.webPid()], pids, 'no process was started anew');
  assert.doesNotMatch(lab.printed, /web died|failed|the link to web ended|does not allow/);
  await eventually(
    () =>
      `no descriptor more: ${JSON.stringify(pids.map(descriptorsOf))}, not ${JSON.stringify(settled)}`,
    () => pids.every((pid, at) => descriptorsOf(pid).length <= (settled[at]?.length ?? 0)),
  );
  await eventually(
    () => `${machinesOf(lab.pid)} machines and ${terminalsOf(lab.pid)} terminals are open`,
    () =>
      machinesOf(lab.pid) <= livingOf(lab) &&
      terminalsOf(lab.pid) <= livingOf(lab) * TERMINALS.length,
  );
  pids.forEach((pid, at) => {
    const grown = residentMiB(pid) - (memory[at] ?? 0);
    context.diagnostic(`process ${pid} has grown by ${grown.toFixed(0)} MiB`);
    assert.ok(grown < GROWTH_MIB_MAX, `${grown} MiB more`);
  });
  await allPlacesAreFree(address, '0'.padStart(32, 'f'));
});

/** Machines that the lab has made and not removed, by its log. */
const livingOf = ({ printed }: TestLab) =>
  [...printed.matchAll(/ made \S.* in /g)].length - [...printed.matchAll(/ removed in /g)].length;

/** Descriptors of each, when those of the connections that have just gone are gone too. */
async function stillDescriptors(pids: readonly number[]): Promise<string[][]> {
  let last = pids.map(descriptorsOf);
  return eventually('the connections have gone', async () => {
    const before = JSON.stringify(last);
    await new Promise((resolve) => setTimeout(resolve, 200));
    last = pids.map(descriptorsOf);
    return JSON.stringify(last) === before ? last : undefined;
  });
}

/** As many pages as may be there at once get on the machine and its terminal: none that went has kept a place. */
async function allPlacesAreFree(address: string, secret: string): Promise<void> {
  const pages: TestPage[] = [];
  for (let count = 0; count < Math.min(PAGE_LIMITS.holds, PAGE_LIMITS.attachments); count += 1) {
    const page = await TestPage.connect(address);
    pages.push(page);
    await page.hello(secret);
    await page.open('machine');
  }
  const another = await TestPage.connect(address);
  another.say({ type: 'hello', version: PROTOCOL_VERSION, secret, lesson: 'uts' });
  assert.equal((await another.hear('error')).error.code, 'lab-full');
  for (const page of [...pages, another]) await page.close();
}
