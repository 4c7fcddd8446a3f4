'use client';

import type { LessonLink } from '../_lesson/lesson-link.ts';
import { useProgress } from '../_lesson/progress.ts';
import { doneAmong } from '../_lesson/progress-record.ts';
import { fill, useText } from '../_messages/text.tsx';
import { Icon } from '../_ui/Icon.tsx';

/** How far this browser's reader has come in a lesson. */
export function LessonProgress({ lesson }: { lesson: LessonLink }) {
  const { home } = useText();
  const done = doneAmong(useProgress(), lesson.id, lesson.steps).length;
  const total = lesson.steps.length;
  const finished = done === total;
  return (
    <span className={`inline-flex items-center gap-1.5 ${finished ? 'text-ok' : ''}`}>
      <Icon name={finished ? 'check-ring' : 'ring'} />
      {finished
        ? home.progressAll
        : done === 0
          ? home.progressNone
          : fill(home.progressSome, { done, total })}
    </span>
  );
}
