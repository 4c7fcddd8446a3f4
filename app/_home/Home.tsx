import type { Language } from '../../server/protocol/identifiers.ts';
import { lessonLink } from '../_lesson/lesson-link.ts';
import { TEXT } from '../_messages/table.ts';
import { ProgressSection } from '../_progress/ProgressSection.tsx';
import { pathIn } from '../_site/languages.ts';
import { lessonsIn } from '../_site/lesson-page.tsx';
import { Keys } from '../_ui/Keys.tsx';
import { TopBar } from '../_ui/TopBar.tsx';
import { Contents } from './Contents.tsx';
import { GlassFigure } from './GlassFigure.tsx';
import { StartLink } from './StartLink.tsx';

/** The first page: what Glassbox is, its idea as a picture, and the table of contents. */
export function Home({ language }: { language: Language }) {
  const { home, glossary } = TEXT[language];
  const lessons = lessonsIn(language);
  return (
    <>
      <TopBar language={language} path="/" />
      <main id="content" tabIndex={-1} className="mx-auto max-w-[1040px] px-5 wide:px-0">
        <section className="pt-16 pb-12 lab:pt-24">
          <h1 className="max-w-[18em] font-serif text-28 font-semibold text-balance lab:text-40">
            {home.title}
          </h1>
          <p className="mt-6 max-w-[640px] font-serif text-18 text-pretty">{home.lead}</p>
          <StartLink language={language} lessons={lessons.map(lessonLink)} />
        </section>
        <GlassFigure language={language} />
        <Contents language={language} lessons={lessons} />
        <ProgressSection lessons={lessons.map(lessonLink)} />
        <div className="grid gap-x-12 gap-y-10 border-t border-ink pt-6 pb-16 lab:grid-cols-3">
          <Notes title={home.before} sentences={home.beforeText} />
          <Notes title={home.how} sentences={home.howText} />
          <section>
            <h2 className="font-serif text-22 font-semibold">{home.keyboard}</h2>
            <dl className="mt-3 grid grid-cols-[auto_1fr] gap-x-4 gap-y-3">
              {home.keys.map(({ keys, does }) => (
                <div key={does} className="col-span-2 grid grid-cols-subgrid">
                  <dt className="flex gap-1">
                    {keys.map((together) => (
                      <Keys key={together.join()} keys={together} />
                    ))}
                  </dt>
                  <dd className="text-ink-2">{does}</dd>
                </div>
              ))}
            </dl>
          </section>
        </div>
      </main>
      <footer className="mx-auto max-w-[1040px] border-t border-line px-5 py-6 text-13 text-ink-3 wide:px-0">
        <p className="flex flex-wrap gap-x-6 gap-y-1">
          <span>{home.footer}</span>
          <a
            href={pathIn(language, '/glossary/')}
            className="text-accent underline underline-offset-4"
          >
            {glossary.link}
          </a>
        </p>
      </footer>
    </>
  );
}

function Notes({ title, sentences }: { title: string; sentences: readonly string[] }) {
  return (
    <section>
      <h2 className="font-serif text-22 font-semibold">{title}</h2>
      {sentences.map((sentence) => (
        <p key={sentence} className="mt-3 font-serif text-18">
          {sentence}
        </p>
      ))}
    </section>
  );
}
