import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import {
  chmodSync,
  existsSync,
  mkdtempSync,
  readFileSync,
  readlinkSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import test from 'node:test';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { spawn } from 'node-pty';
import { NAMESPACES } from '../protocol/namespace.ts';
import { stepTrace } from '../protocol/trace.ts';
import { parseOptions } from '../setup/options.mjs';
import { eventually } from '../testing/eventually.ts';
import { groupsOf, processesOf } from '../testing/kernel-state.ts';
import { lowerdirs, openTestNative } from '../testing/native.ts';
import { NativeError, type SandboxSpec } from './native-interface.ts';
import { SANDBOX_LIMITS } from './sandbox-limits.ts';

const specOf = (changes: Partial<SandboxSpec> = {}): SandboxSpec => ({
  needs: [],
  attachments: [],
  ...SANDBOX_LIMITS,
  id: randomBytes(6).toString('hex'),
  hostname: 'machine',
  lowerdirs: lowerdirs(),
  idBase: 100_000,
  ...changes,
});

test('a creation says what the kernel says: its pid, its namespaces, and each call with its time', async (context) => {
  const native = openTestNative(context);
  const { pid, namespaces, cgroupVersion, trace } = await native.create(specOf());
  for (const type of NAMESPACES) {
    assert.equal(readlinkSync(`/proc/${pid}/ns/${type}`), `${type}:[${namespaces[type]}]`);
    const shared = readlinkSync(`/proc/self/ns/${type}`) === `${type}:[${namespaces[type]}]`;
    assert.equal(shared, false, `the ${type} namespace is the sandbox's own`);
  }
  const isPure = existsSync('/sys/fs/cgroup/cgroup.controllers');
  assert.equal(cgroupVersion, isPure ? 2 : 1);
  assert.deepEqual(stepTrace.parse(trace), trace);
  const clone = trace.find((call) => call.call.startsWith('clone3('));
  assert.ok(clone?.call.endsWith(`= ${pid}`), clone?.call);
  assert.ok(trace.at(-1)?.call.startsWith('execve("/sbin/init"'));
  // Parent and child work at the same time: each has an order of its own.
  for (const side of ['parent', 'child'] as const) {
    const calls = trace.filter((call) => call.side === side);
    for (const [index, call] of calls.entries()) {
      assert.ok(call.durationNs > 0, call.call);
      assert.ok(call.startedNs >= (calls[index - 1]?.startedNs ?? 0), call.call);
    }
  }
});

test('the event loop goes on turning while sandboxes are made and removed', async (context) => {
  const native = openTestNative(context);
  let turns = 0;
  const counting = async <T>(work: Promise<T>): Promise<T> => {
    let done = false;
    const finished = work.finally(() => {
      done = true;
    });
    for (; !done; turns += 1) await nextTurn();
    return finished;
  };
  const rounds = 10;
  for (let round = 0; round < rounds; round += 1) {
    const spec = specOf();
    const sandbox = await counting(native.create(spec));
    await counting(native.destroy(spec.id, sandbox.pidfd));
  }
  // Work done on this thread would be over after one turn, so there would be two in a round.
  assert.ok(turns > 10 * rounds, `${turns} turns in ${rounds} rounds`);
});

test('a step that fails says step, object, errno and what to do, and is undone', async (context) => {
  const lab = `glassbox-${randomBytes(4).toString('hex')}`;
  const native = openTestNative(context, lab);
  const groups = groupsOf(lab);
  const processes = processesOf(lab);
  const refusal = await native.create(specOf({ lowerdirs: ['/no/such/layer'] })).then(
    () => assert.fail('A sandbox without a root was made.'),
    (error: unknown) => error,
  );
  assert.ok(refusal instanceof NativeError);
  const { step, object, error, hint } = refusal.failure;
  assert.deepEqual(
    { step, object, error },
    { step: 'layers', object: '/no/such/layer', error: 'ENOENT' },
  );
  assert.match(hint, /\w.*\.$/);
  assert.equal(refusal.trace.at(-1)?.error, 'ENOENT');
  assert.deepEqual(groupsOf(lab), groups);
  assert.deepEqual(processesOf(lab), processes);
});

test('the end of PID 1 is told once, and not to who no longer wants to know', async (context) => {
  const native = openTestNative(context);
  const [first, second] = [specOf(), specOf({ idBase: 200_000 })];
  const [one, two] = await Promise.all([native.create(first), native.create(second)]);
  const told: string[] = [];
  native.onExit(one.pidfd, () => told.push('one'));
  const cancel = native.onExit(two.pidfd, () => told.push('two'));
  cancel();
  for (const { pid } of [two, one]) process.kill(pid, 'SIGKILL');
  await eventually('the end of the first is told', () => told.length > 0);
  await native.destroy(second.id, two.pidfd);
  await native.destroy(first.id, one.pidfd);
  assert.deepEqual(told, ['one']);
});

test('a shell that is put into a sandbox has its terminal, its groups and nothing of the server', async (context) => {
  const native = openTestNative(context);
  const spec = specOf();
  const sandbox = await native.create(spec);
  const script =
    'tty; cat /proc/self/cgroup | cut -d: -f3 | sort -u; env | sort; ls /proc/self/fd; exit 7';
  const enter = native.enterArguments(spec.id, sandbox, 2, ['/bin/sh', '-c', script]);
  const terminal = spawn(enter.file, [...enter.arguments], { env: { SECRET_OF_THE_SERVER: 'x' } });
  let shown = '';
  terminal.onData((text) => {
    shown += text;
  });
  const { exitCode } = await new Promise<{ exitCode: number }>((resolve) => {
    terminal.onExit(resolve);
  });
  assert.equal(exitCode, 7, shown);
  assert.match(shown, /^\/dev\/tty2\r\n/);
  assert.doesNotMatch(shown, /glassbox-[0-9a-f]{8}/, 'its group is the root of what it sees');
  assert.match(shown, /HOME=\/root/);
  assert.doesNotMatch(shown, /SECRET_OF_THE_SERVER/);
});

test('directories of the host are attached where the spec says', async (context) => {
  const native = openTestNative(context);
  // Beside the images: what is attached there is on a file system that can be mounted with other ids.
  const { images } = parseOptions([], process.env);
  const directory = mkdtempSync(join(images, 'attachment-'));
  chmodSync(directory, 0o755);
  context.after(() => rmSync(directory, { recursive: true }));
  writeFileSync(join(directory, 'file'), 'of the host');
  const target = '/srv/one/two';
  const { pid, missing } = await native.create(
    specOf({ attachments: [{ directory, target }], needs: ['netfilter'] }),
  );
  assert.equal(readFileSync(`/proc/${pid}/root${target}/file`, 'utf8'), 'of the host');
  assert.deepEqual(missing, []);
});
