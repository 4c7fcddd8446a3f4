/**
 * What stands where output is missing: it ends whatever sequence, mode or full-screen program the output
 * before was in the middle of, and says so on a line of its own, dim, if there is a sentence. The lines
 * above stay.
 */
export function gapSequence(sentence: string): string {
  const cancel = '\x18';
  const normalScreen = '\x1b[?1049l';
  const softReset = '\x1b[!p';
  const noMouse = '\x1b[?1000l\x1b[?1006l';
  const line = sentence === '' ? '' : `\r\n\x1b[J\x1b[2m${sentence}\x1b[m\r\n`;
  return cancel + normalScreen + softReset + noMouse + line;
}
