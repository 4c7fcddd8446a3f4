import assert from 'node:assert/strict';
import test from 'node:test';
import {
  asRecord,
  doneAmong,
  isAnsweredRight,
  knowsMore,
  mergeProgress,
  NO_PROGRESS,
  type Progress,
  parseProgress,
  secondsOf,
  withAnswer,
  withStep,
} from './record.ts';

const QUIZ = { lesson: 'uts', step: 'look', quiz: 'who' };

test('a record survives being stored', () => {
  const progress = withAnswer(
    withStep(NO_PROGRESS, { lesson: 'uts', step: 'look' }, 1),
    QUIZ,
    'right',
    2,
  );
  const { steps, quizzes, times } = parseProgress(JSON.stringify(asRecord(progress, 3)));
  assert.deepEqual({ steps, quizzes, times }, progress);
});

test('what is no record counts as none', () => {
  for (const broken of [null, '', '{', '[]', 'null', '7', '{"uts":{"look":1}}', '{"steps":[]}']) {
    assert.deepEqual(parseProgress(broken), NO_PROGRESS);
  }
});

test('the first time a step was done is the one that is kept', () => {
  const place = { lesson: 'uts', step: 'look' };
  const progress = withStep(withStep(NO_PROGRESS, place, 1), place, 9);
  assert.deepEqual(progress.steps, [{ ...place, at: 1 }]);
});

test('answers are counted, and what was right once stays right', () => {
  let progress = withAnswer(NO_PROGRESS, QUIZ, 'wrong', 1);
  assert.equal(isAnsweredRight(progress, QUIZ), false);
  progress = withAnswer(progress, QUIZ, 'unanswerable', 2);
  progress = withAnswer(progress, QUIZ, 'right', 3);
  progress = withAnswer(progress, QUIZ, 'wrong', 4);
  assert.deepEqual(progress.quizzes, [{ ...QUIZ, at: 3, attempts: 3, right: true }]);
});

test('two records together have what either has, and nothing gets lower', () => {
  const mine: Progress = {
    steps: [{ lesson: 'uts', step: 'look', at: 5 }],
    quizzes: [{ ...QUIZ, at: 7, attempts: 3, right: false }],
    times: [{ lesson: 'uts', step: 'look', seconds: 10 }],
  };
  const theirs: Progress = {
    steps: [
      { lesson: 'uts', step: 'look', at: 3 },
      { lesson: 'pid', step: 'fork', at: 4 },
    ],
    quizzes: [{ ...QUIZ, at: 6, attempts: 2, right: true }],
    times: [{ lesson: 'uts', step: 'look', seconds: 40 }],
  };
  const both = mergeProgress(mine, theirs);
  assert.deepEqual(both, {
    steps: theirs.steps,
    quizzes: [{ ...QUIZ, at: 6, attempts: 3, right: true }],
    times: theirs.times,
  });
  assert.equal(knowsMore(mine, theirs), true, 'three attempts are more than two');
  assert.equal(knowsMore(theirs, both), false);
  assert.equal(knowsMore({ ...both, steps: both.steps.toReversed() }, both), false);
});

test('only steps that the lesson has count as done, in the lesson’s order', () => {
  let progress = NO_PROGRESS;
  for (const step of ['removed', 'second', 'first']) {
    progress = withStep(progress, { lesson: 'uts', step }, 1);
  }
  assert.deepEqual(doneAmong(progress, 'uts', ['first', 'second', 'third']), ['first', 'second']);
  assert.deepEqual(doneAmong(progress, 'constructor', ['first']), []);
});

test('the time of a lesson is that of its steps', () => {
  const times = [
    { lesson: 'uts', step: 'look', seconds: 10 },
    { lesson: 'uts', step: 'change', seconds: 5 },
    { lesson: 'pid', step: 'fork', seconds: 100 },
  ];
  assert.equal(secondsOf({ ...NO_PROGRESS, times }, 'uts'), 15);
});
