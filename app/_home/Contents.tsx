import type { Lesson } from '../../lessons/schema.ts';
import type { Language } from '../../server/protocol/identifiers.ts';
import { Inline } from '../_lesson/Inline.tsx';
import { lessonLink } from '../_lesson/lesson-link.ts';
import { fill } from '../_messages/fill.ts';
import { TEXT } from '../_messages/table.ts';
import type { HueName } from '../_ui/namespace-colour.ts';
import { HUE_CLASSES } from '../_ui/namespace-colour.ts';
import { LessonProgress } from './LessonProgress.tsx';
import { LessonTitleLink } from './LessonTitleLink.tsx';
import { OUTLINE, type OutlineEntry } from './outline.ts';

type ContentsProps = { language: Language; lessons: readonly Lesson[] };

/** The table of contents of the whole course. Only a lesson that exists is a link. */
export function Contents({ language, lessons }: ContentsProps) {
  const { home, parts } = TEXT[language];
  const listed = new Set(OUTLINE.flatMap(({ entries }) => entries.map(({ number }) => number)));
  const stray = lessons.find(({ number }) => !listed.has(number));
  if (stray) throw new Error(`Lesson ${stray.number} is missing in app/_home/outline.ts.`);
  return (
    <section aria-labelledby="contents" className="pt-16 pb-14">
      <h2 id="contents" className="font-serif text-28 font-semibold">
        {home.contents}
      </h2>
      <p className="mt-2 max-w-[640px] font-serif text-18 text-ink-2">{home.contentsNote}</p>
      {OUTLINE.map(({ part, entries }) => (
        <section key={part} className="mt-8 grid gap-x-8 lab:grid-cols-[220px_1fr]">
          <h3 className="border-t border-ink py-3 font-semibold text-ink-2">{parts[part]}</h3>
          <ol className="border-ink lab:border-t">
            {entries.map((entry) => {
              const lesson = lessons.find(({ number }) => number === entry.number);
              return lesson === undefined ? (
                <UnwrittenRow key={entry.number} language={language} entry={entry} />
              ) : (
                <LessonRow key={entry.number} language={language} lesson={lesson} />
              );
            })}
          </ol>
        </section>
      ))}
    </section>
  );
}

const ROW =
  'grid grid-cols-[28px_1fr] items-baseline gap-x-3 border-b border-line py-3 lab:grid-cols-[28px_1fr_170px]';

function LessonRow({ language, lesson }: { language: Language; lesson: Lesson }) {
  const { home } = TEXT[language];
  return (
    <li className={`${ROW} relative hover:bg-raised`}>
      <NumberCell value={lesson.number} className="text-ink" />
      <div>
        <h4 className="font-serif text-18 font-semibold">
          <LessonTitleLink language={language} lesson={lessonLink(lesson)}>
            <Inline text={lesson.title} />
          </LessonTitleLink>
        </h4>
        <p className="max-w-[60ch] text-ink-2">
          <Inline text={lesson.summary} />
        </p>
        <p className="flex flex-wrap gap-x-4 pt-1 text-13 text-ink-3">
          <span>{fill(home.minutes, { minutes: lesson.minutes })}</span>
          <LessonProgress lesson={lessonLink(lesson)} />
        </p>
      </div>
      <Namespace language={language} name={lesson.namespace} />
    </li>
  );
}

function UnwrittenRow({ language, entry }: { language: Language; entry: OutlineEntry }) {
  return (
    <li className={ROW}>
      <NumberCell value={entry.number} className="text-ink-3" />
      <span className="font-serif text-18 text-ink-3">
        {entry.title[language]}
        <span className="sr-only"> ({TEXT[language].home.notWritten})</span>
      </span>
      <Namespace language={language} name={entry.namespace} />
    </li>
  );
}

function NumberCell({ value, className }: { value: number; className: string }) {
  return <span className={`text-right font-mono text-14 tabular-nums ${className}`}>{value}</span>;
}

function Namespace({ language, name }: { language: Language; name: HueName | null }) {
  if (name === null) return null;
  return (
    <span className={`col-start-2 text-13 lab:col-start-3 ${HUE_CLASSES[name]}`}>
      {TEXT[language].namespace[name]}
    </span>
  );
}
