'use client';

import { type FocusEvent, type MouseEvent, type ReactNode, useRef, useState } from 'react';
import { useText } from '../_messages/text.tsx';
import { useGlossaryPlace, wordPath } from './Glossary.tsx';
import { popoverId, showMeaning } from './popover.ts';

/** A word that the glossary explains. In a lesson its meaning opens beside it; elsewhere it is a link there. */
export function Term({ id, children }: { id: string; children: ReactNode }) {
  const { site } = useText();
  const { language, where } = useGlossaryPlace();
  switch (where) {
    case 'lesson':
      return <OpeningTerm id={id}>{children}</OpeningTerm>;
    case 'popover':
      return (
        <a href={wordPath(language, id)} target="_blank" rel="noreferrer" title={site.opensNewTab}>
          {children}
        </a>
      );
    case 'page':
      return <a href={`#${id}`}>{children}</a>;
  }
}

/**
 * A link that says what it leads to before one goes there: at a press, or when the keyboard reaches it. With
 * Ctrl, or the middle button, it is a link like any other.
 */
function OpeningTerm({ id, children }: { id: string; children: ReactNode }) {
  const { language } = useGlossaryPlace();
  const [open, setOpen] = useState(false);
  const openAtPress = useRef<boolean>(null);
  const meaning = () => document.getElementById(popoverId(id));

  const show = (word: HTMLElement) => {
    const popover = meaning();
    if (popover === null) return;
    showMeaning(popover, word, () => setOpen(false));
    setOpen(true);
  };
  const click = (event: MouseEvent<HTMLAnchorElement>) => {
    if (event.ctrlKey || event.metaKey || event.shiftKey || event.altKey) return;
    event.preventDefault();
    const wasOpen = openAtPress.current ?? open;
    openAtPress.current = null;
    if (wasOpen) meaning()?.hidePopover();
    else show(event.currentTarget);
  };
  const leave = (event: FocusEvent<HTMLAnchorElement>) => {
    const popover = meaning();
    // Nothing gets the focus when the meaning itself is pressed, to select some of it.
    if (event.relatedTarget === null || popover?.contains(event.relatedTarget)) return;
    popover?.hidePopover();
  };
  return (
    <a
      href={wordPath(language, id)}
      className="term"
      aria-expanded={open}
      aria-describedby={popoverId(id)}
      // A press outside of the popover closes it before the click comes.
      onPointerDown={() => {
        openAtPress.current = open;
      }}
      onClick={click}
      onFocus={(event) => {
        if (event.currentTarget.matches(':focus-visible')) show(event.currentTarget);
      }}
      onBlur={leave}
    >
      {children}
    </a>
  );
}
