'use client';

import type { Language } from '../../server/protocol/identifiers.ts';
import { useText } from '../_messages/text.tsx';
import { LANGUAGE_TAGS, OTHER_LANGUAGE, pathIn } from '../_site/languages.ts';
import { useHash } from './hash.ts';

/** To the same place in the other language: same page, same step. */
export function LanguageSwitch({ language, path }: { language: Language; path: string }) {
  const { site } = useText();
  const hash = useHash();
  const other = OTHER_LANGUAGE[language];
  return (
    <a
      href={pathIn(other, path) + (hash === '' ? '' : `#${hash}`)}
      lang={LANGUAGE_TAGS[other]}
      hrefLang={LANGUAGE_TAGS[other]}
      title={site.otherLanguageLabel}
      className="inline-flex h-7 items-center rounded-6 px-2 text-13 text-ink-2 hover:bg-sunken hover:text-ink"
    >
      {site.otherLanguage}
    </a>
  );
}
