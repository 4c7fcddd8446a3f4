import assert from 'node:assert/strict';
import test from 'node:test';
import { dataDirectory } from '../testing/lab.ts';
import { Chance } from './chance.ts';
import { churn } from './churn.ts';
import { killWardens } from './warden-kills.ts';

/** `npm run test:churn` runs 10,000; these few find what leaks often. */
const CYCLES = 300;
const SEED = 20_261_124;

test('300 sandboxes come and go, harmed in every way, and nothing is left of them', async () => {
  const report = await churn(CYCLES, SEED);
  assert.deepEqual(report.left, []);
  assert.ok(report.harm.killed > 0 && report.harm.faults > 10, JSON.stringify(report.harm));
  assert.ok(report.refused < CYCLES / 2, `${report.refused} could not be made`);
  const [warm, end] = report.residentMiB;
  assert.ok(end - warm < 64, `${warm} MiB have become ${end} MiB`);
});

test('labs that are killed while pages get their machines leave nothing to the next', async (context) => {
  assert.deepEqual(await killWardens(dataDirectory(context), 2, new Chance(SEED)), []);
});
