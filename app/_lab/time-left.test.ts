import assert from 'node:assert/strict';
import test from 'node:test';
import { EN } from '../_messages/en.ts';
import type { Machine } from './lab-state.ts';
import { timeLeftMs, timeLeftText } from './time-left.ts';

const running: Machine = {
  kind: 'running',
  clockOffsetMs: 500,
  state: {
    id: '0123456789ab',
    hostname: 'machine',
    hostPid: 1,
    createdAt: 0,
    expiresAt: 10_000,
    idleMs: 0,
    now: 0,
    fresh: true,
    needs: [],
    missing: [],
    cgroupVersion: 2,
    trace: [],
  },
};

test("time left is counted by the lab's clock and never below nothing", () => {
  assert.equal(timeLeftMs(running, 4000), 5500);
  assert.equal(timeLeftMs(running, 90_000), 0);
  assert.equal(timeLeftMs({ kind: 'making' }, 4000), null);
});

test('time left is told in hours and minutes', () => {
  const clock = EN.live.clock;
  assert.equal(timeLeftText(119.9 * 60_000, clock), '1 h 59 min left');
  assert.equal(timeLeftText(9.5 * 60_000, clock), '9 min left');
  assert.equal(timeLeftText(59_000, clock), 'Less than a minute left');
});
