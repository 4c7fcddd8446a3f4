import assert from 'node:assert/strict';
import test from 'node:test';
import { madeUpEvidence, madeUpNamespaces, madeUpProcess } from '../testing/evidence.ts';
import type { Process } from './check/evidence.ts';
import { foregroundProcess, xraySnapshotOf } from './xray.ts';

const TTY = 34_816;

/** A process on the terminal, in the foreground group unless said otherwise. */
const process = (
  pid: number,
  parent: number,
  change: Parameters<typeof madeUpProcess>[0] = {},
): Process =>
  madeUpProcess({
    pid,
    parent,
    processGroup: 200,
    session: 100,
    terminalDevice: TTY,
    foregroundGroup: 200,
    pids: [pid, pid - 90],
    command: `command-${pid}`,
    ...change,
  });

const shell = process(100, 1, { processGroup: 100 });
const foreground = (...processes: Process[]) => foregroundProcess(processes, TTY)?.pid;

test('the shell is in the foreground while it waits for a command', () => {
  assert.equal(foreground(process(100, 1, { processGroup: 100, foregroundGroup: 100 })), 100);
});

test('a command is in the foreground while it runs', () => {
  assert.equal(foreground(shell, process(200, 100)), 200);
});

test('who waits for a child in the same group is not meant, but the child', () => {
  assert.equal(foreground(shell, process(200, 100), process(201, 200)), 201);
  assert.equal(foreground(process(202, 201), process(201, 200), process(200, 100), shell), 202);
});

test('of a pipeline the leader is meant', () => {
  assert.equal(foreground(shell, process(199, 100), process(200, 100), process(201, 100)), 200);
});

test('who is in the background, dead or on another terminal is not meant', () => {
  const others = [
    process(300, 100, { processGroup: 300 }),
    process(301, 200, { state: 'Z' }),
    process(302, 200, { terminalDevice: TTY + 1 }),
  ];
  assert.equal(foreground(shell, process(200, 100), ...others), 200);
});

test('without a foreground group the shell is meant, and without a terminal nobody', () => {
  assert.equal(foreground({ ...shell, foregroundGroup: -1 }), 100);
  assert.equal(foregroundProcess([shell], 0), undefined);
  assert.equal(foregroundProcess([process(1, 0, { terminalDevice: 0 })], 0), undefined);
});

test('processes that claim to be their own ancestors end no loop of ours', () => {
  assert.ok(foreground(process(200, 201), process(201, 200)) !== undefined);
});

test('behind a program that passes on what is typed, the one in its terminal is meant', () => {
  const inside = { session: 302, terminalDevice: TTY + 9, foregroundGroup: 303 };
  const container = [
    shell,
    process(200, 100),
    process(301, 200, { processGroup: 301, session: 301, terminalDevice: 0, foregroundGroup: -1 }),
    process(302, 301, { ...inside, processGroup: 302 }),
    process(303, 302, { ...inside, processGroup: 303 }),
  ];
  assert.equal(foreground(...container), 303);
  const [, relay] = container;
  assert.ok(relay);
  const direct = process(302, 200, { ...inside, processGroup: 302, foregroundGroup: 302 });
  assert.equal(foreground(shell, relay, direct), 302);
  const dead = process(302, 200, {
    ...inside,
    processGroup: 302,
    foregroundGroup: 302,
    state: 'Z',
  });
  assert.equal(foreground(shell, relay, dead), 200);
});

test('a container that was left in the background is not meant', () => {
  const atPrompt = { ...shell, foregroundGroup: 100 };
  const relay = process(200, 100, { foregroundGroup: 100 });
  const inside = { session: 302, processGroup: 302, terminalDevice: TTY + 9, foregroundGroup: 302 };
  assert.equal(foreground(atPrompt, relay, process(302, 200, inside)), 100);
});

test('a terminal of a container that has the same number is another one', () => {
  const inside = { session: 90, processGroup: 90, foregroundGroup: 90 };
  const monitor = process(80, 1, { terminalDevice: 0 });
  const container = [monitor, process(90, 80, inside), process(91, 90, inside)];
  assert.equal(foreground(...container, { ...shell, foregroundGroup: 100 }), 100);
});

test('a snapshot has both sides, and the hostname of each', () => {
  const container = process(400, 100, {
    terminalDevice: TTY + 1,
    processGroup: 400,
    foregroundGroup: 400,
    namespaces: { uts: '66' },
  });
  const box = { type: 'uts', inode: '66', owner: '1', hostname: 'box' } as const;
  const evidence = madeUpEvidence([shell, process(200, 100), container], {
    namespaces: madeUpNamespaces({}, [box]),
  });
  const snapshot = xraySnapshotOf(evidence, { machine: TTY, container: TTY + 1 });
  assert.equal(snapshot.machine?.command, 'command-200');
  assert.equal(snapshot.machine?.hostname, 'machine');
  assert.equal(snapshot.container?.hostname, 'box');
  assert.equal(snapshot.processes, 3);
  assert.equal(xraySnapshotOf(evidence, { machine: TTY }).container, null);
});
