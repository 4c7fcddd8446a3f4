import type { Metadata } from 'next';
import { loadGlossary } from '../../lessons/load.ts';
import type { Language } from '../../server/protocol/identifiers.ts';
import { Blocks } from '../_lesson/Blocks.tsx';
import { TEXT } from '../_messages/table.ts';
import { LANGUAGE_TAGS, pathIn } from '../_site/languages.ts';
import { TopBar } from '../_ui/TopBar.tsx';
import { GlossaryPlaceProvider } from './Glossary.tsx';

/** Every word that lessons explain, in the order of the alphabet. */
export function GlossaryPage({ language }: { language: Language }) {
  const { glossary } = TEXT[language];
  const { compare } = new Intl.Collator(LANGUAGE_TAGS[language]);
  const entries = loadGlossary(language).toSorted((a, b) => compare(a.word, b.word));
  return (
    <>
      <TopBar language={language} path="/glossary/" title={glossary.title} />
      <main id="content" tabIndex={-1} className="mx-auto max-w-[1040px] px-5 pb-20 wide:px-0">
        <h1 className="pt-12 font-serif text-28 font-semibold">{glossary.title}</h1>
        <p className="mt-2 max-w-[640px] font-serif text-18 text-ink-2">{glossary.lead}</p>
        <nav aria-label={glossary.index} className="mt-6">
          <ul className="flex flex-wrap gap-x-4 gap-y-1 border-y border-line py-3 text-14">
            {entries.map(({ id, word }) => (
              <li key={id}>
                <a href={`#${id}`} className="text-accent underline underline-offset-4">
                  {word}
                </a>
              </li>
            ))}
          </ul>
        </nav>
        <GlossaryPlaceProvider value={{ language, where: 'page' }}>
          {entries.map(({ id, word, blocks }) => (
            <section
              key={id}
              aria-labelledby={id}
              className="glossary-word grid gap-x-8 gap-y-1 border-b border-line py-5 lab:grid-cols-[220px_1fr]"
            >
              <h2 id={id} tabIndex={-1} className="scroll-mt-6 font-serif text-18 font-semibold">
                {word}
              </h2>
              <Blocks blocks={blocks} />
            </section>
          ))}
        </GlossaryPlaceProvider>
      </main>
    </>
  );
}

/** Metadata of the glossary in a language. */
export function glossaryMetadata(language: Language): Metadata {
  const { glossary } = TEXT[language];
  return {
    title: glossary.title,
    description: glossary.lead,
    alternates: {
      languages: {
        [LANGUAGE_TAGS.en]: pathIn('en', '/glossary/'),
        [LANGUAGE_TAGS.zh]: pathIn('zh', '/glossary/'),
      },
    },
  };
}
