import * as z from 'zod';
import { lessonLanguage } from '../../server/protocol/identifiers.ts';
import { type QuizGiven, quizGiven } from '../../server/protocol/quiz.ts';
import { readStored, writeStored } from '../_ui/stored.ts';

const KEY = 'glassbox.answers';

const givenAnswer = z.object({
  given: quizGiven,
  right: z.boolean(),
  because: z.string(),
  /** The language of `because`. */
  language: lessonLanguage,
});

/** The last answer to a quiz and what the server said to it: shown again when the page is opened again. */
export type GivenAnswer = z.infer<typeof givenAnswer>;

/** Whatever is stored and no longer makes sense counts as not answered. */
const stored = z.record(z.string(), givenAnswer.nullable().catch(null)).catch({});

/** What was answered to the quiz of this key. */
export function givenAnswerTo(key: string): GivenAnswer | null {
  return readAll()[key] ?? null;
}

export function keepAnswer(key: string, answer: GivenAnswer): void {
  writeStored(KEY, JSON.stringify({ ...readAll(), [key]: answer }));
}

export function forgetAnswers(): void {
  writeStored(KEY, null);
}

function readAll(): z.infer<typeof stored> {
  try {
    return stored.parse(JSON.parse(readStored(KEY) ?? '{}'));
  } catch {
    return {};
  }
}

/** True when both are the same answer. */
export function isSameAnswer(one: QuizGiven | null, other: QuizGiven | null): boolean {
  return JSON.stringify(one) === JSON.stringify(other);
}
