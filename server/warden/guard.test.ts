import assert from 'node:assert/strict';
import test from 'node:test';
import { shortage } from './guard.ts';
import { type HostGauges, readHostGauges } from './host-gauges.ts';

const GIB = 1024 ** 3;

const START: HostGauges = {
  totalBytes: 24 * GIB,
  unchargedBytes: GIB,
  memoryGroups: 100,
  ptys: 20,
  ptysMax: 3072,
};

const lab = (sandboxes: number, terminals = 2 * sandboxes) => ({ sandboxes, terminals });

test('an ordinary lab is short of nothing', () => {
  const busy = { ...START, unchargedBytes: 2 * GIB, memoryGroups: 2_500, ptys: 1_000 };
  assert.equal(shortage(START, START, lab(0)), undefined);
  assert.equal(shortage(START, busy, lab(500)), undefined);
});

test('memory that nobody is charged for is noticed', () => {
  const now = { ...START, unchargedBytes: 2 * GIB };
  assert.match(shortage(START, now, lab(2)) ?? '', /1024 MiB/);
});

test('groups without end are noticed', () => {
  const now = { ...START, memoryGroups: 1_000 };
  assert.match(shortage(START, now, lab(2)) ?? '', /900 more memory groups/);
});

test('pseudo-terminals are noticed before there is none left', () => {
  assert.match(shortage(START, { ...START, ptys: 2_500 }, lab(2)) ?? '', /2496 of the 3068/);
});

test('terminals that pages have opened are no shortage, but what is left can run short', () => {
  const full = lab(500, 3_000);
  assert.equal(shortage(START, { ...START, ptys: 3_050 }, full), undefined);
  assert.match(shortage(START, { ...START, ptys: 3_060 }, full) ?? '', /60 of the 72/);
});

test('a kernel that does not tell is short of nothing', () => {
  const silent = { totalBytes: 0, unchargedBytes: 0, memoryGroups: 0, ptys: 0, ptysMax: 0 };
  assert.equal(shortage(silent, silent, lab(3)), undefined);
});

test('the gauges of this host can be read', () => {
  const gauges = readHostGauges('glassbox-none');
  assert.ok(gauges.totalBytes > gauges.unchargedBytes && gauges.unchargedBytes > 0);
  assert.ok(gauges.ptysMax > 0);
});
