'use client';

import { useSyncExternalStore } from 'react';
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

type GivenAnswers = Readonly<Record<string, GivenAnswer>>;

/** Whatever is stored and no longer makes sense counts as not answered. */
const storedAnswers = z.record(z.string(), z.unknown()).catch({});

const NONE: GivenAnswers = {};
let cache: { stored: string | null; answers: GivenAnswers } = { stored: null, answers: NONE };

function readAll(): GivenAnswers {
  const stored = readStored(KEY);
  if (stored !== cache.stored) cache = { stored, answers: parseAnswers(stored) };
  return cache.answers;
}

/** Reads what is stored, answer by answer: one that is broken takes no other with it. */
export function parseAnswers(stored: string | null): GivenAnswers {
  let value: unknown;
  try {
    value = JSON.parse(stored ?? '{}');
  } catch {
    return NONE;
  }
  return Object.fromEntries(
    Object.entries(storedAnswers.parse(value)).flatMap(([key, entry]) => {
      const parsed = givenAnswer.safeParse(entry);
      return parsed.success ? [[key, parsed.data]] : [];
    }),
  );
}

export function keepAnswer(key: string, answer: GivenAnswer): void {
  writeStored(KEY, JSON.stringify({ ...readAll(), [key]: answer }));
}

export function forgetAnswers(): void {
  writeStored(KEY, null);
}

/** What was answered to the quiz of this key. What is answered on this page is in the store of the lab. */
export function useGivenAnswer(key: string): GivenAnswer | null {
  return useSyncExternalStore(
    subscribe,
    () => (Object.hasOwn(readAll(), key) ? (readAll()[key] ?? null) : null),
    () => null,
  );
}

function subscribe(listener: () => void): () => void {
  addEventListener('storage', listener);
  return () => removeEventListener('storage', listener);
}

/** True when both are the same answer. */
export function isSameAnswer(one: QuizGiven | null, other: QuizGiven | null): boolean {
  return JSON.stringify(one) === JSON.stringify(other);
}
