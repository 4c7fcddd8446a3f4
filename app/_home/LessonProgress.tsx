'use client';

import type { LessonLink } from '../_lesson/lesson-link.ts';
import { fill, useText } from '../_messages/text.tsx';
import { useProgress } from '../_progress/local.ts';
import { doneAmong, isAnsweredRight, secondsOf } from '../_progress/record.ts';
import { spentText } from '../_progress/time-text.ts';
import { Icon } from '../_ui/Icon.tsx';

/** How far this learner has come in a lesson: steps, questions and time. */
export function LessonProgress({ lesson }: { lesson: LessonLink }) {
  const { home, progress: texts } = useText();
  const progress = useProgress();
  const done = doneAmong(progress, lesson.id, lesson.steps).length;
  const total = lesson.steps.length;
  const finished = done === total;
  const right = lesson.quizzes.filter((quiz) =>
    isAnsweredRight(progress, { lesson: lesson.id, ...quiz }),
  ).length;
  const seconds = secondsOf(progress, lesson.id);
  return (
    <>
      <span className={`inline-flex items-center gap-1.5 ${finished ? 'text-ok' : ''}`}>
        <Icon name={finished ? 'check-ring' : 'ring'} />
        {finished
          ? home.progressAll
          : done === 0
            ? home.progressNone
            : fill(home.progressSome, { done, total })}
      </span>
      {lesson.quizzes.length > 0 && (
        <span className="inline-flex items-center gap-1.5">
          <Icon name="question" />
          {fill(texts.rightQuestions, { right, total: lesson.quizzes.length })}
        </span>
      )}
      {seconds > 0 && (
        <span className="inline-flex items-center gap-1.5">
          <Icon name="clock" />
          {fill(texts.spent, { time: spentText(seconds, texts) })}
        </span>
      )}
    </>
  );
}
