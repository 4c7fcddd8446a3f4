'use client';

import type { ReactNode } from 'react';
import type { Language } from '../../server/protocol/identifiers.ts';
import type { LessonLink } from '../_lesson/lesson-link.ts';
import { useProgress } from '../_progress/local.ts';
import { lessonPath } from '../_site/languages.ts';
import { firstOpenStep } from './resume.ts';

type LessonTitleLinkProps = { language: Language; lesson: LessonLink; children: ReactNode };

/** Opens a lesson where the reader left it. The whole row of the table can be clicked. */
export function LessonTitleLink({ language, lesson, children }: LessonTitleLinkProps) {
  return (
    <a
      href={lessonPath(language, lesson.id, firstOpenStep(useProgress(), lesson))}
      className="text-ink underline decoration-ink-3 decoration-1 underline-offset-4 after:absolute after:inset-0 hover:decoration-ink"
    >
      {children}
    </a>
  );
}
