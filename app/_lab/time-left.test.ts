import assert from 'node:assert/strict';
import test from 'node:test';
import type { Lifetime } from '../../server/protocol/lifetime.ts';
import { exampleLife } from '../../server/testing/lifetime.ts';
import { EN } from '../_messages/en.ts';
import type { Machine } from './lab-state.ts';
import { nextEnd, timeLeftText, warningOf } from './time-left.ts';

const MINUTE = 60_000;

/** A machine of a lab whose clock is half a second ahead. */
const running = (life: Partial<Lifetime>): Machine => ({
  kind: 'running',
  clockOffsetMs: 500,
  state: {
    id: '0123456789ab',
    hostname: 'machine',
    hostPid: 1,
    createdAt: 0,
    life: exampleLife(life),
    fresh: true,
    needs: [],
    missing: [],
    cgroupVersion: 2,
    trace: [],
  },
});

test("time left is counted by the lab's clock and never below nothing", () => {
  const machine = running({ endsAt: 10_000 });
  assert.deepEqual(nextEnd(machine, 4000), { kind: 'life', at: 9500, leftMs: 5500 });
  assert.equal(nextEnd(machine, 90_000)?.leftMs, 0);
  assert.equal(nextEnd({ kind: 'making' }, 4000), null);
});

test('the end that comes first is the one that counts', () => {
  const idle = { since: 0, endsAt: 6000 };
  assert.equal(nextEnd(running({ endsAt: 10_000, idle }), 1)?.kind, 'idle');
  assert.equal(nextEnd(running({ endsAt: 5000, idle }), 1)?.kind, 'life');
});

test('the end of a life is warned of five minutes before and in the last one, once each', () => {
  const machine = running({ endsAt: 60 * MINUTE });
  const at = (minutesBefore: number) => warningOf(machine, (60 - minutesBefore) * MINUTE - 500);
  assert.equal(at(5.1), null);
  assert.equal(at(4.9)?.stage, 'soon');
  assert.equal(at(1.1)?.key, at(4.9)?.key);
  assert.equal(at(0.9)?.stage, 'last');
  assert.notEqual(at(0.9)?.key, at(1.1)?.key);
  assert.equal(at(0.1)?.key, at(0.9)?.key);
});

test('a machine that is used again, or lives longer, is warned of anew when it is time', () => {
  const before = warningOf(running({ idle: { since: 0, endsAt: 4 * MINUTE } }), MINUTE);
  const again = warningOf(running({ idle: { since: 1, endsAt: 4 * MINUTE } }), MINUTE);
  assert.ok(before && again);
  assert.deepEqual([before.kind, before.stage], ['idle', 'soon']);
  assert.notEqual(before.key, again.key);
});

test('time left is told in hours and minutes, and in seconds at the end', () => {
  const { clock } = EN.life;
  assert.equal(timeLeftText(119.9 * MINUTE, clock), '1 h 59 min left');
  assert.equal(timeLeftText(9.5 * MINUTE, clock), '9 min left');
  assert.equal(timeLeftText(2 * MINUTE, clock), '2 min left');
  assert.equal(timeLeftText(119_000, clock), '1:59 left');
  assert.equal(timeLeftText(59_000, clock), '0:59 left');
  assert.equal(timeLeftText(500, clock), '0:01 left');
});
