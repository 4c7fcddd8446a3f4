'use client';

import type { Lesson } from '../../lessons/schema.ts';
import { fill, useText } from '../_messages/text.tsx';
import { useProgress } from '../_progress/local.ts';
import { doneAmong } from '../_progress/record.ts';
import { lessonPath } from '../_site/languages.ts';
import { Icon } from '../_ui/Icon.tsx';
import { NamespaceName } from '../_ui/NamespaceName.tsx';
import { Inline } from './Inline.tsx';
import type { LessonLink } from './lesson-link.ts';
import { ManLink } from './ManLink.tsx';

type LessonHeadProps = {
  lesson: Lesson;
  /** The lessons that it builds on. */
  before: readonly LessonLink[];
  full: boolean;
};

/**
 * What this lesson is. In full above the first step: title, namespace, the kernel that brought it,
 * manual pages. Above the others one line is enough.
 */
export function LessonHead({ lesson, before, full }: LessonHeadProps) {
  const text = useText();
  const number = <span>{fill(text.lesson.number, { number: lesson.number })}</span>;
  if (!full) {
    return (
      <header className="flex flex-wrap gap-x-3 text-13 text-ink-3">
        {number}
        <h1 className="font-semibold text-ink-2">
          <Inline text={lesson.title} />
        </h1>
      </header>
    );
  }
  return (
    <header>
      <p className="flex flex-wrap gap-x-3 text-13 text-ink-3">
        {number}
        {lesson.namespace !== null && <NamespaceName name={lesson.namespace} />}
        <span>{fill(text.lesson.sinceKernel, { release: lesson.kernel })}</span>
        <span>{fill(text.lesson.minutes, { minutes: lesson.minutes })}</span>
      </p>
      <h1 className="mt-2 font-serif text-28 font-semibold">
        <Inline text={lesson.title} />
      </h1>
      <p className="mt-1 flex flex-wrap gap-x-4 text-14">
        {lesson.man.map((name) => (
          <ManLink key={name} name={name} />
        ))}
      </p>
      {before.length > 0 && <BuildsOn lesson={lesson} before={before} />}
    </header>
  );
}

/** What to have done before, and whether it is. */
function BuildsOn({ lesson, before }: { lesson: Lesson; before: readonly LessonLink[] }) {
  const text = useText();
  const progress = useProgress();
  return (
    <p className="mt-2 flex flex-wrap items-baseline gap-x-3 text-13 text-ink-3">
      {text.lesson.buildsOn}
      {before.map((link) => {
        const finished = doneAmong(progress, link.id, link.steps).length === link.steps.length;
        return (
          <span key={link.id} className="inline-flex items-center gap-1.5">
            <a
              href={lessonPath(lesson.language, link.id)}
              className="text-accent underline underline-offset-4"
            >
              {fill(text.lesson.number, { number: link.number })} · <Inline text={link.title} />
            </a>
            <span className={`inline-flex items-center gap-1 ${finished ? 'text-ok' : ''}`}>
              <Icon name={finished ? 'check' : 'ring'} />
              {finished ? text.lesson.beforeDone : text.lesson.beforeOpen}
            </span>
          </span>
        );
      })}
    </p>
  );
}
