import assert from 'node:assert/strict';
import test from 'node:test';
import { admission, filterRules, resolversIn } from './packet-filter.ts';

test('name servers are read as resolv.conf has them, those of IPv4 once each', () => {
  const text =
    '# a comment\nnameserver 192.168.1.1\nnameserver\t9.9.9.9 \nnameserver fe80::1%eth0\nsearch lan\nnameserver 9.9.9.9\nnameserver 1.1.1.1; drop\n';
  assert.deepEqual(resolversIn(text), ['192.168.1.1', '9.9.9.9']);
});

test('private networks are refused unless they are allowed, the host is always', () => {
  assert.match(filterRules('lab', false), /192\.168\.0\.0\/16/);
  assert.doesNotMatch(filterRules('lab', true), /192\.168\.0\.0\/16/);
  for (const privateToo of [false, true]) {
    assert.match(filterRules('lab', privateToo), /fib daddr type != unicast goto refused/);
    assert.match(filterRules('lab', privateToo), /127\.0\.0\.0\/8/);
  }
});

test('without a resolver the set of resolvers is empty', () => {
  assert.doesNotMatch(admission('lab', 100_000, []), /add element inet lab resolvers/);
  assert.match(admission('lab', 100_000, ['9.9.9.9']), /resolvers \{ 9\.9\.9\.9 \}/);
});
