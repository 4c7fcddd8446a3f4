import assert from 'node:assert/strict';
import test from 'node:test';
import { type Assertion, assertion } from '../protocol/check.ts';
import { NAMESPACES, type NamespaceName } from '../protocol/namespace.ts';
import { CheckProgress, type Evidence } from './evaluate.ts';
import type { InspectedProcess } from './native-interface.ts';

type Namespaces = Record<NamespaceName, string | null>;

const machine = {
  user: '1',
  mnt: '2',
  pid: '3',
  net: '4',
  ipc: '5',
  uts: '6',
  cgroup: '7',
  time: '8',
} as const satisfies Namespaces;

function process(
  change: Partial<Omit<InspectedProcess, 'namespaces'>> & { namespaces?: Partial<Namespaces> } = {},
): InspectedProcess {
  return {
    pid: 5000,
    parent: 1,
    processGroup: 5000,
    session: 5000,
    terminalDevice: 0,
    foregroundGroup: -1,
    pids: [5000, 1],
    uid: 100_000,
    state: 'S',
    command: 'init',
    ...change,
    namespaces: { ...machine, ...change.namespaces },
  };
}

const evidence = (
  processes: readonly InspectedProcess[],
  hostnames: Readonly<Record<string, string>> = { 6: 'machine' },
): Evidence => ({
  inspection: { processes, hostnames: new Map(Object.entries(hostnames)), truncated: false },
  machine,
  hostname: 'machine',
});

/** Parsed as a lesson's would be: what the schema refuses is not worth evaluating. */
function now(condition: Assertion, seen: Evidence): boolean {
  return new CheckProgress().look([assertion.parse(condition)], seen).done;
}

const init = process();

test('a process matches when all that is said of it is true of the same process', () => {
  const shell = process({ command: 'bash', pids: [5001, 40, 1], namespaces: { pid: '33' } });
  const seen = evidence([init, shell]);
  assert.ok(now({ process: { command: 'bash', pid: 1, namespaces: { pid: 'other' } } }, seen));
  assert.ok(now({ process: { command: 'bash', namespaces: { uts: 'machine' } } }, seen));
  assert.ok(!now({ process: { command: 'bash', pid: 40 } }, seen));
  assert.ok(!now({ process: { command: 'init', namespaces: { pid: 'other' } } }, seen));
  assert.ok(!now({ process: { command: 'bas' } }, seen));
});

test('matching processes are counted', () => {
  const sleeps = [process({ command: 'sleep' }), process({ command: 'sleep' })];
  assert.ok(now({ process: { command: 'sleep' }, atLeast: 2 }, evidence(sleeps)));
  assert.ok(!now({ process: { command: 'sleep' }, atLeast: 3 }, evidence(sleeps)));
  assert.ok(!now({ process: { command: 'sleep' } }, evidence([])));
});

test('a zombie is none of the running', () => {
  const seen = evidence([process({ command: 'sleep', state: 'Z' })]);
  assert.ok(now({ process: { command: 'sleep', state: 'zombie' } }, seen));
  assert.ok(!now({ process: { command: 'sleep', state: 'running' } }, seen));
  assert.ok(now({ process: { command: 'sleep' } }, seen));
});

test('a namespace that could not be read is on neither side', () => {
  for (const type of NAMESPACES) {
    const seen = evidence([process({ namespaces: { [type]: null } })]);
    assert.ok(!now({ process: { namespaces: { [type]: 'machine' } } }, seen));
    assert.ok(!now({ process: { namespaces: { [type]: 'other' } } }, seen));
    assert.ok(!now({ namespace: { type, of: 'other' } }, seen));
  }
});

test('a hostname is compared in the namespace that is asked about', () => {
  const other = process({ namespaces: { uts: '66' } });
  const seen = evidence([init, other], { 6: 'machine', 66: 'box' });
  assert.ok(now({ namespace: { type: 'uts', of: 'other', hostname: 'box' } }, seen));
  assert.ok(now({ namespace: { type: 'uts', of: 'machine', hostname: 'machine' } }, seen));
  assert.ok(!now({ namespace: { type: 'uts', of: 'machine', hostname: 'box' } }, seen));
  assert.ok(!now({ namespace: { type: 'uts', of: 'other', hostname: 'machine' } }, seen));
});

test('another hostname is one that differs from what the machine has now', () => {
  const other = process({ namespaces: { uts: '66' } });
  const differs = {
    namespace: { type: 'uts', of: 'other', hostname: { not: 'machine' } },
  } as const;
  assert.ok(!now(differs, evidence([init, other], { 6: 'machine', 66: 'machine' })));
  assert.ok(now(differs, evidence([init, other], { 6: 'machine', 66: 'box' })));
  assert.ok(!now(differs, evidence([init, other], { 6: 'box', 66: 'box' })));
  assert.ok(!now(differs, evidence([init, other], { 6: 'machine' })), 'unknown is not different');
  const renamed = {
    namespace: { type: 'uts', of: 'machine', hostname: { not: 'machine' } },
  } as const;
  assert.ok(now(renamed, evidence([init], { 6: 'box' })));
  assert.ok(!now(renamed, evidence([init])));
});

test('all, any and not mean what they say', () => {
  const seen = evidence([init]);
  const yes: Assertion = { process: { command: 'init' } };
  const no: Assertion = { process: { command: 'nginx' } };
  assert.ok(now({ all: [yes, yes] }, seen));
  assert.ok(!now({ all: [yes, no] }, seen));
  assert.ok(now({ any: [no, yes] }, seen));
  assert.ok(!now({ any: [no, no] }, seen));
  assert.ok(now({ not: no }, seen));
  assert.ok(!now({ not: { not: no } }, seen));
});

test('a sequence remembers what was, in its order only', () => {
  const here: Assertion = { process: { command: 'nginx' } };
  const wasKilled: Assertion = { sequence: [here, { not: here }] };
  const with_ = evidence([init, process({ command: 'nginx' })]);
  const without = evidence([init]);

  const progress = new CheckProgress();
  assert.deepEqual(progress.look([wasKilled], without), { done: false, conditions: [false] });
  assert.deepEqual(progress.look([wasKilled], with_), { done: false, conditions: [false] });
  assert.deepEqual(progress.look([wasKilled], without), { done: true, conditions: [true] });
});

test('a sequence deep inside another assertion does not miss its moment', () => {
  const here: Assertion = { process: { command: 'nginx' } };
  const later: Assertion = { process: { command: 'bash' } };
  const condition: Assertion = { all: [later, { sequence: [here, { not: here }] }] };
  const progress = new CheckProgress();
  progress.look([condition], evidence([process({ command: 'nginx' })]));
  progress.look([condition], evidence([]));
  assert.ok(progress.look([condition], evidence([process({ command: 'bash' })])).done);
});

test('two equal sequences in one check do not share what they remember', () => {
  const one: Assertion = { process: { command: 'one' } };
  const two: Assertion = { process: { command: 'two' } };
  const condition: Assertion = { any: [{ sequence: [one, two] }, { sequence: [two, one] }] };
  const progress = new CheckProgress();
  assert.ok(!progress.look([condition], evidence([process({ command: 'two' })])).done);
  assert.ok(progress.look([condition], evidence([process({ command: 'one' })])).done);
});

test('a check is done when all its conditions hold at one moment, and then stays done', () => {
  const one: Assertion = { process: { command: 'one' } };
  const two: Assertion = { process: { command: 'two' } };
  const both = evidence([process({ command: 'one' }), process({ command: 'two' })]);
  const progress = new CheckProgress();
  const look = (seen: Evidence) => progress.look([one, two], seen);
  assert.deepEqual(look(evidence([process({ command: 'one' })])).conditions, [true, false]);
  assert.deepEqual(look(evidence([process({ command: 'two' })])), {
    done: false,
    conditions: [false, true],
  });
  assert.deepEqual(look(both), { done: true, conditions: [true, true] });
  assert.deepEqual(look(evidence([])), { done: true, conditions: [true, true] });
});
