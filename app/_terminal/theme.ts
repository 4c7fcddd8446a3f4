import type { ITheme } from '@xterm/xterm';

/**
 * The sixteen colours of a terminal, out of the page's tokens, for light and dark. xterm.js brings any
 * that would be too pale on its background up to the contrast that is asked of it.
 */
const TOKENS = {
  light: { black: '--ink', white: '--ink-3', brightBlack: '--ink-3', brightWhite: '--ink-2' },
  dark: { black: '--line', white: '--ink-2', brightBlack: '--ink-3', brightWhite: '--ink' },
} as const;

const HUES = {
  red: '--bad',
  green: '--ok',
  yellow: '--warn',
  blue: '--accent',
  magenta: '--pid',
  cyan: '--net',
} as const;

/** Reads the present theme from the page. The tokens are registered colours, so they come resolved. */
export function readTheme(scheme: 'light' | 'dark'): ITheme {
  const token = readToken;
  const ansi = Object.entries({ ...TOKENS[scheme], ...HUES }).map(([name, from]) => [
    name,
    token(from),
  ]);
  const bright = Object.entries(HUES).map(([name, from]) => [
    `bright${name.charAt(0).toUpperCase()}${name.slice(1)}`,
    token(from),
  ]);
  return {
    ...Object.fromEntries([...ansi, ...bright]),
    foreground: token('--ink'),
    background: token(scheme === 'light' ? '--raised' : '--sunken'),
    cursor: token('--ink'),
    cursorAccent: token(scheme === 'light' ? '--raised' : '--sunken'),
    selectionBackground: withAlpha(token('--accent'), 0.3),
    scrollbarSliderBackground: withAlpha(token('--ink-3'), 0.3),
    scrollbarSliderHoverBackground: withAlpha(token('--ink-3'), 0.5),
    scrollbarSliderActiveBackground: withAlpha(token('--ink-3'), 0.7),
  };
}

/** A colour of the page as it is now: `rgb(1, 2, 3)`. */
export function readToken(name: string): string {
  return getComputedStyle(document.documentElement).getPropertyValue(name);
}

/** So much of one colour on another, as `#rrggbb`. */
export function blend(colour: string, on: string, share: number): string {
  const below = channelsOf(on);
  const mixed = channelsOf(colour).map((channel, index) =>
    Math.round(channel * share + (below[index] ?? 0) * (1 - share)),
  );
  return `#${mixed.map((channel) => channel.toString(16).padStart(2, '0')).join('')}`;
}

/** A colour as `#rrggbb`. */
export function hexOf(colour: string): string {
  return blend(colour, colour, 1);
}

/** `rgb(1, 2, 3)` made translucent. */
function withAlpha(colour: string, alpha: number): string {
  return `rgba(${channelsOf(colour).join(', ')}, ${alpha})`;
}

function channelsOf(colour: string): readonly number[] {
  const [red = 0, green = 0, blue = 0] = (colour.match(/\d+/g) ?? []).map(Number);
  return [red, green, blue];
}
