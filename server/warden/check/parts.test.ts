import assert from 'node:assert/strict';
import test from 'node:test';
import { madeUpEvidence, madeUpNamespaces, madeUpProcess } from '../../testing/evidence.ts';
import { allows, isAmount } from './amount.ts';
import { hasCapability } from './capability.ts';
import { containersOf } from './container.ts';
import { numberIn } from './group.ts';
import { idInside, parseIdMap, shownId } from './id-map.ts';
import { matchingProcesses, uidsOf } from './process.ts';

test('an amount is exact, or has ends that belong to it', () => {
  assert.ok(isAmount(3, 3) && !isAmount(3, 4));
  assert.ok(isAmount({ atLeast: 3 }, 3) && !isAmount({ atLeast: 3 }, 2));
  assert.ok(isAmount({ atMost: 3 }, 3) && !isAmount({ atMost: 3 }, 4));
  assert.ok(isAmount({ atLeast: 1, atMost: 3 }, 2) && !isAmount({ atLeast: 1, atMost: 3 }, 4));
  assert.ok(!isAmount({ atMost: 3 }, undefined) && !isAmount({ atMost: 3 }, Number.NaN));
  assert.ok(allows(undefined, undefined) && !allows(0, undefined));
});

test('an id map has lines, and what none of them has is nobody', () => {
  const map = parseIdMap('         0     100000       1000\n      2000     300000          5\n');
  assert.deepEqual(map, [
    { inside: 0, host: 100_000, count: 1000 },
    { inside: 2000, host: 300_000, count: 5 },
  ]);
  assert.equal(idInside(map, 100_999), 999);
  assert.equal(idInside(map, 101_000), undefined);
  assert.equal(idInside(map, 300_004), 2004);
  assert.equal(shownId(map, 99), 65_534);
  assert.deepEqual(parseIdMap(''), []);
  assert.equal(shownId(parseIdMap(''), 100_000), 65_534);
  assert.equal(shownId(undefined, 100_000), undefined);
});

test('a process has an id in its own user namespace and one on the machine', () => {
  const inner = madeUpProcess({
    uids: [101_000, 101_000, 101_000, 101_000],
    namespaces: { user: '11' },
  });
  const user = { type: 'user', inode: '11', owner: '1', uidMap: '0 101000 1\n' } as const;
  const seen = madeUpEvidence([inner], { namespaces: madeUpNamespaces({}, [user]) });
  assert.deepEqual(uidsOf(inner, seen), { own: 0, machine: 1000 });
  const held = { ...user, uidMap: undefined };
  const unread = madeUpEvidence([inner], { namespaces: madeUpNamespaces({}, [held]) });
  assert.deepEqual(uidsOf(inner, unread), { own: undefined, machine: 1000 });
  assert.deepEqual(matchingProcesses({ uid: { own: 65_534 } }, unread), []);
});

test('a capability is a bit of its set', () => {
  assert.equal(hasCapability('0000000000000001', 'CAP_CHOWN'), true);
  assert.equal(hasCapability('0000000000000001', 'CAP_DAC_OVERRIDE'), false);
  assert.equal(hasCapability('0000000000200000', 'CAP_SYS_ADMIN'), true);
  assert.equal(hasCapability('0000010000000000', 'CAP_CHECKPOINT_RESTORE'), true);
  assert.equal(hasCapability('000001ffffffffff', 'CAP_NONSENSE'), undefined);
  assert.equal(hasCapability(undefined, 'CAP_CHOWN'), undefined);
  assert.equal(hasCapability('zz', 'CAP_CHOWN'), undefined);
});

test('a number of a control file is the first, or the one after its key', () => {
  assert.equal(numberIn('20\n', undefined), 20);
  assert.equal(numberIn('max\n', undefined), undefined);
  assert.equal(numberIn('max 100000\n', undefined), undefined);
  assert.equal(numberIn('low 0\noom 3\noom_kill 2\n', 'oom_kill'), 2);
  assert.equal(numberIn('low 0\noom 3\noom_kill 2\n', 'oom'), 3);
  assert.equal(numberIn('7:0 rbytes=4096 wbytes=8192\n', 'wbytes'), 8192);
  assert.equal(numberIn('low 0', 'high'), undefined);
  assert.equal(numberIn('low', 'low'), undefined);
  assert.equal(numberIn('', undefined), undefined);
});

test('containers are processes that have all namespaces in common', () => {
  const own = { pid: '33', mnt: '22' };
  const first = madeUpProcess({ pid: 10, parent: 1, pids: [10, 9, 1], namespaces: own });
  const child = madeUpProcess({ pid: 11, parent: 10, pids: [11, 8, 2], namespaces: own });
  const entered = madeUpProcess({ pid: 9, parent: 1, startedTicks: 200, namespaces: own });
  const waiting = madeUpProcess({ pid: 12, namespaces: { mnt: '22' } });
  const zombie = madeUpProcess({ pid: 13, state: 'Z', namespaces: { pid: '33', mnt: null } });
  const containers = containersOf(
    madeUpEvidence([madeUpProcess(), child, entered, first, waiting, zombie]),
  );
  assert.deepEqual(
    containers.map(({ own, first, processes }) => [
      own,
      first.pid,
      processes.map(({ pid }) => pid).sort((one, other) => one - other),
    ]),
    [
      [['mnt', 'pid'], 10, [9, 10, 11]],
      [['mnt'], 12, [12]],
    ],
  );
});

test('processes that claim to be their own ancestors are in no container of ours', () => {
  const one = madeUpProcess({ pid: 10, parent: 11, namespaces: { pid: '33' } });
  const other = madeUpProcess({ pid: 11, parent: 10, namespaces: { pid: '33' } });
  assert.deepEqual(containersOf(madeUpEvidence([one, other])), []);
});

test('names that read like something else are names', () => {
  const hostile = madeUpProcess({
    command: '"},{"pid":1,"co',
    arguments: ['constructor', '__proto__', '\u0000\ufffd\n'],
    groups: { __proto__: '/', constructor: '/mine' },
  });
  const seen = madeUpEvidence([hostile]);
  const count = (pattern: Parameters<typeof matchingProcesses>[0]) =>
    matchingProcesses(pattern, seen).length;
  assert.equal(count({ command: '"},{"pid":1,"co' }), 1);
  assert.equal(count({ command: 'init' }), 0);
  assert.equal(count({ argument: '__proto__' }), 1);
  assert.equal(count({ argument: '.*' }), 0);
  assert.equal(count({ group: '/mine' }), 1);
  assert.equal(count({ group: '/' }), 0);
});
