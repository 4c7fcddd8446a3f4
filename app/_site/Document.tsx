import type { Metadata } from 'next';
import type { ReactNode } from 'react';
import type { Language } from '../../server/protocol/identifiers.ts';
import { TEXT } from '../_messages/table.ts';
import { TextProvider } from '../_messages/text.tsx';
import '../_styles/global.css';
import { SkipLink } from '../_ui/SkipLink.tsx';
import { LANGUAGE_TAGS } from './languages.ts';

/** The html document of every page of a language; the two root layouts are this. */
export function Document({ language, children }: { language: Language; children: ReactNode }) {
  return (
    // The script in the head marks the theme before React wakes up.
    <html lang={LANGUAGE_TAGS[language]} suppressHydrationWarning>
      <head>
        <script src="/before-paint.js" />
      </head>
      <body>
        <TextProvider text={TEXT[language]}>
          <SkipLink />
          {children}
        </TextProvider>
      </body>
    </html>
  );
}

/** Metadata of every page of a language. */
export function documentMetadata(language: Language): Metadata {
  const { site } = TEXT[language];
  return {
    title: { default: site.name, template: `%s · ${site.name}` },
    description: site.description,
    icons: { icon: '/icon.svg' },
  };
}
