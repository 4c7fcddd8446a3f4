import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { readdirSync } from 'node:fs';
import { tmpdir } from 'node:os';
import test from 'node:test';
import { eventually } from '../testing/eventually.ts';
import {
  descriptors,
  groupsOf,
  interfaces,
  livingNamespaces,
  loopDevices,
  mounts,
  processesOf,
} from '../testing/kernel-state.ts';
import { lowerdirs, openTestNative } from '../testing/native.ts';
import { Onlooker } from '../testing/onlooker.ts';
import { STAGE } from './janitor.ts';
import type { Sandbox } from './sandbox.ts';
import { SandboxRegistry } from './sandbox-registry.ts';

const SANDBOXES = 200;
const AT_ONCE = 20;

/** What a learner may leave running and mounted when the end comes. */
const MESS = [
  'ip netns add left; ip link add one type veth peer name two',
  'mount -t tmpfs left /mnt; mkdir /sys/fs/cgroup/*/left 2>/dev/null',
  'unshare --user --map-root-user --net --pid --fork --mount-proc sleep 1000 &',
  'setsid sleep 1000 & nohup sleep 1000 >/dev/null 2>&1 &',
  'exec 9<>/dev/ptmx; echo me-$((20 + 1))-ss',
].join('\n');

test('200 sandboxes come and go, half by kill -9, 20 at once, and nothing is left of them', async (context) => {
  const lab = `glassbox-${randomBytes(4).toString('hex')}`;
  const native = openTestNative(context, lab);
  const base = lowerdirs();
  const failed: unknown[] = [];
  let removed = 0;
  const registry = new SandboxRegistry({
    native,
    lowerdirs: base,
    attachments: [],
    sandboxesMax: AT_ONCE,
    warm: 0,
    life: { lifeMs: 600_000, lifeMaxMs: 600_000, extendMs: 0, idleMs: 600_000, awayMs: 600_000 },
    events: {
      made: () => {},
      handedOver: () => {},
      makeFailed: (_owner, error) => failed.push(error),
      gone: () => {},
      removed: () => {
        removed += 1;
      },
      removeFailed: (_sandbox, error) => failed.push(error),
      terminalEnded: () => {},
      inspectFailed: (_sandbox, error) => failed.push(error),
    },
  });

  const seen = { net: new Set<string>(), mnt: new Set<string>(), user: new Set<string>() };
  const live = async (number: number) => {
    const owner = randomBytes(32).toString('hex');
    const held = await registry.hold(owner);
    assert.ok(held.ok, JSON.stringify(held));
    const { sandbox } = held;
    // Without a page no room is kept for the owner's next one.
    registry.release(sandbox);
    for (const type of ['net', 'mnt', 'user'] as const) {
      seen[type].add(sandbox.created.namespaces[type]);
    }
    if (number % 5 === 0) {
      await makeMess(sandbox);
      // Else the look at the end would prove nothing.
      const { net } = sandbox.created.namespaces;
      assert.deepEqual(livingNamespaces('net', new Set([net])), [net]);
      assert.ok(groupsOf(lab).length > 0 && processesOf(lab).length > 5);
    }
    const before = removed;
    if (number % 2 === 0) process.kill(sandbox.created.pid, 'SIGKILL');
    else await registry.reset(owner);
    await eventually('it is removed', () => removed > before && sandbox.closed);
  };
  const wave = async (from: number) => {
    await Promise.all(Array.from({ length: AT_ONCE }, (_, at) => live(from + at)));
    await eventually('all of the wave are removed', () => registry.size === 0);
  };

  // The first wave warms up what is made once: threads, polling, lazy parts of Node.
  await wave(0);
  const look = () => ({
    processes: processesOf(lab),
    groups: groupsOf(lab),
    descriptors: descriptors(),
    mounts: mounts(),
    interfaces: interfaces(),
    loops: loopDevices(),
    stage: readdirSync(STAGE),
    temporary: readdirSync(tmpdir()).filter((name) => name.includes(lab)),
    layers: base.flatMap((directory) => readdirSync(directory)),
  });
  const before = look();

  for (let from = AT_ONCE; from < AT_ONCE + SANDBOXES; from += AT_ONCE) await wave(from);
  assert.equal(removed, AT_ONCE + SANDBOXES);
  assert.deepEqual(failed, []);

  await eventually('everything is as it was before', () => {
    try {
      assert.deepEqual(look(), before);
      return true;
    } catch {
      return false;
    }
  }).catch(() => assert.deepEqual(look(), before));
  for (const type of ['net', 'mnt', 'user'] as const) {
    await eventually(
      () => `no ${type} namespace is left`,
      () => livingNamespaces(type, seen[type]).length === 0,
    );
  }
  assert.deepEqual(await native.leftovers(), []);
  await native.close();
  assert.deepEqual(groupsOf(lab), []);
});

/** Fills a sandbox with what is hardest to clean up, through its own terminal, while it is watched. */
async function makeMess(sandbox: Sandbox): Promise<void> {
  const size = { columns: 80, rows: 24 };
  let text = '';
  let looks = 0;
  sandbox.watcher.add({
    key: 'x',
    checks: [{ conditions: [{ process: { command: 'sleep' } }], hints: [] }],
    xray: true,
    tellCheck: () => {
      looks += 1;
    },
    tellXray: () => {
      looks += 1;
    },
  });
  const terminal = sandbox.openTerminal('machine', size);
  sandbox.openTerminal('container', size);
  const onlooker = new Onlooker(terminal, {
    output: (_offset, payload) => {
      text += Buffer.from(payload).toString('latin1');
    },
  });
  onlooker.type(`${MESS}\n`);
  await eventually(
    () => `the mess is made; the terminal shows ${text}`,
    () => text.includes('me-21-ss'),
  );
  await eventually('it was looked at', () => looks >= 2);
}
