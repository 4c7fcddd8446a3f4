import { fill } from '../_messages/fill.ts';
import type { LearningText } from '../_messages/learning.en.ts';

/** A stretch of time in whole minutes, in words. */
export function spentText(seconds: number, texts: LearningText['progress']): string {
  const minutes = Math.floor(seconds / 60);
  if (minutes < 1) return texts.underMinute;
  if (minutes < 60) return fill(texts.minutes, { minutes });
  return fill(texts.hours, { hours: Math.floor(minutes / 60), minutes: minutes % 60 });
}
