import assert from 'node:assert/strict';
import test from 'node:test';
import { type Assertion, assertion, type CheckQuestion } from '../../protocol/check.ts';
import { NAMESPACES } from '../../protocol/namespace.ts';
import { madeUpEvidence, madeUpNamespaces, madeUpProcess } from '../../testing/evidence.ts';
import { askedAs, type Evidence, type Namespace, type Process } from './evidence.ts';
import { CheckProgress } from './progress.ts';

const question = (conditions: readonly Assertion[]): CheckQuestion => ({
  conditions: [...conditions],
  hints: [],
});

/** The processes, and the UTS namespaces with these hostnames. */
const evidence = (
  processes: readonly Process[],
  hostnames: Readonly<Record<string, string>> = { 6: 'machine' },
): Evidence => {
  const others = Object.entries(hostnames).map(
    ([inode, hostname]): Namespace => ({ type: 'uts', inode, owner: '1', hostname }),
  );
  const machine = madeUpNamespaces().filter(({ type }) => type !== 'uts');
  return madeUpEvidence(processes, { namespaces: [...machine, ...others] });
};

/** Parsed as a lesson's would be: what the schema refuses is not worth evaluating. */
function now(condition: Assertion, seen: Evidence): boolean {
  return new CheckProgress().look(question([assertion.parse(condition)]), seen).done;
}

const init = madeUpProcess();

test('a process matches when all that is said of it is true of the same process', () => {
  const shell = madeUpProcess({ command: 'bash', pids: [5001, 40, 1], namespaces: { pid: '33' } });
  const seen = evidence([init, shell]);
  assert.ok(now({ process: { command: 'bash', pid: 1, namespaces: { pid: 'other' } } }, seen));
  assert.ok(now({ process: { command: 'bash', namespaces: { uts: 'machine' } } }, seen));
  assert.ok(!now({ process: { command: 'bash', pid: 40 } }, seen));
  assert.ok(!now({ process: { command: 'init', namespaces: { pid: 'other' } } }, seen));
  assert.ok(!now({ process: { command: 'bas' } }, seen));
});

test('matching processes are counted', () => {
  const sleeps = [madeUpProcess({ command: 'sleep' }), madeUpProcess({ command: 'sleep' })];
  assert.ok(now({ process: { command: 'sleep' }, atLeast: 2 }, evidence(sleeps)));
  assert.ok(!now({ process: { command: 'sleep' }, atLeast: 3 }, evidence(sleeps)));
  assert.ok(!now({ process: { command: 'sleep' } }, evidence([])));
});

test('a zombie is none of the running', () => {
  const seen = evidence([madeUpProcess({ command: 'sleep', state: 'Z' })]);
  assert.ok(now({ process: { command: 'sleep', state: 'zombie' } }, seen));
  assert.ok(!now({ process: { command: 'sleep', state: 'running' } }, seen));
  assert.ok(now({ process: { command: 'sleep' } }, seen));
});

test('a namespace that could not be read is on neither side', () => {
  for (const type of NAMESPACES) {
    const seen = evidence([madeUpProcess({ namespaces: { [type]: null } })]);
    assert.ok(!now({ process: { namespaces: { [type]: 'machine' } } }, seen));
    assert.ok(!now({ process: { namespaces: { [type]: 'other' } } }, seen));
    assert.ok(!now({ namespace: { type, of: 'other' } }, seen));
  }
});

test('a hostname is compared in the namespace that is asked about', () => {
  const other = madeUpProcess({ namespaces: { uts: '66' } });
  const seen = evidence([init, other], { 6: 'machine', 66: 'box' });
  assert.ok(now({ namespace: { type: 'uts', of: 'other', hostname: 'box' } }, seen));
  assert.ok(now({ namespace: { type: 'uts', of: 'machine', hostname: 'machine' } }, seen));
  assert.ok(!now({ namespace: { type: 'uts', of: 'machine', hostname: 'box' } }, seen));
  assert.ok(!now({ namespace: { type: 'uts', of: 'other', hostname: 'machine' } }, seen));
});

test('another hostname is one that differs from what the machine has now', () => {
  const other = madeUpProcess({ namespaces: { uts: '66' } });
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
  const with_ = evidence([init, madeUpProcess({ command: 'nginx' })]);
  const without = evidence([init]);

  const progress = new CheckProgress();
  assert.deepEqual(progress.look(question([wasKilled]), without), {
    done: false,
    conditions: [false],
    hints: [],
  });
  assert.deepEqual(progress.look(question([wasKilled]), with_), {
    done: false,
    conditions: [false],
    hints: [],
  });
  assert.deepEqual(progress.look(question([wasKilled]), without), {
    done: true,
    conditions: [true],
    hints: [],
  });
});

test('a sequence deep inside another assertion does not miss its moment', () => {
  const here: Assertion = { process: { command: 'nginx' } };
  const later: Assertion = { process: { command: 'bash' } };
  const condition: Assertion = { all: [later, { sequence: [here, { not: here }] }] };
  const progress = new CheckProgress();
  progress.look(question([condition]), evidence([madeUpProcess({ command: 'nginx' })]));
  progress.look(question([condition]), evidence([]));
  assert.ok(
    progress.look(question([condition]), evidence([madeUpProcess({ command: 'bash' })])).done,
  );
});

test('two equal sequences in one check do not share what they remember', () => {
  const one: Assertion = { process: { command: 'one' } };
  const two: Assertion = { process: { command: 'two' } };
  const condition: Assertion = { any: [{ sequence: [one, two] }, { sequence: [two, one] }] };
  const progress = new CheckProgress();
  assert.ok(
    !progress.look(question([condition]), evidence([madeUpProcess({ command: 'two' })])).done,
  );
  assert.ok(
    progress.look(question([condition]), evidence([madeUpProcess({ command: 'one' })])).done,
  );
});

test('a check is done when all its conditions hold at one moment, and then stays done', () => {
  const one: Assertion = { process: { command: 'one' } };
  const two: Assertion = { process: { command: 'two' } };
  const both = evidence([madeUpProcess({ command: 'one' }), madeUpProcess({ command: 'two' })]);
  const progress = new CheckProgress();
  const look = (seen: Evidence) => progress.look(question([one, two]), seen);
  assert.deepEqual(look(evidence([madeUpProcess({ command: 'one' })])).conditions, [true, false]);
  assert.deepEqual(look(evidence([madeUpProcess({ command: 'two' })])), {
    done: false,
    conditions: [false, true],
    hints: [],
  });
  assert.deepEqual(look(both), { done: true, conditions: [true, true], hints: [] });
  assert.deepEqual(look(evidence([])), { done: true, conditions: [true, true], hints: [] });
});

test('a hint is due while its state lasts, and none is once the check is done', () => {
  const here: Assertion = { process: { command: 'nginx' } };
  const goal: Assertion = { process: { command: 'bash' } };
  const progress = new CheckProgress();
  const look = (...commands: string[]) =>
    progress.look(
      { conditions: [goal], hints: [here, { sequence: [here] }] },
      evidence(commands.map((command) => madeUpProcess({ command }))),
    );
  assert.deepEqual(look().hints, [false, false]);
  assert.deepEqual(look('nginx').hints, [true, true]);
  assert.deepEqual(look().hints, [false, true]);
  assert.deepEqual(look('nginx', 'bash'), {
    done: true,
    conditions: [true],
    hints: [false, false],
  });
});

test('what was not asked, or was cut, is neither true nor false', () => {
  const file = { of: 'machine', path: '/tmp/a' } as const;
  const seen = evidence([init]);
  assert.ok(!now({ file }, seen));
  assert.ok(!now({ not: { file } }, seen));
  const answered = { ...seen, answers: new Map([[askedAs(file), false]]) };
  assert.ok(now({ not: { file } }, answered));
  const nginx: Assertion = { process: { command: 'nginx' } };
  const cut = madeUpEvidence([init], { cut: ['processes'] });
  assert.ok(!now(nginx, cut));
  assert.ok(!now({ not: nginx }, cut));
  assert.ok(now({ not: nginx }, madeUpEvidence([init], { cut: ['mounts'] })));
});
