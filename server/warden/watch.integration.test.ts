import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import test, { type TestContext } from 'node:test';
import type { Assertion, CheckQuestion, CheckState, StepState } from '../protocol/check.ts';
import type { XraySnapshot } from '../protocol/xray.ts';
import { eventually } from '../testing/eventually.ts';
import { lowerdirs, openTestNative } from '../testing/native.ts';
import type { Native } from './native-interface.ts';
import { MACHINE_HOSTNAME, Sandbox } from './sandbox.ts';
import { SANDBOX_LIMITS } from './sandbox-limits.ts';
import type { Snapshot } from './snapshot.ts';
import type { Watch } from './watch.ts';

const SIZE = { columns: 80, rows: 24 };

/** A real sandbox; `snapshots` counts how often the kernel was asked, and how often twice at once. */
async function make(context: TestContext) {
  const native = openTestNative(context);
  const counts = { snapshots: 0, now: 0, overlapping: 0 };
  const counted: Native = {
    ...native,
    snapshot: async (...parameters): Promise<Snapshot> => {
      counts.snapshots += 1;
      counts.now += 1;
      if (counts.now > 1) counts.overlapping += 1;
      try {
        return await native.snapshot(...parameters);
      } finally {
        counts.now -= 1;
      }
    },
  };
  const id = randomBytes(6).toString('hex');
  const created = await native.create({
    id,
    hostname: MACHINE_HOSTNAME,
    lowerdirs: lowerdirs(),
    idBase: 100_000,
    needs: [],
    attachments: [],
    ...SANDBOX_LIMITS,
  });
  const sandbox = new Sandbox({
    id,
    needs: [],
    created,
    idleMs: 0,
    lifeMs: 0,
    native: counted,
    events: {
      terminalEnded: () => {},
      inspectFailed: (_sandbox, error) => assert.fail(`${error}`),
    },
  });
  const shell = (name: 'machine' | 'container') => {
    const terminal = sandbox.openTerminal(name, SIZE);
    let shown = '';
    const { attachment } = terminal.attach(0, SIZE, (_offset, payload) => {
      shown += Buffer.from(payload).toString('utf8');
    });
    terminal.send(attachment);
    return {
      type: (line: string) => terminal.type(attachment, Buffer.from(line)),
      shows: (text: string) =>
        eventually(
          () => `it shows ${text}; it shows ${shown}`,
          () => shown.includes(text),
        ),
    };
  };
  const watchAll = (checks: readonly CheckQuestion[], key = 'lesson/step') => {
    const steps: StepState[] = [];
    const snapshots: XraySnapshot[] = [];
    const handle: Watch = {
      key,
      checks,
      xray: true,
      tellCheck: (state) => steps.push(state),
      tellXray: (snapshot) => snapshots.push(snapshot),
    };
    sandbox.watcher.add(handle);
    return { handle, steps, snapshots };
  };
  const watch = (conditions: readonly Assertion[], key = 'lesson/step') => {
    const states: CheckState[] = [];
    const snapshots: XraySnapshot[] = [];
    const handle: Watch = {
      key,
      checks: [{ conditions: [...conditions], hints: [] }],
      xray: true,
      tellCheck: ({ checks }) => states.push(...checks),
      tellXray: (snapshot) => snapshots.push(snapshot),
    };
    sandbox.watcher.add(handle);
    const last = (matches: (state: CheckState) => boolean) =>
      eventually(
        () => `the state is right; it is ${JSON.stringify(states.at(-1))}`,
        () => states.length > 0 && states.slice(-1).every(matches),
      );
    const sees = (matches: (snapshot: XraySnapshot) => boolean) =>
      eventually(
        () => `the X-ray is right; it is ${JSON.stringify(snapshots.at(-1))}`,
        () => snapshots.length > 0 && snapshots.slice(-1).every(matches),
      );
    return { handle, states, snapshots, last, sees };
  };
  const close = async () => {
    const closed = sandbox.close();
    await native.destroy(id, created.pidfd);
    await closed;
  };
  return { sandbox, shell, watch, watchAll, counts, close };
}

test('a check turns green within a second of the deed, by whatever command', async (context) => {
  const { shell, watch, close } = await make(context);
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
  assert.ok(performance.now() - did < 1000, `${performance.now() - did} ms`);
  assert.deepEqual(states.at(-1), { done: true, conditions: [true, true], hints: [] });
  assert.ok(
    states.every((state, at) => JSON.stringify(state) !== JSON.stringify(states[at - 1])),
    'only changes are told',
  );
  await close();
});

test('a sequence is remembered across watches, and what was done stays done', async (context) => {
  const { sandbox, shell, watch, close } = await make(context);
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
  const { shell, watch, close } = await make(context);
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
  const { shell, watch, close } = await make(context);
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
  await close();
});

test('all watches of a sandbox share one look, and nobody is looked at without a watch', async (context) => {
  const { sandbox, watch, counts, close } = await make(context);
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
