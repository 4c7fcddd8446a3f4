import assert from 'node:assert/strict';
import { monitorEventLoopDelay, performance } from 'node:perf_hooks';
import test from 'node:test';
import type { Assertion } from '../protocol/check.ts';
import { eventually } from '../testing/eventually.ts';
import { makeWatchedSandbox } from '../testing/watched-sandbox.ts';

const PROCESSES = 200;
const LOOKS = 30;

/** What keeps the evaluator busy: every kind, and half of them about each process. */
const CONDITIONS: readonly Assertion[] = [
  { process: { argument: 'nothing', uid: { own: 7, machine: 7 } } },
  {
    process: { command: 'sleep', capabilities: { effective: { lacks: ['CAP_SYS_MODULE'] } } },
    beside: { process: { command: 'sleep' }, shares: ['net', 'pid'], differs: ['uts'] },
  },
  { namespace: { type: 'net', of: 'other', interface: { name: 'glass' } } },
  { namespace: { type: 'mnt', of: 'machine', mount: { target: '/glass' } } },
  { namespace: { type: 'ipc', of: 'machine', queue: { kind: 'messages' } } },
  { container: { own: ['pid'], first: { pid: 1 } } },
  { group: { path: '/glass', files: [{ name: 'pids.max', number: 20 }] } },
  { overlay: { target: '/glass' } },
];

const milliseconds = (times: readonly number[]) => {
  const sorted = times.toSorted((one, other) => one - other);
  return { least: sorted[0] ?? 0, median: sorted[Math.floor(sorted.length / 2)] ?? 0 };
};

test('a look at many processes leaves the event loop to others', async (context) => {
  const { sandbox, shell, watchAll, take, close } = await makeWatchedSandbox(context);
  const machine = shell('machine');
  machine.type(
    `for n in $(seq ${PROCESSES}); do setsid sleep 1000 & done; echo al-$((20 + 1))-l\n`,
  );
  await machine.shows('al-21-l');
  await eventually('all run', async () => (await take([])).processes.length > PROCESSES);

  const { handle, steps } = watchAll([{ conditions: [...CONDITIONS], hints: [...CONDITIONS] }]);
  await eventually('the first look is over', () => steps.length === 1);
  const busy: number[] = [];
  const whole: number[] = [];
  const longest: number[] = [];
  const delay = monitorEventLoopDelay({ resolution: 1 });
  for (let look = 0; look < LOOKS; look++) {
    const began = performance.now();
    const before = performance.eventLoopUtilization();
    delay.reset();
    delay.enable();
    sandbox.watcher.look(handle);
    const { length } = steps;
    await new Promise<void>((resolve) => {
      const told = setInterval(() => {
        if (steps.length === length) return;
        clearInterval(told);
        resolve();
      }, 20);
    });
    delay.disable();
    busy.push(performance.eventLoopUtilization(before).active);
    longest.push(delay.max / 1e6);
    whole.push(performance.now() - began);
  }
  sandbox.watcher.remove(handle);
  const text = JSON.stringify(
    await take(['network', 'queues', 'mounts', 'groups', 'overlays', 'held']),
  );
  const parsing = Array.from({ length: LOOKS }, () => {
    const began = performance.now();
    JSON.parse(text);
    return performance.now() - began;
  });
  const [blocked, calibration] = [milliseconds(busy), milliseconds(parsing)];
  context.diagnostic(
    `${PROCESSES} processes, ${Math.round(text.length / 1024)} KiB: the loop is busy for ` +
      `${blocked.median.toFixed(1)} ms a look (least ${blocked.least.toFixed(1)}), of which parsing JSON ` +
      `${calibration.median.toFixed(1)} ms (least ${calibration.least.toFixed(1)}); ` +
      `others wait ${milliseconds(longest).median.toFixed(1)} ms at most ` +
      `(least ${milliseconds(longest).least.toFixed(1)}); a look takes ${milliseconds(whole).median.toFixed(0)} ms`,
  );
  // On a quiet machine it is three times what JSON.parse alone takes, and that is a millisecond.
  assert.ok(blocked.least < calibration.least * 12 + 2, `${blocked.least} ms`);
  await close();
});
