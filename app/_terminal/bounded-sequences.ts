import type { IFunctionIdentifier, Terminal } from '@xterm/xterm';

/**
 * Sequences whose work grows with the number in them: insert and delete lines, scroll, tab, repeat a
 * character. xterm.js does what they say, two thousand million times if need be, and no page survives that.
 */
const COUNTED: readonly IFunctionIdentifier[] = [
  { final: 'I' },
  { final: 'L' },
  { final: 'M' },
  { final: 'S' },
  { final: 'T' },
  { final: 'Z' },
  { final: 'b' },
];

/** No screen has more lines or columns than this. */
const COUNT_MAX = 1_000;

/** Titles and icon names: nothing here shows them, so nothing keeps them. */
const TITLES = [0, 1, 2];

/** A link of a program (OSC 8) is kept for each place it is at. */
const LINK = 8;
const LINK_LENGTH_MAX = 4_096;

/** Leaves out what nobody means and what the page would suffer from. */
export function boundSequences({ parser }: Pick<Terminal, 'parser'>): void {
  for (const sequence of COUNTED)
    parser.registerCsiHandler(
      sequence,
      ([count]) => typeof count === 'number' && count > COUNT_MAX,
    );
  for (const title of TITLES) parser.registerOscHandler(title, () => true);
  parser.registerOscHandler(LINK, (data) => data.length > LINK_LENGTH_MAX);
}
