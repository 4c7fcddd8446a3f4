/** Where on the page a menu opens, and what there is to do there. */
export type OpenMenu = {
  readonly x: number;
  readonly y: number;
  readonly hasSelection: boolean;
  readonly hasRecording: boolean;
  readonly isFullScreen: boolean;
  /** Address of the link under the pointer. */
  readonly link: string | null;
};

/** What the learner is asked, or told, below the screen because of something they did. */
export type OwnQuestion =
  | { readonly kind: 'paste'; readonly text: string }
  /** The browser gives this page no way to the clipboard: the learner's keys have one. */
  | { readonly kind: 'copy-by-key'; readonly text: string }
  | { readonly kind: 'paste-by-key' };

export type HoveredLink = {
  readonly address: string;
  readonly x: number;
  readonly y: number;
  /** A program wants the mouse: a click is the page's only with Shift. */
  readonly wantsShift: boolean;
};

export type SearchState = {
  /** Which of the matches is shown, from 1; 0 when there are too many to tell. */
  readonly index: number;
  readonly count: number;
  readonly invalid: boolean;
};

/** What of a terminal is around its screen: menu, search, questions, marks. */
export type ScreenState = {
  readonly menu: OpenMenu | null;
  readonly search: SearchState | null;
  readonly question: OwnQuestion | null;
  /** Text that a program in the terminal wants on the clipboard. */
  readonly wantsClipboard: string | null;
  /** The learner has asked to answer that by keyboard. */
  readonly answering: boolean;
  readonly link: HoveredLink | null;
  readonly bell: boolean;
};

export const QUIET: ScreenState = {
  menu: null,
  search: null,
  question: null,
  wantsClipboard: null,
  answering: false,
  link: null,
  bell: false,
};

export const NOTHING_FOUND: SearchState = { index: 0, count: 0, invalid: false };

/** Beyond this many, matches are counted no further. */
export const MATCHES_MAX = 1_000;
