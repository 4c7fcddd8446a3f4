import assert from 'node:assert/strict';
import test from 'node:test';
import { exampleLife } from '../../server/testing/lifetime.ts';
import { machine, openPage, page, paper, SECRET, until } from './tested-page.ts';

test('a page says who it is, and opens its terminals when it has a machine', async (context) => {
  const { session, lab } = await page(context);
  session.addScreen('machine', paper().view);
  assert.equal((await lab.hear('hello')).secret, SECRET);
  lab.say({ type: 'machine', state: machine('00000000000a'), terminals: [] });
  const { terminal, columns, rows, from } = await lab.hear('open-terminal');
  assert.deepEqual(
    { terminal, columns, rows, from },
    { terminal: 'machine', columns: 80, rows: 24, from: 0 },
  );
});

test('a page that comes back after its machine has ended is told so, and gets no other unasked', async (context) => {
  const { session, lab, connected } = await openPage(context);
  const next = connected();
  lab.socket.terminate();
  const again = await next;
  assert.equal((await again.hear('hello')).start, false);
  again.say({ type: 'gone', reason: 'idle' });
  await until(session, () => session.store.get().machine.kind === 'gone');
  const third = connected();
  again.socket.terminate();
  const later = await third;
  assert.equal((await later.hear('hello')).start, false);
  later.say({ type: 'gone', reason: 'restarted' });
  later.say({ type: 'error', error: { code: 'bad-message', message: '', hint: '' } });
  await until(session, () => session.store.get().error !== null);
  const { machine: known } = session.store.get();
  assert.equal(known.kind === 'gone' && known.reason, 'idle', 'the first reason is the true one');
});

test('a page that waits asks for its place again when it comes back, and one that left does not', async (context) => {
  const { session, lab, connected } = await openPage(context);
  const place = { now: 0, position: 3, latestAt: 1e12, likelyAt: null };
  lab.say({ type: 'gone', reason: 'expired' });
  lab.say({ type: 'place', place });
  await until(session, () => session.store.get().machine.kind === 'waiting');
  const next = connected();
  lab.socket.terminate();
  const again = await next;
  assert.equal((await again.hear('hello')).start, true);
  assert.equal(
    session.store.get().machine.kind,
    'waiting',
    'the place stays on the page meanwhile',
  );
  session.leaveLine();
  await again.hear('leave-line');
  assert.equal(session.store.get().machine.kind, 'left-line');
  const third = connected();
  again.socket.terminate();
  assert.equal((await (await third).hear('hello')).start, false);
});

test('a life that changes is the machine’s from then on', async (context) => {
  const { session, lab } = await openPage(context);
  session.extendLife();
  await lab.hear('extend');
  lab.say({ type: 'life', life: exampleLife({ endsAt: 4711 }) });
  const endsAt = () => {
    const { machine: now } = session.store.get();
    return now.kind === 'running' ? now.state.life.endsAt : 0;
  };
  await until(session, () => endsAt() === 4711);
});

test('a lab that restarts behind an open connection is connected to anew', async (context) => {
  const { session, lab, connected } = await openPage(context);
  const next = connected();
  lab.say({ type: 'error', error: { code: 'warden-unreachable', message: '', hint: '' } });
  await (await next).hear('hello');
  assert.equal(session.store.get().machine.kind, 'making');
});

test('an answer is judged once, and whoever remembers it is told in which language', async (context) => {
  const { session, lab, judgements } = await openPage(context);
  const place = { lesson: 'uts', step: 'look', quiz: 'who' };
  const given = { choices: [1] };
  const because = 'There is one.';
  session.answerQuiz(place, 'en', given);
  assert.deepEqual((await lab.hear('answer-quiz')).given, given);
  lab.say({ type: 'quiz', place, verdict: 'right', because });
  await until(session, () => session.store.get().quizzes['uts/look/who']?.kind === 'judged');
  assert.deepEqual(judgements, [{ place, language: 'en', given, verdict: 'right', because }]);
});

test('an answer that is lost with the connection can be given again', async (context) => {
  const { session, lab } = await openPage(context);
  session.answerQuiz({ lesson: 'uts', step: 'look', quiz: 'who' }, 'en', { text: '7' });
  await lab.hear('answer-quiz');
  lab.socket.terminate();
  await until(session, () => session.store.get().link.kind === 'lost');
  assert.deepEqual(session.store.get().quizzes, {});
});
