import assert from 'node:assert/strict';
import test from 'node:test';
import { Admission } from './admission.ts';
import { ConnectionCount } from './connection-count.ts';
import { TokenBucket } from './token-bucket.ts';

test('a bucket gives what it holds at once, and then as fast as it fills', () => {
  const bucket = new TokenBucket(3, 2);
  const taken = (now: number, times: number) =>
    Array.from({ length: times }, () => bucket.take('a', now)).filter(Boolean).length;
  assert.equal(taken(0, 5), 3);
  assert.equal(taken(400, 1), 0);
  assert.equal(taken(1_000, 5), 2);
  assert.equal(taken(3_600_000, 9), 3, 'it holds no more than at first');
  assert.equal(bucket.take('b', 0), true, 'others have their own');
});

test('a class behind one address gets its machines, a flood of new owners does not', () => {
  const said: string[] = [];
  const admission = new Admission(0, (sentence) => said.push(sentence));
  const admitted = (prefix: string, count: number) =>
    Array.from({ length: count }, (_, index) =>
      admission.ask(`${prefix}${index}`, '192.0.2.1'),
    ).filter(({ ok }) => ok).length;
  assert.equal(admitted('pupil', 200), 200);
  assert.ok(admitted('flood', 1_000) < 60);
  assert.equal(admitted('pupil', 200), 200, 'who is known comes back at no cost');
  const refused = admission.ask('one more', '192.0.2.1');
  assert.ok(!refused.ok && refused.error.code === 'too-many-at-once');
  assert.match(refused.error.hint, /--trust-proxy/);
  assert.equal(said.length, 1, 'the operator is told once');
  assert.ok(admission.ask('elsewhere', '192.0.2.2').ok);
});

test('an address has as many machines as the operator allows, until one ends', () => {
  const admission = new Admission(2, () => {});
  const ask = (owner: string) => admission.ask(owner, '192.0.2.1').ok;
  assert.deepEqual([ask('a'), ask('b'), ask('c'), ask('a')], [true, true, false, true]);
  admission.given('a', 'sandbox');
  admission.forget('a');
  assert.equal(ask('c'), false, 'who has a machine counts');
  admission.gone('sandbox');
  assert.equal(ask('c'), true);
  admission.forget('b');
  assert.equal(ask('a'), true, 'who waits no more does not count');
});

test('connections of one address are bounded, and free when they close', () => {
  const connections = new ConnectionCount(2);
  assert.deepEqual(
    ['a', 'a', 'a', 'b'].map((address) => connections.enter(address)),
    [true, true, false, true],
  );
  connections.leave('a');
  assert.equal(connections.enter('a'), true);
});
