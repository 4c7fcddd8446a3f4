'use client';

import { useEffect } from 'react';
import type { Lesson, Step } from '../../lessons/schema.ts';
import { useHash } from '../_ui/hash.ts';

/** The step that the address names after `#`, or the first one. */
export function stepAt(lesson: Lesson, hash: string): Step {
  const step = lesson.steps.find(({ id }) => id === hash) ?? lesson.steps[0];
  if (step === undefined) throw new Error(`Lesson ${lesson.id} has no steps.`);
  return step;
}

/**
 * The open step, kept in the address: it survives a reload, can be linked, and the browser's back
 * button goes to the step before. Once it is known, what `before-paint.js` has hidden may be seen.
 */
export function useStep(lesson: Lesson): [Step, (stepId: string) => void] {
  useEffect(() => {
    delete document.documentElement.dataset.step;
  }, []);
  return [stepAt(lesson, useHash()), goToStep];
}

function goToStep(stepId: string): void {
  location.hash = stepId;
}
