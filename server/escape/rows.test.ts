import assert from 'node:assert/strict';
import test from 'node:test';
import { Rows } from './rows.ts';

const never = () => new Promise<never>(() => {});
const refused = async () => ({ verdict: 'refused', text: 'EPERM' }) as const;

test('a row that hangs has failed with its name, and the next one is tried', async () => {
  const rows = new Rows({ row: 0.01, run: 60 });
  await rows.try('a way that hangs', never);
  await rows.try('another', refused);
  const [hung, other] = rows.all;
  assert.equal(hung?.judgement.verdict, 'open');
  assert.match(hung?.judgement.text ?? '', /in 0\.\d+ s it was not over: a way that hangs/);
  assert.deepEqual([hung?.broken, other?.broken], [true, false]);
  assert.equal(other?.judgement.verdict, 'refused');
});

test('what throws has failed with what it says', async () => {
  const rows = new Rows();
  const row = await rows.try('a way', () => Promise.reject(new Error('no machine came')));
  assert.deepEqual(row.judgement, {
    verdict: 'open',
    text: 'it could not be tried: no machine came',
  });
});

test('when all rows have had their time, those that are left have failed untried', async () => {
  const rows = new Rows({ row: 60, run: 0 });
  let tried = false;
  const row = await rows.try('a way', async () => {
    tried = true;
    return refused();
  });
  assert.equal(tried, false);
  assert.match(row.judgement.text, /^not tried: all took more than 0 s/);
});

test('an interrupted run fails in the row that is being tried, and counts no more', async () => {
  const rows = new Rows();
  const running = rows.try('a slow way', async () => {
    rows.fail('SIGTERM came while this was being tried');
    return refused();
  });
  await running;
  await rows.try('one after it', refused);
  assert.deepEqual(
    rows.all.map(({ name, judgement }) => `${name}: ${judgement.text}`),
    ['a slow way: SIGTERM came while this was being tried'],
  );
});
