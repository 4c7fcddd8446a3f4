import type { Metadata } from 'next';
import type { Language } from '../server/protocol/identifiers.ts';
import { TEXT } from './_messages/table.ts';
import { LANGUAGE_TAGS, pathIn } from './_site/languages.ts';
import './_styles/global.css';
import { Wordmark } from './_ui/Wordmark.tsx';

export const metadata: Metadata = {
  title: `404 · ${TEXT.en.notFound.title} · ${TEXT.zh.notFound.title}`,
  icons: { icon: '/icon.svg' },
};

/** One file answers every wrong address, in either language: so it speaks both. */
export default function NotFound() {
  return (
    <html lang={LANGUAGE_TAGS.en} suppressHydrationWarning>
      <head>
        <script src="/before-paint.js" />
      </head>
      <body>
        <header className="flex h-12 items-center gap-2 border-b border-line px-4 wide:px-6">
          <Wordmark />
        </header>
        <main className="mx-auto grid max-w-[960px] gap-12 px-6 py-20 lab:grid-cols-2">
          <Sentence language="en" />
          <Sentence language="zh" />
        </main>
      </body>
    </html>
  );
}

function Sentence({ language }: { language: Language }) {
  const { notFound } = TEXT[language];
  const Title = language === 'en' ? 'h1' : 'h2';
  return (
    <section lang={LANGUAGE_TAGS[language]} className="font-serif text-18">
      <Title className="text-28 font-semibold">{notFound.title}</Title>
      <p className="mt-3 text-ink-2">{notFound.text}</p>
      <a href={pathIn(language, '/')} className="mt-4 inline-block text-accent underline">
        {notFound.back}
      </a>
    </section>
  );
}
