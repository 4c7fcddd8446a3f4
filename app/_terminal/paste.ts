import { withoutControls } from './control-characters.ts';

/** A program that does not know a paste from typing runs each line of it: more than this is asked about. */
export const UNMARKED_LINES_MAX = 1;
/** Where pastes are marked nothing runs by itself; but this many lines may still be a mistake. */
export const MARKED_LINES_MAX = 5;
/** And so may this much text. */
export const PASTE_BYTES_MAX = 32 * 1024;

/**
 * A paste as it may be handed to a program: no control character but tab and line end. ESC above all:
 * with it a text from anywhere could end its own mark (`ESC [ 201 ~`) and type a command.
 */
export function cleanPaste(text: string): string {
  return withoutControls(text.replace(/\r\n?/g, '\n'));
}

/** True for a paste that the learner is asked about before it goes anywhere. */
export function isToBeAsked(text: string, marked: boolean): boolean {
  const linesMax = marked ? MARKED_LINES_MAX : UNMARKED_LINES_MAX;
  // A character is at least one byte: the length spares counting most.
  if (text.length > PASTE_BYTES_MAX || lineCount(text) > linesMax) return true;
  return new TextEncoder().encode(text).byteLength > PASTE_BYTES_MAX;
}

/** Lines of a text; a line end at its end begins none. */
export function lineCount(text: string): number {
  const ends = text.match(/\n/g)?.length ?? 0;
  return text.endsWith('\n') ? ends : ends + 1;
}

/** All on one line: each line end, with the spaces around it, becomes one space. */
export function onOneLine(text: string): string {
  return text
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line !== '')
    .join(' ');
}
