'use client';

import { useEffect, useRef, useState } from 'react';
import type { TerminalText } from '../_messages/terminal.en.ts';
import { fill, useText } from '../_messages/text.tsx';
import { IconButton } from '../_ui/Button.tsx';
import { useObservable } from '../_ui/observable.ts';
import { MATCHES_MAX, type SearchState } from './screen-state.ts';
import type { SearchFor, SearchWay } from './search.ts';
import type { Title } from './title.ts';
import type { XtermScreen } from './xterm.ts';

type SearchBarProps = { readonly title: Title; readonly screen: XtermScreen };

/** Between a terminal's header and its screen, while something is looked for. */
export function SearchBar(props: SearchBarProps) {
  const isOpen = useObservable(props.screen.state, (state) => state.search !== null);
  return isOpen && <OpenSearch {...props} />;
}

const NOTHING: SearchFor = { text: '', caseSensitive: false, wholeWord: false, regex: false };

/** What a switch shows is a sign of the trade; its name says it in words. */
const SWITCHES = { caseSensitive: 'Aa', wholeWord: '|ab|', regex: '.*' } as const;

function OpenSearch({ title, screen }: SearchBarProps) {
  const { terminalTools } = useText();
  const texts = terminalTools.search;
  const [search, setSearch] = useState(NOTHING);
  const field = useRef<HTMLInputElement>(null);
  useEffect(() => field.current?.focus(), []);
  const find = (change: Partial<SearchFor>, way: SearchWay) => {
    const next = { ...search, ...change };
    setSearch(next);
    screen.search.find(next, way);
  };
  return (
    <search
      className="terminal-search"
      aria-label={fill(title.isNumbered ? texts.labelNumbered : texts.label, { name: title.name })}
      onKeyDown={(event) => {
        if (event.key === 'Escape') screen.search.close();
      }}
    >
      <input
        ref={field}
        type="text"
        aria-label={texts.field}
        placeholder={texts.field}
        value={search.text}
        spellCheck={false}
        autoComplete="off"
        onChange={(event) => find({ text: event.target.value }, 'as-typed')}
        onKeyDown={(event) => {
          if (event.key !== 'Enter' || event.nativeEvent.isComposing) return;
          event.preventDefault();
          find({}, event.shiftKey ? 'previous' : 'next');
        }}
      />
      <span className="terminal-search-rest">
        <span className="terminal-search-switches">
          {(['caseSensitive', 'wholeWord', 'regex'] as const).map((kind) => (
            <button
              key={kind}
              type="button"
              aria-label={texts[kind]}
              title={texts[kind]}
              aria-pressed={search[kind]}
              onClick={() => find({ [kind]: !search[kind] }, 'as-typed')}
            >
              {SWITCHES[kind]}
            </button>
          ))}
        </span>
        <Found screen={screen} isEmpty={search.text === ''} />
        <span className="terminal-search-ways">
          <IconButton
            icon="chevron-up"
            label={texts.previous}
            onClick={() => find({}, 'previous')}
          />
          <IconButton icon="chevron-down" label={texts.next} onClick={() => find({}, 'next')} />
          <IconButton icon="cross" label={texts.close} onClick={screen.search.close} />
        </span>
      </span>
    </search>
  );
}

function Found({ screen, isEmpty }: { screen: XtermScreen; isEmpty: boolean }) {
  const texts = useText().terminalTools.search;
  const found = useObservable(screen.state, (state) => state.search);
  return (
    <span role="status" className="terminal-search-found" data-invalid={found?.invalid}>
      {found && !isEmpty && foundText(found, texts)}
    </span>
  );
}

function foundText({ count, index, invalid }: SearchState, texts: TerminalText['search']): string {
  if (invalid) return texts.invalid;
  if (count === 0) return texts.none;
  if (count >= MATCHES_MAX) return fill(texts.tooMany, { max: MATCHES_MAX });
  return index === 0 ? fill(texts.total, { count }) : fill(texts.count, { index, count });
}
