'use client';

import type { Lesson } from '../../lessons/schema.ts';
import { fill, useText } from '../_messages/text.tsx';
import { NamespaceName } from '../_ui/NamespaceName.tsx';
import { Inline } from './Inline.tsx';
import { ManLink } from './ManLink.tsx';

/**
 * What this lesson is. In full above the first step: title, namespace, the kernel that brought it,
 * manual pages. Above the others one line is enough.
 */
export function LessonHead({ lesson, full }: { lesson: Lesson; full: boolean }) {
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
    </header>
  );
}
