import type { ParsedLesson } from '../../lessons/format/parse.ts';
import type { QuizAnswer } from '../../lessons/schema.ts';
import { LANGUAGES, type Language } from '../protocol/identifiers.ts';
import type { LessonFacts, QuizFacts } from '../web/lessons.ts';

/**
 * What web needs to know of the lessons: what a machine for each must have, what its checks ask, and what
 * is right. The translations ask the same, or the lessons do not pass; what they say is their own.
 */
export function lessonFacts(lessons: readonly ParsedLesson[]): Record<string, LessonFacts> {
  const originals = lessons.filter(({ lesson }) => lesson.language === LANGUAGES[0]);
  return Object.fromEntries(
    originals.map(({ lesson, answers }) => {
      const translations = lessons.filter((each) => each.lesson.id === lesson.id);
      const steps = lesson.steps.map(({ id, tasks }) => ({
        id,
        checks: tasks.map(({ check }) => ({
          conditions: check.conditions.map(({ assert }) => assert),
          hints: check.hints.map(({ when }) => when),
        })),
        quizzes: answers
          .filter(({ step }) => step === id)
          .map(({ quiz }) => quizFacts(translations, id, quiz)),
      }));
      return [lesson.id, { needs: [...lesson.needs], steps }];
    }),
  );
}

function quizFacts(lessons: readonly ParsedLesson[], step: string, quiz: string): QuizFacts {
  const answerIn = (language: Language): QuizAnswer => {
    const { answers = [] } = lessons.find(({ lesson }) => lesson.language === language) ?? {};
    const answer = answers.find((each) => each.step === step && each.quiz === quiz);
    if (answer === undefined)
      throw new Error(`Quiz ${quiz} of ${step} is not there in ${language}.`);
    return answer;
  };
  const wordsIn = (language: Language) => {
    const { because, wrong } = answerIn(language);
    return { because, wrong };
  };
  return {
    id: quiz,
    right: rightOf(LANGUAGES.map(answerIn)),
    words: { en: wordsIn('en'), zh: wordsIn('zh') },
  };
}

/** What may be typed in one language may be typed in another: who reads Chinese may know the English word. */
function rightOf(answers: readonly QuizAnswer[]): QuizFacts['right'] {
  const [original] = answers;
  if (original === undefined) throw new Error('A quiz without an answer.');
  if ('choices' in original.right) return { choices: [...original.right.choices] };
  if ('computed' in original.right) return { computed: original.right.computed };
  const texts = answers.flatMap(({ right }) => ('texts' in right ? right.texts : []));
  return { texts: [...new Set(texts)] };
}
