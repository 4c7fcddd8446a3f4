'use client';

import { useMemo, useSyncExternalStore } from 'react';
import { readStored, writeStored } from '../_ui/stored.ts';
import { type Progress, parseProgress, stepTimes, withStep } from './progress-record.ts';

const KEY = 'glassbox.progress';
const EMPTY: Progress = {};

let cache: { stored: string | null; progress: Progress } = { stored: null, progress: EMPTY };
const listeners = new Set<() => void>();

/** Parsed once for each stored text, so that React sees the same object as long as nothing has changed. */
function currentProgress(): Progress {
  const stored = readStored(KEY);
  if (stored !== cache.stored) cache = { stored, progress: parseProgress(stored) };
  return cache.progress;
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
export function recordStep(lessonId: string, stepId: string): void {
  const before = currentProgress();
  if (Object.hasOwn(stepTimes(before, lessonId), stepId)) return;
  writeStored(KEY, JSON.stringify(withStep(before, lessonId, stepId, Date.now())));
  for (const listener of listeners) listener();
}

/** All that was done in this browser. Empty while the page is rendered at build time. */
export function useProgress(): Progress {
  return useSyncExternalStore(subscribe, currentProgress, () => EMPTY);
}

/** Ids of the done steps of one lesson. */
export function useDoneSteps(lessonId: string): ReadonlySet<string> {
  const times = stepTimes(useProgress(), lessonId);
  return useMemo(() => new Set(Object.keys(times)), [times]);
}
