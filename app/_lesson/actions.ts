'use client';

import { createContext, useContext } from 'react';
import type { Language, LessonTerminal } from '../../server/protocol/identifiers.ts';
import type { QuizGiven } from '../../server/protocol/quiz.ts';
import type { QuizPlace, QuizReply } from '../_lab/lab-state.ts';

/** What the blocks of a lesson can have done, and what they must know of where they stand. */
export type LessonActions = {
  /** False while there is no machine: the buttons say so and do nothing. */
  readonly connected: boolean;
  /** The version of control groups that the machine has; `null` until that is known. */
  readonly cgroupVersion: 1 | 2 | null;
  readonly language: Language;
  readonly lesson: string;
  readonly step: string;
  /** What became of the answers to quizzes on this page, by `quizKey`. */
  readonly quizzes: Readonly<Record<string, QuizReply>>;
  /** With `interrupt`, Ctrl-C is pressed first. */
  readonly onRun: (terminal: LessonTerminal, command: string, interrupt?: boolean) => void;
  readonly onKey: (terminal: LessonTerminal, key: string) => void;
  readonly onAnswer: (place: QuizPlace, language: Language, given: QuizGiven) => void;
};

const ActionsContext = createContext<LessonActions | null>(null);

/** Hands the actions to the blocks below, hints and solution included. */
export const LessonActionsProvider = ActionsContext.Provider;

export function useLessonActions(): LessonActions {
  const actions = useContext(ActionsContext);
  if (actions === null) throw new Error('useLessonActions: no LessonActionsProvider above.');
  return actions;
}

const ReadOnlyContext = createContext(false);

/** Blocks below are there to be read: what they do is not for this machine. */
export const ReadOnlyProvider = ReadOnlyContext.Provider;

export function useReadOnly(): boolean {
  return useContext(ReadOnlyContext);
}
