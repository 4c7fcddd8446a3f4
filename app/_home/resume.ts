import type { LessonLink } from '../_lesson/lesson-link.ts';
import { doneAmong, type Progress } from '../_progress/record.ts';

/** The first step of a lesson that is not done; nothing when all or none are: then it opens at its beginning. */
export function firstOpenStep(progress: Progress, lesson: LessonLink): string | undefined {
  const done = doneAmong(progress, lesson.id, lesson.steps);
  if (done.length === 0) return undefined;
  return lesson.steps.find((step) => !done.includes(step));
}

/** Where to go on: the lesson that was begun and not finished, else the first that is not finished, else the first. */
export function lessonToOpen(
  progress: Progress,
  lessons: readonly LessonLink[],
): { lesson: LessonLink; begun: boolean } | undefined {
  const count = (lesson: LessonLink) => doneAmong(progress, lesson.id, lesson.steps).length;
  const begun = lessons.find((lesson) => count(lesson) > 0 && count(lesson) < lesson.steps.length);
  if (begun !== undefined) return { lesson: begun, begun: true };
  const fresh = lessons.find((lesson) => count(lesson) === 0) ?? lessons[0];
  return fresh && { lesson: fresh, begun: false };
}
