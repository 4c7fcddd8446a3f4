import assert from 'node:assert/strict';
import test from 'node:test';
import type { Pressure } from '../protocol/pressure.ts';
import { startLab } from '../testing/lab.ts';
import { newSecret, TestPage } from '../testing/page.ts';
import { pressures } from './pressure.ts';
import { SANDBOX_LIMITS } from './sandbox-limits.ts';

const CALM = {
  memoryMet: 3,
  killed: 0,
  processesRefused: 0,
  diskFull: false,
  filesFull: false,
};

test('a limit is told when its counter moves, and a full disk when it becomes full', () => {
  const kinds = (changes: Partial<typeof CALM>) =>
    pressures(CALM, { ...CALM, ...changes }).map(({ kind }) => kind);
  assert.deepEqual(kinds({}), []);
  // A process that was ended by a limit the learner has set is the learner's own affair.
  assert.deepEqual(kinds({ killed: 1 }), []);
  assert.deepEqual(kinds({ killed: 1, memoryMet: 4 }), ['memory']);
  assert.deepEqual(kinds({ processesRefused: 1 }), ['processes']);
  assert.deepEqual(kinds({ diskFull: true }), ['disk']);
  assert.deepEqual(pressures({ ...CALM, diskFull: true }, { ...CALM, diskFull: true }), []);
});

test('a learner who meets a limit is told which, in the page, and goes on', async (context) => {
  const lab = startLab(context);
  const page = await TestPage.connect(await lab.address());
  await page.hello(newSecret());
  const terminal = await page.open('machine');
  await terminal.shows(/[$#] /);
  const meets = async (kind: Pressure['kind'], command: string) => {
    terminal.type(`${command}; echo met-$((40 + 2))\n`);
    const { pressure } = await page.hear('pressure', (heard) => heard.pressure.kind === kind);
    assert.ok(pressure.limit > 0);
    await terminal.shows('met-42');
    return pressure;
  };
  const memory = await meets('memory', 'tail /dev/zero');
  assert.deepEqual(memory, { kind: 'memory', limit: SANDBOX_LIMITS.memoryBytes });
  await meets('disk', 'head -c 1G /dev/zero > /tmp/full');
  await page.close();
});
