import { fill } from '../_messages/fill.ts';
import type { TerminalText } from '../_messages/terminal.en.ts';
import { download } from '../_ui/download.ts';
import { asciicast } from './asciicast.ts';
import type { RecordedEvent } from './recording.ts';
import type { Title } from './title.ts';
import type { Transcript } from './transcript.ts';

type Naming = {
  readonly id: string;
  /** What the terminal is called on the page. */
  readonly title: Title;
  readonly texts: TerminalText;
};

/** Saves what can be read on a terminal. Its first line says so when the beginning is missing. */
export function saveTranscript({ text, cutTo }: Transcript, { id, texts }: Naming): void {
  const cut = cutTo === null ? '' : `${fill(texts.transcriptCut, { lines: cutTo })}\n`;
  download(`${fileName(id)}.txt`, 'text/plain;charset=utf-8', cut + text);
}

/** Saves a recording for asciinema and other players of asciicast. */
export function saveRecording(
  events: readonly RecordedEvent[],
  size: { readonly columns: number; readonly rows: number },
  { id, title, texts }: Naming,
): void {
  const cast = asciicast(events, size, {
    title: fill(title.isNumbered ? texts.recordingTitleNumbered : texts.recordingTitle, {
      name: title.name,
    }),
    cut: texts.recordingCut,
    gap: texts.recordingGap,
  });
  download(`${fileName(id)}.cast`, 'application/x-asciicast', cast);
}

/** `glassbox-machine-2026-01-31-1530`, by the learner's clock. */
function fileName(id: string): string {
  const now = new Date();
  const date = [now.getFullYear(), now.getMonth() + 1, now.getDate()].map(twoDigits).join('-');
  const time = [now.getHours(), now.getMinutes()].map(twoDigits).join('');
  return `glassbox-${id}-${date}-${time}`;
}

function twoDigits(number: number): string {
  return String(number).padStart(2, '0');
}
