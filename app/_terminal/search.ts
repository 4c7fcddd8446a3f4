import { type ISearchOptions, SearchAddon } from '@xterm/addon-search';
import type { Terminal } from '@xterm/xterm';
import type { Observable } from '../_ui/observable.ts';
import { MATCHES_MAX, NOTHING_FOUND, type ScreenState } from './screen-state.ts';
import { blend, hexOf, readToken } from './theme.ts';

export type SearchFor = {
  readonly text: string;
  readonly caseSensitive: boolean;
  readonly wholeWord: boolean;
  readonly regex: boolean;
};

export type SearchWay = 'as-typed' | 'next' | 'previous';

export type ScreenSearch = {
  readonly open: () => void;
  /** Looks for a text, and shows how many there are. */
  readonly find: (search: SearchFor, way: SearchWay) => void;
  readonly close: () => void;
};

/** Searches what is on the screen and what has scrolled off it. */
export function attachSearch(terminal: Terminal, state: Observable<ScreenState>): ScreenSearch {
  const addon = new SearchAddon({ highlightLimit: MATCHES_MAX });
  terminal.loadAddon(addon);
  let before: SearchFor | undefined;
  addon.onDidChangeResults(({ resultIndex, resultCount }) => {
    if (state.get().search === null) return;
    state.set({ search: { index: resultIndex + 1, count: resultCount, invalid: false } });
  });
  const forget = () => {
    before = undefined;
    addon.clearDecorations();
  };
  return {
    open: () => state.set({ search: state.get().search ?? NOTHING_FOUND, menu: null }),
    find(search, way) {
      if (search.text === '' || (search.regex && !isRegex(search.text))) {
        forget();
        terminal.clearSelection();
        const invalid = search.text !== '';
        return state.set({ search: { ...NOTHING_FOUND, invalid } });
      }
      // The addon marks matches anew only for another text.
      if (before && !isSameKind(before, search)) forget();
      before = search;
      const { text, ...kind } = search;
      const options = { ...kind, decorations: decorations() };
      if (way === 'previous') addon.findPrevious(text, options);
      else addon.findNext(text, { ...options, incremental: way === 'as-typed' });
    },
    close() {
      forget();
      state.set({ search: null });
      terminal.focus();
    },
  };
}

function isRegex(text: string): boolean {
  try {
    new RegExp(text);
    return true;
  } catch {
    return false;
  }
}

function isSameKind(one: SearchFor, other: SearchFor): boolean {
  return (
    one.caseSensitive === other.caseSensitive &&
    one.wholeWord === other.wholeWord &&
    one.regex === other.regex
  );
}

/** Out of the page's tokens, when it is searched: the theme may be another by then. */
function decorations(): NonNullable<ISearchOptions['decorations']> {
  const raised = readToken('--raised');
  const warn = readToken('--warn');
  return {
    matchBackground: blend(warn, raised, 0.25),
    activeMatchBackground: blend(warn, raised, 0.6),
    activeMatchBorder: hexOf(warn),
    matchOverviewRuler: hexOf(warn),
    activeMatchColorOverviewRuler: hexOf(warn),
  };
}
