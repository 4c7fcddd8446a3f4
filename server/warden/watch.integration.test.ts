import assert from 'node:assert/strict';
import test from 'node:test';
import type { Assertion } from '../protocol/check.ts';
import { eventually } from '../testing/eventually.ts';
import { PATIENCE } from '../testing/patience.ts';
import { makeWatchedSandbox } from '../testing/watched-sandbox.ts';

test('a check turns green within a second of the deed, by whatever command', async (context) => {
  const { shell, watch, close } = await makeWatchedSandbox(context);
  const otherUts: Assertion = {
    namespace: { type: 'uts', of: 'other', hostname: { not: 'machine' } },
  };
  const machineKept: Assertion = {
    namespace: { type: 'uts', of: 'machine', hostname: 'machine' },
  };
  const { states, last } = watch([otherUts, machineKept]);
  await last((state) => !state.done && state.conditions[1] === true);
  const container = shell('container');
  container.type(
    'unshare --uts sh -c "echo in-$((20 + 1)); read -r _; hostname box; sleep 1000"\n',
  );
  await container.shows('in-21');
  await last((state) => !state.done);
  const did = performance.now();
  container.type('\n');
  await last((state) => state.done);
  assert.ok(performance.now() - did < 1000 * PATIENCE, `${performance.now() - did} ms`);
  assert.deepEqual(states.at(-1), { done: true, conditions: [true, true], hints: [] });
  assert.ok(
    states.every((state, at) => JSON.stringify(state) !== JSON.stringify(states[at - 1])),
    'only changes are told',
  );
  await close();
});

test('a sequence is remembered across watches, and what was done stays done', async (context) => {
  const { sandbox, shell, watch, close } = await makeWatchedSandbox(context);
  const asleep: Assertion = { process: { command: 'sleep', namespaces: { pid: 'other' }, pid: 1 } };
  const wasKilled: Assertion = { sequence: [asleep, { not: asleep }] };
  const first = watch([asleep, wasKilled], 'a/b');
  await first.last((state) => !state.done);
  const machine = shell('machine');
  machine.type('unshare --pid --fork sleep 1000 &\n');
  await first.last((state) => state.conditions[0] === true);
  sandbox.watcher.remove(first.handle);

  machine.type('pkill -9 sleep; echo ki-$((20 + 1))-lled\n');
  await machine.shows('ki-21-lled');
  const second = watch([asleep, wasKilled], 'a/b');
  await second.last((state) => !state.done && state.conditions[1] === true);
  machine.type('unshare --pid --fork sleep 1000 &\n');
  await second.last((state) => state.done);
  sandbox.watcher.remove(second.handle);
  const third = watch([asleep, wasKilled], 'a/b');
  await third.last((state) => state.done);
  const other = watch([asleep, wasKilled], 'a/other');
  await other.last((state) => !state.done);
  await close();
});

test('zombies, children of init and pids in their own namespace are seen as the kernel has them', async (context) => {
  const { shell, watch, close } = await makeWatchedSandbox(context);
  const { last } = watch([
    { process: { command: 'true', state: 'zombie' } },
    { process: { command: 'init', pid: 1, namespaces: { pid: 'machine', user: 'machine' } } },
    { process: { command: 'sleep', namespaces: { user: 'other', net: 'machine' } }, atLeast: 2 },
  ]);
  const machine = shell('machine');
  machine.type("sh -c '/bin/true & exec sleep 1000' &\n");
  machine.type('unshare --user sleep 1000 & unshare --user sleep 1000 &\n');
  await last((state) => state.done);
  await close();
});

test('the X-ray shows who is in the foreground of each terminal', async (context) => {
  const { shell, watch, close } = await makeWatchedSandbox(context);
  const { sees } = watch([{ process: { command: 'init' } }]);
  await sees(({ machine, container }) => machine === null && container === null);
  const machine = shell('machine');
  const container = shell('container');
  await sees((seen) => seen.machine?.command === 'bash' && seen.container?.command === 'bash');
  container.type('unshare --pid --fork --uts --mount-proc sleep 1000\n');
  await sees(({ container: side, machine: other }) => {
    const { pids, namespaces } = side ?? { pids: [], namespaces: undefined };
    return (
      side?.command === 'sleep' &&
      pids.length === 3 &&
      pids.at(-1) === 1 &&
      namespaces?.uts !== other?.namespaces.uts &&
      namespaces?.net === other?.namespaces.net &&
      side.hostUid === 100_000
    );
  });
  machine.type('hostname renamed; cat | cat\n');
  await sees(({ machine: side }) => side?.command === 'cat' && side.hostname === 'renamed');
  machine.type('\u0003');
  await sees(({ machine: side }) => side?.command === 'bash');
  machine.type('pkill -9 sleep\n');
  await sees(({ container: side }) => side?.command === 'bash');
  // As `box run -it` does, script passes on what is typed to a terminal of its own.
  container.type("script --quiet --command 'unshare --pid --fork sleep 1001' /dev/null\n");
  await sees(({ container: side }) => side?.command === 'sleep' && side.pids.at(-1) === 1);
  await close();
});

test('all watches of a sandbox share one look, and nobody is looked at without a watch', async (context) => {
  const { sandbox, watch, counts, close } = await makeWatchedSandbox(context);
  const condition: Assertion = { process: { command: 'init' } };
  const watches = Array.from({ length: 20 }, (_, at) => watch([condition], `a/${at}`));
  for (const { last } of watches) await last((state) => state.done);
  await eventually('several looks', () => counts.snapshots > 4);
  const [first] = watches;
  assert.ok(first);
  const { length } = first.states;
  sandbox.watcher.look(first.handle);
  await eventually('an answer, changed or not', () => first.states.length > length);
  for (const { handle } of watches) sandbox.watcher.remove(handle);
  assert.equal(counts.overlapping, 0);
  assert.ok(counts.snapshots < 20, `${counts.snapshots} looks`);
  // What is under way may end; after that there is none, however long one waits.
  await eventually('the last look has ended', () => counts.now === 0);
  const { snapshots } = counts;
  const again = watch([condition], 'a/again');
  await again.last((state) => state.done);
  assert.equal(counts.snapshots, snapshots + 1);
  await close();
});

test('checks of a step are told together, each with its conditions and the hints that are due', async (context) => {
  const { shell, watchAll, close } = await makeWatchedSandbox(context);
  const queueOn = (of: 'machine' | 'other'): Assertion => ({
    namespace: { type: 'ipc', of, queue: { kind: 'messages' } },
  });
  const { steps } = watchAll([
    {
      conditions: [queueOn('other'), { not: queueOn('machine') }],
      hints: [queueOn('machine'), { sequence: [queueOn('machine')] }],
    },
    { conditions: [{ process: { command: 'sleep', argument: '5001' } }], hints: [] },
  ]);
  const becomes = (state: unknown) =>
    eventually(
      () => JSON.stringify(steps.at(-1)),
      () => JSON.stringify(steps.at(-1)?.checks) === JSON.stringify(state),
    );
  const open = { done: false, conditions: [false], hints: [] };
  await becomes([{ done: false, conditions: [false, true], hints: [false, false] }, open]);
  const machine = shell('machine');
  machine.type('ipcmk --queue\n');
  await becomes([{ done: false, conditions: [false, false], hints: [true, true] }, open]);
  machine.type('ipcrm --all=msg\n');
  await becomes([{ done: false, conditions: [false, true], hints: [false, true] }, open]);
  machine.type('unshare --ipc sh -c "ipcmk --queue; sleep 5001"\n');
  const done = { done: true, conditions: [true], hints: [] };
  await becomes([{ done: true, conditions: [true, true], hints: [false, false] }, done]);
  assert.ok(steps.every(({ cut }) => !cut));
  await close();
});

test('it is told when the machine has more than the kernel was asked about, if a check needs it', async (context) => {
  const { shell, watchAll, close } = await makeWatchedSandbox(context);
  const mounts = watchAll(
    [
      {
        conditions: [
          { not: { namespace: { type: 'mnt', of: 'machine', mount: { target: '/x' } } } },
        ],
        hints: [],
      },
    ],
    'a/mounts',
  );
  const done = watchAll(
    [
      { conditions: [{ process: { command: 'sleep' } }], hints: [] },
      { conditions: [{ process: { command: 'nothing' } }], hints: [] },
    ],
    'a/process',
  );
  await eventually('the first is true', () => mounts.steps.at(-1)?.checks[0]?.done === true);
  const again = watchAll(
    [
      {
        conditions: [
          { not: { namespace: { type: 'mnt', of: 'machine', mount: { target: '/y' } } } },
          { process: { command: 'sleep' } },
        ],
        hints: [],
      },
    ],
    'a/again',
  );
  const machine = shell('machine');
  machine.type(
    'mkdir /tmp/m; for n in $(seq 400); do mount --bind /tmp/m /tmp/m; done; sleep 1000\n',
  );
  await eventually('the other is done', () => done.steps.at(-1)?.checks[0]?.done === true);
  await eventually(
    () => JSON.stringify(again.steps.at(-1)),
    () => again.steps.at(-1)?.cut === true,
  );
  // What was not seen may be there: then its opposite is not true either.
  assert.deepEqual(again.steps.at(-1)?.checks[0]?.conditions, [false, true]);
  assert.equal(done.steps.at(-1)?.cut, false);
  await close();
});

test('a probe is run while its check is watched, one at a time, and keeps no look waiting', async (context) => {
  const { sandbox, shell, watch, counts, close } = await makeWatchedSandbox(context);
  const why = 'Only a program that asks can tell what it is answered.';
  const { handle, states, last } = watch([
    { probe: { command: ['cat', '/tmp/said'], exit: 0, prints: 'glass', why } },
    { not: { probe: { command: ['sh', '-c', 'sleep 1000'], exit: 0, why } } },
    { process: { command: 'sleep', argument: '5002' } },
  ]);
  await eventually('it was looked at', () => counts.snapshots > 4);
  // Neither a probe that was not answered nor its opposite is true.
  assert.deepEqual(states[0], { done: false, conditions: [false, false, false], hints: [] });
  const machine = shell('machine');
  machine.type('echo "cat: glass" >&2; sleep 5002 &\n');
  const did = performance.now();
  await last(({ conditions }) => conditions[2] === true);
  assert.ok(performance.now() - did < 1900 * PATIENCE, `${performance.now() - did} ms`);
  await last(({ conditions }) => conditions[1] === true);
  assert.equal(states.at(-1)?.conditions[0], false);
  machine.type('echo glass > /tmp/said\n');
  await last((state) => state.done);
  sandbox.watcher.remove(handle);
  await close();
});

test('a probe can be seen neither by a check nor by the X-ray', async (context) => {
  const { watch, close } = await makeWatchedSandbox(context);
  const why = 'A probe that is long enough to be seen, were it seen.';
  const { states, last } = watch([
    { probe: { command: ['sleep', '1.5'], exit: 0, why } },
    { process: { command: 'sleep' } },
  ]);
  await last(({ conditions }) => conditions[0] === true);
  assert.ok(states.every(({ conditions }) => conditions[1] === false));
  await close();
});

test('a file is asked for while its check is watched', async (context) => {
  const { shell, watch, close } = await makeWatchedSandbox(context);
  const { last } = watch([
    { file: { of: 'machine', path: '/tmp/glass', is: 'glass' } },
    { not: { file: { of: { process: { command: 'sleep' } }, path: '/tmp/glass' } } },
    { process: { command: 'sleep' } },
  ]);
  const machine = shell('machine');
  machine.type('echo glass > /tmp/glass; sleep 1000 &\n');
  await last(({ conditions }) => `${conditions}` === 'true,false,true');
  machine.type('kill %1; unshare --mount sh -c "mount -t tmpfs none /tmp; exec sleep 1000"\n');
  await last((state) => state.done);
  await close();
});
