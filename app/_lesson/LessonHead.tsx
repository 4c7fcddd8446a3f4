'use client';

import type { Lesson } from '../../lessons/schema.ts';
import { fill, useText } from '../_messages/text.tsx';
import { NamespaceName } from '../_ui/NamespaceName.tsx';
import { Inline } from './Inline.tsx';
import { ManLink } from './ManLink.tsx';

/** What this lesson is: its number and title, its namespace, the kernel that brought it, its manual pages. */
export function LessonHead({ lesson }: { lesson: Lesson }) {
  const text = useText();
  return (
    <header>
      <p className="flex flex-wrap gap-x-3 text-13 text-ink-3">
        <span>{fill(text.lesson.number, { number: lesson.number })}</span>
        {lesson.namespace !== null && <NamespaceName name={lesson.namespace} />}
        <span>{fill(text.lesson.sinceKernel, { release: lesson.kernel })}</span>
        {lesson.man.map((name) => (
          <ManLink key={name} name={name} />
        ))}
      </p>
      <h1 className="mt-1 font-serif text-28 font-semibold">
        <Inline text={lesson.title} />
      </h1>
    </header>
  );
}
