/**
 * xterm.js hands out what the learner types and what it answers by itself in one event. These are the
 * forms of its answers: device attributes (c), status (n), cursor position (R), window size (t), mode
 * ($y), focus (I, O), colours (OSC), settings (DCS). The length keeps Alt-] and Alt-P the learner's.
 */
// biome-ignore lint/suspicious/noControlCharactersInRegex: terminal answers begin with ESC
const ANSWER = /^\x1b(?:\[[?>=]?[\d;]*(?:[cnRt]|\$y)|\[[IO]$|[\]P].)/s;

/** True for text that a terminal sends by itself. While a replay is drawn it must not reach the shell. */
export function isTerminalAnswer(data: string): boolean {
  return ANSWER.test(data);
}
