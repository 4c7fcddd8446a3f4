'use client';

import { createContext, useContext } from 'react';
import type { TerminalName } from '../../server/protocol/identifiers.ts';

/** What the blocks of a lesson can have done. */
export type LessonActions = {
  /** False while there is no machine: the buttons say so and do nothing. */
  readonly connected: boolean;
  readonly onRun: (terminal: TerminalName, command: string) => void;
  readonly onKey: (terminal: TerminalName, key: string) => void;
};

const ActionsContext = createContext<LessonActions | null>(null);

/** Hands the actions to the blocks below, hints and solution included. */
export const LessonActionsProvider = ActionsContext.Provider;

export function useLessonActions(): LessonActions {
  const actions = useContext(ActionsContext);
  if (actions === null) throw new Error('useLessonActions: no LessonActionsProvider above.');
  return actions;
}
