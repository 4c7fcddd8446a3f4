import { randomBytes } from 'node:crypto';
import type { TestContext } from 'node:test';
import type { Assertion, CheckQuestion, CheckState, StepState } from '../protocol/check.ts';
import type { XraySnapshot } from '../protocol/xray.ts';
import { FloodQueue } from '../warden/flood-queue.ts';
import type { Native } from '../warden/native-interface.ts';
import { MACHINE_HOSTNAME, Sandbox } from '../warden/sandbox.ts';
import { SANDBOX_LIMITS } from '../warden/sandbox-limits.ts';
import type { Snapshot, SnapshotSection } from '../warden/snapshot.ts';
import type { Watch } from '../warden/watch.ts';
import { eventually } from './eventually.ts';
import { lowerdirs, openTestNative } from './native.ts';
import { Onlooker } from './onlooker.ts';

const SIZE = { columns: 80, rows: 24 };

/** A real sandbox; `snapshots` counts how often the kernel was asked, and how often twice at once. */
export async function makeWatchedSandbox(context: TestContext) {
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
    native: counted,
    floods: new FloodQueue(),
    events: {
      terminalEnded: () => {},
      inspectFailed: (_sandbox, error) => {
        throw error;
      },
    },
  });
  const shell = (name: 'machine' | 'container') => {
    const terminal = sandbox.openTerminal(name, SIZE);
    let shown = '';
    const onlooker = new Onlooker(terminal, {
      output: (_offset, payload) => {
        shown += Buffer.from(payload).toString('utf8');
      },
    });
    return {
      type: (line: string) => onlooker.type(line),
      /** Waits for a text, or for what an expression finds. */
      shows: (text: string | RegExp) =>
        eventually(
          () => `it shows ${text}; it shows ${shown}`,
          () =>
            (typeof text === 'string' ? shown.includes(text) && [text] : text.exec(shown)) ?? false,
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
  const take = (sections: readonly SnapshotSection[]) => native.snapshot(id, sections);
  return { sandbox, shell, watch, watchAll, take, counts, close };
}
