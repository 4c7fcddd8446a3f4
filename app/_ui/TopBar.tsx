'use client';

import type { ReactNode } from 'react';
import type { Language } from '../../server/protocol/identifiers.ts';
import { useText } from '../_messages/text.tsx';
import { pathIn } from '../_site/languages.ts';
import { LanguageSwitch } from './LanguageSwitch.tsx';
import { ThemeSwitch } from './ThemeSwitch.tsx';
import { Wordmark } from './Wordmark.tsx';

type TopBarProps = {
  language: Language;
  /** Address of this page without its language: `/`, `/lessons/uts/`. */
  path: string;
  /** What is open, beside the wordmark. */
  title?: string;
  /** What the page adds: clock, reset. On a narrow screen they get a row of their own. */
  children?: ReactNode;
};

/** The line at the top of every page: where I am, and the two switches. */
export function TopBar({ language, path, title, children }: TopBarProps) {
  const { site } = useText();
  return (
    <header className="flex flex-wrap items-center gap-x-4 border-b border-line px-4 wide:px-6">
      <div className="flex h-12 min-w-0 flex-1 items-center gap-3">
        <a
          href={pathIn(language, '/')}
          aria-label={site.home}
          className="flex items-center gap-2 rounded-6 text-ink"
        >
          <Wordmark />
        </a>
        {title !== undefined && (
          <span className="hidden truncate border-l border-line pl-3 text-13 text-ink-2 lab:block">
            {title}
          </span>
        )}
      </div>
      {children !== undefined && (
        <div className="order-last flex w-full items-center gap-2 pb-2 lab:order-none lab:w-auto lab:pb-0">
          {children}
        </div>
      )}
      <div className="flex items-center gap-2">
        <LanguageSwitch language={language} path={path} />
        <ThemeSwitch />
      </div>
    </header>
  );
}
