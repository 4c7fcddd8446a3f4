'use client';

import { Fragment } from 'react';
import type { Lesson } from '../../lessons/schema.ts';
import { fill, useText } from '../_messages/text.tsx';
import { useProgress } from '../_progress/local.ts';
import { isAnsweredRight } from '../_progress/record.ts';
import { lessonPath, pathIn } from '../_site/languages.ts';
import { Icon } from '../_ui/Icon.tsx';
import { NamespaceName } from '../_ui/NamespaceName.tsx';
import { Inline } from './Inline.tsx';
import { type LessonLink, quizzesOf } from './lesson-link.ts';
import { ManLink } from './ManLink.tsx';

type LessonEndProps = { lesson: Lesson; next: LessonLink | null; done: ReadonlySet<string> };

/** After the last step: what is still open, what to read, where to go. */
export function LessonEnd({ lesson, next, done }: LessonEndProps) {
  const text = useText();
  const open = lesson.steps.filter((step) => !done.has(step.id));
  return (
    <section className="border-t border-ink pt-5">
      <h2 className="font-serif text-22 font-semibold">
        {fill(text.lesson.endTitle, { number: lesson.number })}
      </h2>
      <p className="mt-2 font-serif text-18">
        {open.length === 0 ? (
          text.lesson.endDone
        ) : (
          <StepsIn sentence={text.lesson.endOpen} lesson={lesson} steps={open} />
        )}
      </p>
      <dl className="mt-4 grid grid-cols-[auto_1fr] items-baseline gap-x-4 gap-y-2 text-14">
        <Questions lesson={lesson} />
        <dt className="text-ink-3">{text.lesson.readOn}</dt>
        <dd className="flex flex-wrap gap-x-4">
          {lesson.man.map((name) => (
            <ManLink key={name} name={name} />
          ))}
        </dd>
        <dt className="text-ink-3">{text.lesson.endNext}</dt>
        <dd>{next === null ? text.lesson.endLast : <NextLesson lesson={lesson} next={next} />}</dd>
      </dl>
      <p className="mt-4">
        <a
          href={pathIn(lesson.language, '/')}
          className="inline-flex items-center gap-1.5 text-14 text-accent underline underline-offset-4"
        >
          <Icon name="book" />
          {text.lesson.endContents}
        </a>
      </p>
    </section>
  );
}

/** How many questions are answered right, and where the others are. */
function Questions({ lesson }: { lesson: Lesson }) {
  const text = useText();
  const progress = useProgress();
  const quizzes = quizzesOf(lesson);
  if (quizzes.length === 0) return null;
  const open = quizzes.filter((quiz) => !isAnsweredRight(progress, { lesson: lesson.id, ...quiz }));
  const steps = lesson.steps.filter(({ id }) => open.some(({ step }) => step === id));
  const right = quizzes.length - open.length;
  return (
    <>
      <dt className="text-ink-3">{text.lesson.endQuestions}</dt>
      <dd>
        {fill(text.lesson.endQuestionsRight, { right, total: quizzes.length })}{' '}
        {steps.length > 0 && (
          <StepsIn sentence={text.lesson.endQuestionsOpen} lesson={lesson} steps={steps} />
        )}
      </dd>
    </>
  );
}

type StepsInProps = { sentence: string; lesson: Lesson; steps: Lesson['steps'] };

/** A sentence with steps in it, each a link to it. */
function StepsIn({ sentence, lesson, steps }: StepsInProps) {
  const [before, after] = sentence.split('{steps}');
  return (
    <>
      {before}
      {steps.map((step, index) => (
        <Fragment key={step.id}>
          {index > 0 && (lesson.language === 'zh' ? '、' : ', ')}
          <a href={`#${step.id}`} className="text-accent underline underline-offset-4">
            <Inline text={step.title} />
          </a>
        </Fragment>
      ))}
      {after}
    </>
  );
}

function NextLesson({ lesson, next }: { lesson: Lesson; next: LessonLink }) {
  const text = useText();
  return (
    <>
      <a
        href={lessonPath(lesson.language, next.id)}
        className="font-semibold text-accent underline underline-offset-4"
      >
        {fill(text.lesson.number, { number: next.number })} · <Inline text={next.title} />
      </a>
      {next.namespace !== null && (
        <span className="ml-3 text-13">
          <NamespaceName name={next.namespace} />
        </span>
      )}
    </>
  );
}
