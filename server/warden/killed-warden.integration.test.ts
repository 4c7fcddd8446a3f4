import assert from 'node:assert/strict';
import { execFileSync, spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmdirSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import test, { type TestContext } from 'node:test';
import { labName } from '../configuration.ts';
import { eventually } from '../testing/eventually.ts';
import { groupsOf, livingNamespaces, mounts, processesOf } from '../testing/kernel-state.ts';
import { dataDirectory, startLab } from '../testing/lab.ts';
import { lowerdirs, openTestNative } from '../testing/native.ts';
import { newSecret, TestPage } from '../testing/page.ts';
import { MACHINE_HOSTNAME } from './sandbox.ts';
import { SANDBOX_LIMITS } from './sandbox-limits.ts';

const isAlive = (pid: number) => existsSync(`/proc/${pid}`);

/** Things of the host that look as much like ours as possible, and are not. */
async function makeForeign(context: TestContext) {
  const name = `glassbox-${randomBytes(4).toString('hex')}`;
  const hierarchy = ['/sys/fs/cgroup/pids', '/sys/fs/cgroup'].find(existsSync);
  assert.ok(hierarchy);
  const group = join(hierarchy, name, 'a1b2c3d4e5f6');
  mkdirSync(group, { recursive: true });

  // With the very ids that sandboxes run with, in a group that is named like one of a lab.
  const sleeper = spawn(
    'setpriv',
    ['--reuid=100000', '--regid=100000', '--clear-groups', 'sleep', '1000'],
    {
      stdio: 'ignore',
    },
  );
  assert.ok(sleeper.pid);
  const { pid } = sleeper;
  writeFileSync(join(group, 'cgroup.procs'), String(pid));

  const mountPoint = mkdtempSync(join(tmpdir(), 'glassbox-foreign-'));
  execFileSync('mount', ['-t', 'tmpfs', 'glassbox', mountPoint]);
  writeFileSync(join(mountPoint, 'file'), 'still here');
  context.after(async () => {
    execFileSync('umount', [mountPoint]);
    rmdirSync(mountPoint);
    sleeper.kill('SIGKILL');
    await eventually('the foreign process has left its group', () => {
      return readFileSync(join(group, 'cgroup.procs'), 'utf8') === '';
    });
    rmdirSync(group);
    rmdirSync(join(hierarchy, name));
  });
  return { pid, group, mountPoint };
}

/** A sandbox of another lab on the same host. */
async function makeNeighbour(context: TestContext) {
  const native = openTestNative(context);
  const id = randomBytes(6).toString('hex');
  const sandbox = await native.create({
    id,
    hostname: MACHINE_HOSTNAME,
    lowerdirs: lowerdirs(),
    idBase: 100_000,
    needs: [],
    attachments: [],
    ...SANDBOX_LIMITS,
  });
  return { native, id, sandbox };
}

test('after kill -9 of the warden the next start removes what it left, and nothing else', async (context) => {
  const foreign = await makeForeign(context);
  const neighbour = await makeNeighbour(context);
  const data = dataDirectory(context);
  const lab = labName(data);
  const mountsBefore = mounts();

  const first = startLab(context, ['--port', '0'], data);
  const address = await first.address();
  const states = await Promise.all(
    Array.from({ length: 5 }, async () => {
      const page = await TestPage.connect(address);
      const state = await page.hello(newSecret());
      const terminal = await page.open('machine');
      terminal.type(
        'setsid sleep 1000 & unshare --pid --fork sleep 1000 & echo go-$((20 + 1))-es\n',
      );
      await terminal.shows('go-21-es');
      return state;
    }),
  );
  const webPid = first.webPid();
  first.process.kill('SIGKILL');
  await first.ended();
  await eventually('web is dead, too', () => !isAlive(webPid));
  assert.ok(
    states.some(({ hostPid }) => isAlive(hostPid)),
    'there is something to remove',
  );
  assert.ok(processesOf(lab).length > 0);

  const second = startLab(context, ['--port', '0', '--warm', '0'], data);
  const secondAddress = await second.address();
  assert.match(second.printed, /removed what an earlier run had left/);
  for (const { id, hostPid } of states) {
    assert.ok(second.printed.includes(id), 'each is named');
    // The host's init reaps it when it gets to it.
    await eventually('its PID 1 is no more', () => !isAlive(hostPid));
  }
  assert.deepEqual(
    processesOf(lab).filter((pid) => groupOf(pid).includes(lab)),
    [],
  );
  assert.ok(groupsOf(lab).every((group) => !states.some(({ id }) => group.includes(id))));

  assert.ok(isAlive(foreign.pid), 'a foreign process lives');
  assert.ok(existsSync(foreign.group), 'a foreign group is there');
  assert.equal(readFileSync(join(foreign.mountPoint, 'file'), 'utf8'), 'still here');
  assert.ok(isAlive(neighbour.sandbox.pid), 'a sandbox of another lab lives');
  const { processes } = await neighbour.native.snapshot(neighbour.id, []);
  assert.equal(processes.length, 1);
  assert.deepEqual(mounts(), mountsBefore);

  const page = await TestPage.connect(secondAddress);
  const { fresh } = await page.hello(newSecret());
  assert.ok(fresh, 'and it works');
  await page.close();
  assert.equal(await second.stop(), 0);
  assert.deepEqual(groupsOf(lab), []);
  const { net } = neighbour.sandbox.namespaces;
  assert.deepEqual(livingNamespaces('net', new Set([net])), [net]);
  await neighbour.native.destroy(neighbour.id, neighbour.sandbox.pidfd);
});

function groupOf(pid: string): string {
  try {
    return readFileSync(`/proc/${pid}/cgroup`, 'utf8');
  } catch {
    return '';
  }
}
