import type { RecordedEvent } from './recording.ts';

export type CastTexts = {
  readonly title: string;
  /** Shown first when the beginning of the recording is missing. */
  readonly cut: string;
  /** Name of the mark where bytes are missing in between. */
  readonly gap: string;
};

/** Longer pauses (a page that was closed) are played as this many seconds. */
const IDLE_SECONDS_MAX = 3;

type Size = { readonly columns: number; readonly rows: number };

/**
 * A recording as asciicast v2 (https://docs.asciinema.org/manual/asciicast/v2/): a header, then an event
 * a line. A character whose bytes came in two pieces is written with the second.
 */
export function asciicast(events: readonly RecordedEvent[], size: Size, texts: CastTexts): string {
  const begin = events[0]?.at ?? 0;
  const firstOutput = events.find((event) => event.kind === 'output');
  const firstSize = sizeAtBeginning(events) ?? size;
  const lines: unknown[] = [
    {
      version: 2,
      width: firstSize.columns,
      height: firstSize.rows,
      timestamp: Math.floor(begin / 1000),
      idle_time_limit: IDLE_SECONDS_MAX,
      title: texts.title,
      env: { TERM: 'xterm-256color' },
    },
  ];
  if (firstOutput && firstOutput.offset > 0) lines.push([0, 'o', `\x1b[2m${texts.cut}\x1b[m\r\n`]);
  let decoder = new TextDecoder();
  let end = firstOutput?.offset ?? 0;
  let shown = firstSize;
  let time = 0;
  for (const event of events) {
    // The clock of a computer may be set back; that of a recording goes on.
    time = Math.max(time, (event.at - begin) / 1000);
    if (event.kind === 'resize') {
      if (event.columns !== shown.columns || event.rows !== shown.rows)
        lines.push([time, 'r', `${event.columns}x${event.rows}`]);
      shown = event;
      continue;
    }
    if (event.offset !== end) {
      decoder = new TextDecoder();
      lines.push([time, 'm', texts.gap]);
    }
    const isAfterGap = event.offset !== end || event === firstOutput;
    end = event.offset + event.bytes.byteLength;
    const bytes = isAfterGap ? withoutHalfCharacter(event.bytes) : event.bytes;
    const text = decoder.decode(bytes, { stream: true });
    if (text !== '') lines.push([time, 'o', text]);
  }
  return lines.map((line) => `${JSON.stringify(line)}\n`).join('');
}

/** The last size before the first output. */
function sizeAtBeginning(events: readonly RecordedEvent[]): Size | undefined {
  let size: Size | undefined;
  for (const event of events) {
    if (event.kind === 'output') break;
    size = event;
  }
  return size;
}

/** Bytes that begin in the middle of a character lose the rest of it. */
function withoutHalfCharacter(bytes: Uint8Array): Uint8Array {
  let start = 0;
  while (start < 3 && ((bytes[start] ?? 0) & 0xc0) === 0x80) start += 1;
  return bytes.subarray(start);
}
