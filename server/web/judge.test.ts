import assert from 'node:assert/strict';
import test from 'node:test';
import type { QuizGiven } from '../protocol/quiz.ts';
import { judge } from './judge.ts';
import type { QuizFacts } from './lessons.ts';

const words = {
  en: { because: 'right so', wrong: 'look again' },
  zh: { because: '对', wrong: '再看看' },
};
const quizOf = (right: QuizFacts['right']): QuizFacts => ({ id: 'one', right, words });
const verdictOf = (right: QuizFacts['right'], given: QuizGiven, computed: readonly string[] = []) =>
  judge(quizOf(right), given, 'en', computed).verdict;

test('the right choice is right, and the reason is told in the language that was asked for', () => {
  const quiz = quizOf({ choices: [1] });
  assert.deepEqual(judge(quiz, { choices: [1] }, 'zh', []), { verdict: 'right', because: '对' });
  assert.deepEqual(judge(quiz, { choices: [0] }, 'en', []), {
    verdict: 'wrong',
    because: 'look again',
  });
});

test('of several right choices all are wanted, in any order, and no other', () => {
  const right = { choices: [0, 2] };
  assert.equal(verdictOf(right, { choices: [2, 0] }), 'right');
  assert.equal(verdictOf(right, { choices: [2, 0, 0] }), 'right');
  assert.equal(verdictOf(right, { choices: [0] }), 'wrong');
  assert.equal(verdictOf(right, { choices: [0, 0] }), 'wrong');
  assert.equal(verdictOf(right, { choices: [0, 1, 2] }), 'wrong');
});

test('case, blanks and width make no difference in a typed answer', () => {
  const right = { texts: ['SIGKILL', 'signal 9'] };
  for (const text of [' sigkill ', 'Signal   9', 'ＳＩＧＫＩＬＬ']) {
    assert.equal(verdictOf(right, { text }), 'right', text);
  }
  assert.equal(verdictOf(right, { text: 'SIGTERM' }), 'wrong');
});

test('an inode may be typed as readlink prints it', () => {
  const right = { computed: { inode: 'uts', of: 'machine' } } as const;
  assert.equal(verdictOf(right, { text: 'uts:[4026531838]' }, ['4026531838']), 'right');
  assert.equal(verdictOf(right, { text: '4026531838' }, ['4026531838']), 'right');
  assert.equal(verdictOf(right, { text: '4026531839' }, ['4026531838']), 'wrong');
});

test('what the machine has nothing for can’t be answered', () => {
  const right = { computed: { inode: 'uts', of: 'container' } } as const;
  assert.equal(verdictOf(right, { text: '1' }, []), 'unanswerable');
});

test('an answer of another form is wrong', () => {
  assert.equal(verdictOf({ choices: [0] }, { text: '0' }), 'wrong');
  assert.equal(verdictOf({ texts: ['0'] }, { choices: [0] }), 'wrong');
});
