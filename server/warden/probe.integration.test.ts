import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import test, { type TestContext } from 'node:test';
import { promisify } from 'node:util';
import { eventually } from '../testing/eventually.ts';
import { processesOf } from '../testing/kernel-state.ts';
import { Machine } from '../testing/machine.ts';
import { PATIENCE } from '../testing/patience.ts';
import { parseEnd } from './prober.ts';

const run = promisify(execFile);

/** A machine, and a function that probes it as the warden does. */
async function make(context: TestContext) {
  const machine = await Machine.make(context, []);
  const probe = async (...command: string[]) => {
    const { file, arguments: args } = machine.probeArguments(command);
    const began = performance.now();
    const { stdout } = await run(file, [...args], { encoding: 'buffer', maxBuffer: 1024 ** 2 });
    return { end: parseEnd(stdout), tookMs: performance.now() - began, bytes: stdout.byteLength };
  };
  return { machine, probe };
}

/** Who is in a lab's groups beside the machine's: what is probed, but for us and our children. */
const probed = (lab: string) =>
  processesOf(lab).filter((pid) => {
    try {
      return readFileSync(`/proc/${pid}/cgroup`, 'utf8').includes('/probe\n');
    } catch {
      return false;
    }
  });

const nobodyIsProbed = ({ lab }: Machine) =>
  eventually('nothing of the probe is left', () => probed(lab).length === 0);

test('a probe tells how a command of the machine’s root ended, and what it printed', async (context) => {
  const { probe } = await make(context);
  assert.deepEqual((await probe('sh', '-c', 'id -u; hostname; echo no >&2; exit 3')).end, {
    exitCode: 3,
    printed: '0\nmachine\n',
  });
  assert.deepEqual((await probe('nothing-like-this')).end, { exitCode: 127, printed: '' });
  assert.deepEqual((await probe('sh', '-c', 'kill -9 $$')).end, { exitCode: 137, printed: '' });
  assert.deepEqual((await probe('sh', '-c', 'cat; echo out > /dev/stdout; tty')).end, {
    exitCode: 1,
    printed: 'out\nnot a tty\n',
  });
});

test('a probe that does not end is ended, with all that it has started', async (context) => {
  const { machine, probe } = await make(context);
  const script = `
    setsid sh -c 'trap "" HUP TERM; while :; do sleep 1000; done' &
    (unshare --pid --fork setsid sleep 1001 &)
    echo begun; exec sleep 1002`;
  const { end, tookMs } = await probe('sh', '-c', script);
  assert.deepEqual(end, { exitCode: undefined, printed: 'begun\n' });
  assert.ok(tookMs > 1900 && tookMs < 3500 * PATIENCE, `${tookMs} ms`);
  await nobodyIsProbed(machine);
});

test('what a probe leaves behind ends with it', async (context) => {
  const { machine, probe } = await make(context);
  const { end, tookMs } = await probe('sh', '-c', 'setsid sleep 1000 & echo started');
  assert.deepEqual(end, { exitCode: 0, printed: 'started\n' });
  assert.ok(tookMs < 1500 * PATIENCE, `${tookMs} ms`);
  await nobodyIsProbed(machine);
});

test('a probe that prints without end costs no more than a little', async (context) => {
  const { probe } = await make(context);
  const { end, bytes, tookMs } = await probe('yes', 'a hostile line');
  assert.equal(end?.exitCode, undefined);
  assert.ok(bytes <= 16 * 1024 + 16, `${bytes}`);
  assert.ok(tookMs < 3500 * PATIENCE, `${tookMs} ms`);
  const bomb = await probe('sh', '-c', 'f() { f | f & f; }; f');
  assert.ok(bomb.tookMs < 5000 * PATIENCE, `${bomb.tookMs} ms`);
});

test('a probe is seen as one by the kernel, and counts toward the limits of the machine', async (context) => {
  const { machine, probe } = await make(context);
  const asked = probe('sleep', '1');
  const pid = await eventually('it runs', () =>
    probed(machine.lab).find((one) => readFileSync(`/proc/${one}/comm`, 'utf8') === 'sleep\n'),
  );
  const groups = readFileSync(`/proc/${pid}/cgroup`, 'utf8').trim().split('\n');
  const own = groups.filter((line) => line.endsWith('/machine'));
  assert.equal(own.length, groups.filter((line) => line.includes(`/${machine.lab}/`)).length - 1);
  assert.deepEqual(
    (await machine.snapshot([])).processes.map(({ command }) => command),
    ['init'],
    'it is no process of the machine',
  );
  // While it is being loaded, it has its libraries open.
  await eventually(
    'it has its standard files only',
    () => readdirSync(`/proc/${pid}/fd`).length === 3,
  );
  assert.ok(!readFileSync(`/proc/${pid}/environ`, 'utf8').includes('npm_'));
  assert.equal((await asked).end?.exitCode, 0);
});

test('a machine that goes while it is probed takes the probe with it', async (context) => {
  const { machine, probe } = await make(context);
  const asked = probe('sh', '-c', 'setsid sleep 1000 & sleep 1000');
  await eventually('both run', () => probed(machine.lab).length >= 2);
  await machine.destroy();
  const { end, tookMs } = await asked;
  assert.equal(end?.exitCode, 137);
  assert.ok(tookMs < 2500 * PATIENCE, `${tookMs} ms`);
});

test('a machine that is gone is not probed', async (context) => {
  const { machine } = await make(context);
  const { file, arguments: args } = machine.probeArguments(['true']);
  assert.ok(existsSync(file));
  await machine.destroy();
  await assert.rejects(run(file, [...args]));
});
