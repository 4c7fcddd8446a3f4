import assert from 'node:assert/strict';
import test from 'node:test';
import type { XraySide } from '../../server/protocol/xray.ts';
import { sideRows } from './side-rows.ts';

const side = (change: Partial<XraySide> = {}): XraySide => ({
  command: 'bash',
  pids: [81_234, 12],
  hostUid: 100_000,
  hostname: 'machine',
  namespaces: {
    user: '1',
    mnt: '2',
    pid: '3',
    net: '4',
    ipc: '5',
    uts: '6',
    cgroup: '7',
    time: null,
  },
  ...change,
});

const row = (id: string, container: XraySide | null) =>
  sideRows({ machine: side(), container, others: {}, processes: 2, truncated: false }).find(
    (candidate) => candidate.id === id,
  );

test('equal answers are equal, others different', () => {
  assert.equal(row('hostname', side())?.relation, 'equal');
  assert.equal(row('hostname', side({ hostname: 'web' }))?.relation, 'different');
});

test('an answer that cannot be read is not called different', () => {
  assert.equal(row('time', side())?.relation, 'unknown');
  assert.equal(row('uts', null)?.relation, 'unknown');
});

test('pids show every view of the process, from the host inwards', () => {
  assert.equal(row('pids', side({ pids: [81_300, 40, 1] }))?.container, '81300 → 40 → 1');
});

test('every namespace has a row with the command that shows it', () => {
  const rows = sideRows({
    machine: null,
    container: null,
    others: {},
    processes: 0,
    truncated: false,
  });
  assert.deepEqual(
    rows.filter((candidate) => candidate.command.includes('/ns/')).map((candidate) => candidate.id),
    ['uts', 'pid', 'user', 'mnt', 'net', 'ipc', 'cgroup', 'time'],
  );
});
