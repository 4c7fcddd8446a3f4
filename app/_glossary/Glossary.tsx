'use client';

import { createContext, type FocusEvent, type ReactNode, useContext } from 'react';
import type { GlossaryEntry } from '../../lessons/schema.ts';
import type { Language } from '../../server/protocol/identifiers.ts';
import { Blocks } from '../_lesson/Blocks.tsx';
import { useText } from '../_messages/text.tsx';
import { pathIn } from '../_site/languages.ts';
import { Icon } from '../_ui/Icon.tsx';
import { markClosing, popoverId } from './popover.ts';

/** Where a word of the glossary stands: that decides what its link does. */
export type GlossaryPlace = {
  readonly language: Language;
  readonly where: 'lesson' | 'popover' | 'page';
};

const PlaceContext = createContext<GlossaryPlace | null>(null);
export const GlossaryPlaceProvider = PlaceContext.Provider;

export function useGlossaryPlace(): GlossaryPlace {
  const place = useContext(PlaceContext);
  if (place === null) throw new Error('useGlossaryPlace: no GlossaryPlaceProvider above.');
  return place;
}

/** Address of a word in the glossary. */
export function wordPath(language: Language, id: string): string {
  return `${pathIn(language, '/glossary/')}#${id}`;
}

type GlossaryProps = {
  language: Language;
  /** The words that are linked to below. */
  entries: readonly GlossaryEntry[];
  children: ReactNode;
};

/** What the linked words mean, each in a popover of the browser's own: Escape and a press elsewhere close it. */
export function Glossary({ language, entries, children }: GlossaryProps) {
  return (
    <>
      <PlaceContext value={{ language, where: 'lesson' }}>{children}</PlaceContext>
      <PlaceContext value={{ language, where: 'popover' }}>
        {entries.map((entry) => (
          <Meaning key={entry.id} language={language} entry={entry} />
        ))}
      </PlaceContext>
    </>
  );
}

function Meaning({ language, entry }: { language: Language; entry: GlossaryEntry }) {
  const { glossary, site } = useText();
  const leave = (event: FocusEvent<HTMLElement>) => {
    const to = event.relatedTarget;
    if (to !== null && !event.currentTarget.contains(to)) event.currentTarget.hidePopover();
  };
  return (
    <div
      id={popoverId(entry.id)}
      popover="auto"
      role="note"
      aria-label={entry.word}
      className="term-popover"
      onBlur={leave}
      onBeforeToggle={(event) => markClosing(event.currentTarget, event.newState === 'closed')}
      onToggle={(event) => markClosing(event.currentTarget, false)}
    >
      <p className="pb-1 text-13 font-semibold text-ink-2">{entry.word}</p>
      <Blocks blocks={entry.blocks} />
      <a
        href={wordPath(language, entry.id)}
        target="_blank"
        rel="noreferrer"
        title={site.opensNewTab}
        className="mt-2 inline-flex items-center gap-1.5 text-13 text-accent underline underline-offset-4"
      >
        <Icon name="book" />
        {glossary.inGlossary}
      </a>
    </div>
  );
}
