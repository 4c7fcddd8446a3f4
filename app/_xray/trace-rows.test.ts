import assert from 'node:assert/strict';
import test from 'node:test';
import { durationText, groupsOf, hueOfStep, totalNs } from './trace-rows.ts';

test('durations have three digits and the unit that fits', () => {
  assert.equal(durationText(640), '640 ns');
  assert.equal(durationText(12_345), '12.3 µs');
  assert.equal(durationText(1_420_000), '1.42 ms');
  assert.equal(durationText(2_000_000_000), '2 s');
});

test('a step has the hue of the namespace it is about', () => {
  assert.equal(hueOfStep('overlay'), 'overlay');
  assert.equal(hueOfStep('cgroup'), 'cgroup');
  assert.equal(hueOfStep('uts'), 'uts');
  assert.equal(hueOfStep('root'), 'mnt');
  assert.equal(hueOfStep('clone'), null);
  assert.equal(hueOfStep('rlimits'), null);
});

test('the total ends with the call that ended last, whichever side made it', () => {
  const call = { step: 'uts', side: 'child', call: 'sethostname()', error: null } as const;
  assert.equal(
    totalNs([
      { ...call, startedNs: 10, durationNs: 500 },
      { ...call, startedNs: 400, durationNs: 50 },
    ]),
    510,
  );
  assert.equal(totalNs([]), 0);
});

test('calls that belong to one step of one side stand together, in order', () => {
  const call = (step: string, side: 'parent' | 'child', error: string | null = null) => ({
    step,
    side,
    call: 'close(3)',
    startedNs: 0,
    durationNs: 10,
    error,
  });
  const groups = groupsOf([
    call('cgroup', 'parent'),
    call('cgroup', 'parent', 'EPERM'),
    call('user', 'parent'),
    call('user', 'child'),
    call('cgroup', 'child'),
  ]);
  assert.deepEqual(
    groups.map(({ step, side, calls, durationNs, failed }) => [
      step,
      side,
      calls.length,
      durationNs,
      failed,
    ]),
    [
      ['cgroup', 'parent', 2, 20, true],
      ['user', 'parent', 1, 10, false],
      ['user', 'child', 1, 10, false],
      ['cgroup', 'child', 1, 10, false],
    ],
  );
});
