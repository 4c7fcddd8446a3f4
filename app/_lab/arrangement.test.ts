import assert from 'node:assert/strict';
import test from 'node:test';
import { DEFAULT_ARRANGEMENT, parseArrangement, toggleOnly, withShown } from './arrangement.ts';

test('a group is shown alone, and with the other again', () => {
  const stacked = { split: 'stacked', only: null } as const;
  const alone = toggleOnly(stacked, 'container');
  assert.deepEqual(alone, { split: 'stacked', only: 'container' });
  assert.deepEqual(toggleOnly(alone, 'container'), stacked);
});

test('a group that is away comes when it is meant', () => {
  const alone = { split: 'beside', only: 'container' } as const;
  assert.equal(withShown(alone, 'machine').only, 'machine');
  assert.equal(withShown(alone, 'container'), alone);
  assert.equal(withShown(DEFAULT_ARRANGEMENT, 'machine'), DEFAULT_ARRANGEMENT);
});

test('a remembered arrangement comes back; one that cannot be read is the default', () => {
  const text = '{"split":"stacked","only":"machine"}';
  assert.deepEqual(parseArrangement(text), { split: 'stacked', only: 'machine' });
  for (const bad of [null, '', 'no', '{"split":"round","only":null}'])
    assert.deepEqual(parseArrangement(bad), DEFAULT_ARRANGEMENT);
});
