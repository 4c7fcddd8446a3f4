import type { IUnicodeVersionProvider } from '@xterm/xterm';
import { TWO_CELLS, ZERO_CELLS } from './cell-width-table.ts';

/** More marks than this on one character are no writing (Unicode's Stream-Safe Text Format has the same). */
const JOINED_MAX = 30;

/**
 * Tells xterm.js to count cells as the machine's C library does. Whoever edits a line moves the cursor by
 * these numbers; a terminal that counts otherwise draws the line in the wrong place. For the same reason
 * emoji joined by ZWJ take the cells of each of them: readline counts so.
 */
export const MACHINE_WIDTHS: IUnicodeVersionProvider = {
  version: 'glibc-2.36',
  wcwidth: (codePoint) => cellWidth(codePoint),
  charProperties(codePoint, preceding) {
    const width = cellWidth(codePoint);
    const before = unpack(preceding);
    // A character without a cell of its own joins the one before it, if there is one.
    if (width > 0 || before.width === 0) return pack({ joined: 0, width, joins: false });
    const joined = before.joined + 1;
    if (joined > JOINED_MAX) return pack({ joined: 0, width: 1, joins: false });
    return pack({ joined, width: before.width, joins: true });
  },
};

type Properties = { readonly joined: number; readonly width: number; readonly joins: boolean };

/** As xterm.js has it: bit 0 joins, bits 1 and 2 are the width, the rest is whatever the provider wants. */
function pack({ joined, width, joins }: Properties): number {
  return (joined << 3) | (width << 1) | (joins ? 1 : 0);
}

function unpack(properties: number): Properties {
  return { joined: properties >> 3, width: (properties >> 1) & 3, joins: (properties & 1) === 1 };
}

type Range = readonly [first: number, last: number];

const ZERO = parseRanges(ZERO_CELLS);
const TWO = parseRanges(TWO_CELLS);

/** Cells that a character takes. */
export function cellWidth(codePoint: number): 0 | 1 | 2 {
  if (codePoint < 0x20 || (codePoint >= 0x7f && codePoint < 0xa0)) return 0;
  // The first character of another width.
  if (codePoint < 0x300) return 1;
  if (isWithin(ZERO, codePoint)) return 0;
  return isWithin(TWO, codePoint) ? 2 : 1;
}

function parseRanges(text: string): readonly Range[] {
  return text
    .trim()
    .split(/\s+/)
    .map((word) => {
      const [first = '', last = first] = word.split('-');
      return [Number.parseInt(first, 16), Number.parseInt(last, 16)];
    });
}

function isWithin(ranges: readonly Range[], codePoint: number): boolean {
  let low = 0;
  let high = ranges.length - 1;
  while (low <= high) {
    const middle = (low + high) >> 1;
    const range = ranges[middle];
    if (range === undefined) return false;
    if (codePoint < range[0]) high = middle - 1;
    else if (codePoint > range[1]) low = middle + 1;
    else return true;
  }
  return false;
}
