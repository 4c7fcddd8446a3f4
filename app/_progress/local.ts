'use client';

import { useMemo, useSyncExternalStore } from 'react';
import type { QuizVerdict } from '../../server/protocol/quiz.ts';
import { readStored, writeStored } from '../_ui/stored.ts';
import {
  asRecord,
  doneSteps,
  mergeProgress,
  NO_PROGRESS,
  type Progress,
  parseProgress,
  withAnswer,
  withStep,
} from './record.ts';
import './jitless.ts';

/** Kept beside the server's, so that a page knows at once, and knows when the lab can't be reached. */
const KEY = 'glassbox.progress';

let cache: { stored: string | null; progress: Progress } = { stored: null, progress: NO_PROGRESS };
const listeners = new Set<() => void>();

/** Parsed once for each stored text, so that React sees the same object as long as nothing has changed. */
export function localProgress(): Progress {
  const stored = readStored(KEY);
  if (stored !== cache.stored) cache = { stored, progress: parseProgress(stored) };
  return cache.progress;
}

function keep(progress: Progress): void {
  writeStored(KEY, JSON.stringify(asRecord(progress, Date.now())));
  for (const listener of listeners) listener();
}

function subscribe(listener: () => void): () => void {
  listeners.add(listener);
  // Another tab may have done a step.
  addEventListener('storage', listener);
  return () => {
    listeners.delete(listener);
    removeEventListener('storage', listener);
  };
}

/** Notes that a step is done, for good. Noting it twice changes nothing. */
export function recordStep(lesson: string, step: string): void {
  if (doneSteps(localProgress(), lesson).has(step)) return;
  keep(withStep(localProgress(), { lesson, step }, Date.now()));
}

/** Notes what the server made of an answer. */
export function recordAnswer(
  place: { lesson: string; step: string; quiz: string },
  verdict: QuizVerdict['verdict'],
): void {
  keep(withAnswer(localProgress(), place, verdict, Date.now()));
}

/** Takes over what another record knows. */
export function recordAll(progress: Progress): void {
  keep(mergeProgress(localProgress(), progress));
}

/** Nothing was done. */
export function forgetProgress(): void {
  writeStored(KEY, null);
  for (const listener of listeners) listener();
}

/** All that was done. Nothing while the page is rendered at build time. */
export function useProgress(): Progress {
  return useSyncExternalStore(subscribe, localProgress, () => NO_PROGRESS);
}

/** Ids of the done steps of one lesson. */
export function useDoneSteps(lesson: string): ReadonlySet<string> {
  const progress = useProgress();
  return useMemo(() => doneSteps(progress, lesson), [progress, lesson]);
}
