import { loadLessonsWithAnswers } from '../lessons/load.ts';
import type { Block, Lesson, QuizAnswer, Step } from '../lessons/schema.ts';
import type { Language } from '../server/protocol/identifiers.ts';

export type Quiz = Extract<Block, { kind: 'quiz' }>;

const LESSONS = loadLessonsWithAnswers();

/** The lessons of a language. */
export function lessonsIn(language: Language): readonly Lesson[] {
  return LESSONS.map(({ lesson }) => lesson).filter((lesson) => lesson.language === language);
}

export function lessonOf(id: string, language: Language): Lesson {
  const lesson = lessonsIn(language).find((each) => each.id === id);
  if (lesson === undefined) throw new Error(`There is no lesson ${id} in ${language}.`);
  return lesson;
}

export function stepOf(lesson: Lesson, id: string): Step {
  const step = lesson.steps.find((each) => each.id === id);
  if (step === undefined) throw new Error(`Lesson ${lesson.id} has no step ${id}.`);
  return step;
}

/** A question of a lesson, with what the server knows of it and no page does. */
export function quizOf(lesson: Lesson, id: string): { quiz: Quiz; step: Step; answer: QuizAnswer } {
  const { answers = [] } = LESSONS.find((each) => each.lesson === lesson) ?? {};
  const answer = answers.find((each) => each.quiz === id);
  const step = lesson.steps.find((each) => each.id === answer?.step);
  const quiz = step?.blocks.find((block) => block.kind === 'quiz' && block.id === id);
  if (step === undefined || answer === undefined || quiz?.kind !== 'quiz') {
    throw new Error(`Lesson ${lesson.id} has no question ${id}.`);
  }
  return { quiz, step, answer };
}

/** The numbers of the right choices. */
export function rightChoices({ right }: QuizAnswer): readonly number[] {
  if (!('choices' in right)) throw new Error('This question has no choices.');
  return right.choices;
}
