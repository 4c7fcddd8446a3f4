import assert from 'node:assert/strict';
import { describe, type TestContext, test } from 'node:test';
import type { FromBrowser } from '../protocol/browser.ts';
import { eventually } from '../testing/eventually.ts';
import { startLab } from '../testing/lab.ts';
import { newSecret, TestPage } from '../testing/page.ts';
import { PATIENCE } from '../testing/patience.ts';

/** The life of a machine in a real lab, with clocks that go fast. */

const MINUTE = 60_000;

/** Long enough that what a test does in between fits in, on a busy host too. */
const SHORT_MINUTES = 0.1 * PATIENCE;

async function open(context: TestContext, ...options: string[]) {
  const lab = startLab(context, ['--port', '0', '--warm', '0', ...options]);
  const address = await lab.address();
  const connect = async () => {
    const page = await TestPage.connect(address);
    context.after(() => page.close());
    return page;
  };
  return { lab, address, connect };
}

// All at once, each with a lab of its own: most of their time they wait.
describe('the life of a machine', { concurrency: true }, () => {
  test('a page that is open and unused is warned, and then its machine ends', async (context) => {
    const { connect } = await open(context, '--idle-minutes', String(SHORT_MINUTES));
    const page = await connect();
    const state = await page.hello(newSecret());
    assert.equal(state.life.idle, null);
    const { life } = await page.hear('life');
    assert.ok(life.idle);
    assert.equal(Math.round(life.idle.endsAt - life.idle.since), SHORT_MINUTES * MINUTE);
    assert.ok(life.idle.since >= state.createdAt, 'nobody has used it since it was made');
    assert.equal((await page.hear('gone')).reason, 'idle');
  });

  test('keys alone keep a machine, for as long as they come', async (context) => {
    const { connect } = await open(context, '--idle-minutes', String(SHORT_MINUTES));
    const page = await connect();
    await page.hello(newSecret());
    const terminal = await page.open('machine');
    const began = performance.now();
    let turn = 0;
    while (performance.now() - began < 2.2 * SHORT_MINUTES * MINUTE) {
      turn += 1;
      terminal.type(`echo key-$((${turn} * 2))-end\n`);
      await terminal.shows(`key-${turn * 2}-end`);
    }
    assert.ok(!page.heard.some(({ type }) => type === 'gone'));
    assert.equal((await page.hear('gone')).reason, 'idle');
  });

  test('reading, answering, checking and saying so keep a machine, too', async (context) => {
    const { connect } = await open(context, '--idle-minutes', String(SHORT_MINUTES));
    const page = await connect();
    await page.hello(newSecret());
    page.say({ type: 'watch-step', lesson: 'uts', step: 'unshare' });
    await page.hear('check');
    const deeds: FromBrowser[] = [
      { type: 'alive', lesson: 'uts', step: 'unshare' },
      { type: 'check-now' },
      { type: 'still-here' },
      {
        type: 'answer-quiz',
        place: { lesson: 'uts', step: 'copy', quiz: 'no-such-quiz' },
        language: 'en',
        given: { choices: [0] },
      },
    ];
    for (const deed of deeds) {
      await page.hear('life', ({ life }) => life.idle !== null);
      page.forget();
      page.say(deed);
      await page.hear('life', ({ life }) => life.idle === null);
    }
    assert.ok(!page.heard.some(({ type }) => type === 'gone'));
  });

  test('a life is made longer up to the maximum, and every page of the machine hears of it', async (context) => {
    const options = ['--life-minutes', '10', '--extend-minutes', '4', '--life-max-minutes', '15'];
    const { connect } = await open(context, ...options);
    const [first, second] = [await connect(), await connect()];
    const secret = newSecret();
    const { createdAt, life } = await first.hello(secret);
    await second.hello(secret);
    assert.equal(life.endsAt - createdAt, 10 * MINUTE);
    first.say({ type: 'extend' });
    for (const page of [first, second]) {
      const longer = (await page.hear('life', (heard) => heard.life.endsAt > life.endsAt)).life;
      assert.equal(longer.endsAt - createdAt, 14 * MINUTE);
      assert.deepEqual(longer.extension, {
        kind: 'possible',
        byMs: MINUTE,
        latestAt: createdAt + 15 * MINUTE,
      });
    }
    second.say({ type: 'extend' });
    const most = await first.hear('life', (heard) => heard.life.extension.kind === 'refused');
    assert.equal(most.life.endsAt - createdAt, 15 * MINUTE);
    second.say({ type: 'extend' });
    assert.equal((await second.hear('error')).error.code, 'life-maximum');
  });

  test('a life that is used to the last ends when it must', async (context) => {
    const options = ['--life-minutes', String(SHORT_MINUTES), '--extend-minutes', '0'];
    const { connect } = await open(context, ...options);
    const page = await connect();
    const { life } = await page.hello(newSecret());
    assert.deepEqual(life.extension, { kind: 'refused', why: 'not-allowed' });
    const terminal = await page.open('machine');
    terminal.type('while :; do echo busy; done\n');
    await terminal.shows('busy\r\nbusy');
    assert.equal((await page.hear('gone')).reason, 'expired');
  });

  test('a page that was away is told what happened, and gets a machine only when it asks', async (context) => {
    const { lab, connect } = await open(context, '--away-minutes', '0.001');
    const secret = newSecret();
    const before = await connect();
    const { id } = await before.hello(secret);
    await before.close();
    await eventually('it has ended', () => lab.printed.includes(`${id} is being removed: idle`));
    const page = await connect();
    page.greet(secret, 'uts', false);
    assert.equal((await page.hear('gone')).reason, 'idle');
    assert.ok(!page.heard.some(({ type }) => type === 'machine'));
    page.say({ type: 'start' });
    const { state } = await page.hear('machine');
    assert.notEqual(state.id, id);
  });

  test('a lab that was restarted says so to pages of the one before', async (context) => {
    const { connect } = await open(context);
    const page = await connect();
    page.greet(newSecret(), 'uts', false);
    assert.equal((await page.hear('gone')).reason, 'restarted');
  });
});
