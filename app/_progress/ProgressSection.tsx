'use client';

import { useState } from 'react';
import type { LessonLink } from '../_lesson/lesson-link.ts';
import { fill, useText } from '../_messages/text.tsx';
import { DeleteEverything } from './DeleteEverything.tsx';
import { ExportButton } from './ExportButton.tsx';
import { ImportButton } from './ImportButton.tsx';
import { useProgress } from './local.ts';
import { doneAmong, isAnsweredRight, secondsOf } from './record.ts';
import { useSyncedProgress } from './sync.ts';
import { spentText } from './time-text.ts';

/** What came of something that was asked for here, as a sentence. */
export type Outcome = { readonly ok: boolean; readonly sentence: string };

/** What is kept of a learner, where, and everything that can be done with it. */
export function ProgressSection({ lessons }: { lessons: readonly LessonLink[] }) {
  const { progress: texts } = useText();
  const [outcome, setOutcome] = useState<Outcome | null>(null);
  useSyncedProgress();
  return (
    <section aria-labelledby="progress" className="border-t border-ink pt-6 pb-14">
      <h2 id="progress" className="font-serif text-28 font-semibold">
        {texts.title}
      </h2>
      <div className="mt-4 grid gap-x-12 gap-y-6 lab:grid-cols-[1fr_280px]">
        <div className="flex max-w-[640px] flex-col gap-4">
          <p className="font-serif text-18 text-pretty text-ink-2">{texts.kept}</p>
          <div className="flex flex-wrap gap-2">
            <ExportButton onOutcome={setOutcome} />
            <ImportButton onOutcome={setOutcome} />
            <DeleteEverything onOutcome={setOutcome} />
          </div>
          <p role="status" className={`text-14 ${outcome?.ok === false ? 'text-bad' : 'text-ok'}`}>
            {outcome?.sentence}
          </p>
        </div>
        <Totals lessons={lessons} />
      </div>
    </section>
  );
}

function Totals({ lessons }: { lessons: readonly LessonLink[] }) {
  const { progress: texts } = useText();
  const progress = useProgress();
  const sum = (count: (lesson: LessonLink) => number) =>
    lessons.reduce((total, lesson) => total + count(lesson), 0);
  const done = sum((lesson) => doneAmong(progress, lesson.id, lesson.steps).length);
  const right = sum(
    ({ id, quizzes }) =>
      quizzes.filter((quiz) => isAnsweredRight(progress, { lesson: id, ...quiz })).length,
  );
  const seconds = sum((lesson) => secondsOf(progress, lesson.id));
  const rows = [
    [texts.steps, fill(texts.of, { done, total: sum(({ steps }) => steps.length) })],
    [texts.questions, fill(texts.of, { done: right, total: sum(({ quizzes }) => quizzes.length) })],
    [texts.time, spentText(seconds, texts)],
  ] as const;
  return (
    <dl className="grid grid-cols-[1fr_auto] content-start gap-x-6 self-start border-t border-line text-14">
      {rows.map(([name, value]) => (
        <div key={name} className="col-span-2 grid grid-cols-subgrid border-b border-line py-2">
          <dt className="text-ink-2">{name}</dt>
          <dd className="text-right font-semibold tabular-nums">{value}</dd>
        </div>
      ))}
    </dl>
  );
}
