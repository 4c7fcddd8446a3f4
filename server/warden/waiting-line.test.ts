import assert from 'node:assert/strict';
import test, { type TestContext } from 'node:test';
import { type ExpectedEnd, linePlaces, WaitingLine } from './waiting-line.ts';

const MINUTE = 60_000;
const KEPT_MS = 30_000;

function open(context: TestContext, max = 10) {
  context.mock.timers.enable({ apis: ['setTimeout'] });
  const told = { lapsed: 0 };
  const line = new WaitingLine(max, KEPT_MS, () => {
    told.lapsed += 1;
  });
  const join = (...owners: string[]) => {
    for (const owner of owners) {
      assert.ok(line.join(owner, []));
      line.arrive(owner);
    }
  };
  const owners = () => line.all().map(({ owner }) => owner);
  return { line, told, join, owners };
}

test('who comes first is served first, and has one place with however many pages', (context) => {
  const { line, join, owners } = open(context);
  join('a', 'b', 'a', 'c');
  assert.deepEqual(owners(), ['a', 'b', 'c']);
  assert.equal(line.first()?.owner, 'a');
  line.leave('a');
  assert.equal(line.first()?.owner, 'b');
});

test('who is away is passed over, keeps his place for a while, and then loses it', (context) => {
  const { line, told, join, owners } = open(context);
  join('a', 'b');
  line.depart('a');
  assert.equal(line.first()?.owner, 'b');
  context.mock.timers.tick(KEPT_MS - 1);
  line.join('a', []);
  line.arrive('a');
  context.mock.timers.tick(KEPT_MS);
  assert.equal(line.first()?.owner, 'a', 'he was back in time');
  line.depart('a');
  context.mock.timers.tick(KEPT_MS);
  assert.deepEqual(owners(), ['b']);
  assert.equal(told.lapsed, 1);
});

test('one of two pages that leaves is not missed', (context) => {
  const { line, join } = open(context);
  join('a', 'a');
  line.depart('a');
  context.mock.timers.tick(KEPT_MS * 2);
  assert.equal(line.first()?.owner, 'a');
});

test('a place that nobody ever comes to lapses', (context) => {
  const { line, owners } = open(context);
  line.join('a', []);
  assert.equal(line.first(), undefined);
  context.mock.timers.tick(KEPT_MS);
  assert.deepEqual(owners(), []);
});

test('a line has an end', (context) => {
  const { line, join } = open(context, 2);
  join('a', 'b');
  assert.equal(line.join('c', []), false);
  assert.equal(line.join('b', []), true);
});

const end = (endsAt: number, likelyEndsAt = endsAt): ExpectedEnd => ({ endsAt, likelyEndsAt });
const minutes = (at: number) => Math.floor(at / MINUTE);

test('each place gets the end of one machine, the earliest first', () => {
  const places = linePlaces(2, [end(9 * MINUTE), end(4 * MINUTE)], 60 * MINUTE, 0);
  assert.deepEqual(
    places.map(({ position, latestAt }) => [position, minutes(latestAt)]),
    [
      [1, 4],
      [2, 9],
    ],
  );
});

test('who stands behind more people than there are machines waits for those who stand before him', () => {
  const places = linePlaces(5, [end(10 * MINUTE), end(20 * MINUTE)], 60 * MINUTE, 0);
  assert.deepEqual(
    places.map(({ latestAt }) => minutes(latestAt)),
    [10, 20, 70, 80, 130],
  );
});

test('“sooner” is said only when it is so', () => {
  const ends = [end(60 * MINUTE), end(50 * MINUTE, 3 * MINUTE), end(40 * MINUTE)];
  const places = linePlaces(4, ends, 120 * MINUTE, 0);
  assert.deepEqual(
    places.map(({ latestAt, likelyAt }) => [minutes(latestAt), likelyAt && minutes(likelyAt)]),
    [
      [40, 3],
      [50, 40],
      [60, null],
      [160, null],
    ].map(([latest, likely]) => [latest, likely]),
  );
});

test('the promise of a place is never later than before while the line is served', () => {
  // The worst that can happen: every machine lives to its end, and each handover takes four seconds.
  const lifeMs = 10 * MINUTE;
  let ends = [2, 5, 7].map((at) => at * MINUTE);
  const promised = linePlaces(
    12,
    ends.map((at) => end(at)),
    lifeMs,
    0,
  ).map(({ latestAt }) => latestAt);
  for (let served = 0; served < 12; served += 1) {
    ends.sort((one, other) => one - other);
    const given = (ends.shift() ?? 0) + 4_000;
    assert.ok(given <= (promised[served] ?? 0), `place ${served + 1}`);
    ends = [...ends, given + lifeMs];
    for (const [index, { latestAt }] of linePlaces(
      11 - served,
      ends.map((at) => end(at)),
      lifeMs,
      given,
    ).entries()) {
      const place = served + 1 + index;
      assert.ok(latestAt <= (promised[place] ?? 0), `place ${place + 1}`);
      promised[place] = latestAt;
    }
  }
});
