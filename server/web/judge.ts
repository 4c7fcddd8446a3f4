import type { Language } from '../protocol/identifiers.ts';
import type { QuizGiven, QuizVerdict } from '../protocol/quiz.ts';
import type { QuizFacts } from './lessons.ts';

/**
 * Judges an answer. `computed`: what the kernel of the learner's machine says is right, for a question
 * about it. An answer of another form than the question's is wrong, whoever made the page.
 */
export function judge(
  quiz: QuizFacts,
  given: QuizGiven,
  language: Language,
  computed: readonly string[],
): QuizVerdict {
  const { right, words } = quiz;
  const { because, wrong } = words[language];
  if ('computed' in right && computed.length === 0) return { verdict: 'unanswerable', because: '' };
  return isRight(right, given, computed)
    ? { verdict: 'right', because }
    : { verdict: 'wrong', because: wrong };
}

function isRight(
  right: QuizFacts['right'],
  given: QuizGiven,
  computed: readonly string[],
): boolean {
  if ('choices' in right) {
    if (!('choices' in given)) return false;
    const chosen = new Set(given.choices);
    return chosen.size === right.choices.length && right.choices.every((at) => chosen.has(at));
  }
  if (!('text' in given)) return false;
  const text = plain(given.text);
  const accepted = 'texts' in right ? right.texts : computed;
  return accepted.some((each) => plain(each) === text);
}

/** Case, blanks, full-width characters and the marks around an inode make no difference: `uts:[4026]` is 4026. */
function plain(text: string): string {
  const narrow = text.normalize('NFKC').trim().toLowerCase().replace(/\s+/g, ' ');
  return /^[a-z_]*:?\[(\d+)\]$/.exec(narrow)?.[1] ?? narrow;
}
