import type { IBuffer, Terminal } from '@xterm/xterm';

export type Transcript = {
  readonly text: string;
  /** How many lines are left, when more had been printed than a terminal keeps. */
  readonly cutTo: number | null;
};

type ReadableTerminal = Pick<Terminal, 'buffer' | 'rows'> & {
  readonly options: Pick<Terminal['options'], 'scrollback'>;
};

/** All that can be read on a terminal, as plain text: what has scrolled off, and the screen. */
export function transcript({ buffer, options, rows }: ReadableTerminal): Transcript {
  const { normal, active } = buffer;
  const lines = linesOf(normal);
  // The screen of a full-screen program lies over the other one.
  if (active.type === 'alternate') lines.push('', ...linesOf(active));
  return {
    text: `${lines.join('\n')}\n`,
    cutTo: normal.length >= rows + (options.scrollback ?? 0) ? normal.length : null,
  };
}

/** A line that was too long for the screen is one line again; empty ones at the end are none. */
function linesOf(buffer: IBuffer): string[] {
  const lines: string[] = [];
  for (let row = 0; row < buffer.length; row++) {
    const line = buffer.getLine(row);
    const text = line?.translateToString(true) ?? '';
    const before = lines.length - 1;
    if (line?.isWrapped && before >= 0) lines[before] += text;
    else lines.push(text);
  }
  const trimmed = lines.map((line) => line.trimEnd());
  return trimmed.slice(0, trimmed.findLastIndex((line) => line !== '') + 1);
}
