'use client';

import type { Language } from '../../server/protocol/identifiers.ts';
import { plain } from '../_lesson/Inline.tsx';
import type { LessonLink } from '../_lesson/lesson-link.ts';
import { fill, useText } from '../_messages/text.tsx';
import { useProgress } from '../_progress/local.ts';
import { lessonPath } from '../_site/languages.ts';
import { buttonClass } from '../_ui/Button.tsx';
import { Icon } from '../_ui/Icon.tsx';
import { firstOpenStep, lessonToOpen } from './resume.ts';

type StartLinkProps = { language: Language; lessons: readonly LessonLink[] };

/** The one thing to do on the first page: begin, or go on where one was. */
export function StartLink({ language, lessons }: StartLinkProps) {
  const { home } = useText();
  const progress = useProgress();
  const open = lessonToOpen(progress, lessons);
  if (open === undefined) return null;
  const { id, number, title } = open.lesson;
  return (
    <p className="mt-8">
      <a
        href={lessonPath(language, id, firstOpenStep(progress, open.lesson))}
        className={`${buttonClass({ kind: 'primary' })} h-auto min-h-10 py-2 whitespace-normal`}
      >
        {fill(open.begun ? home.resume : home.begin, { number, title: plain(title) })}
        <Icon name="chevron-right" />
      </a>
    </p>
  );
}
