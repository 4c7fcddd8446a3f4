/**
 * The text that runs a command as if the learner had typed it. A command of several lines goes as one
 * paste where the program asked for pastes to be marked, so that the shell runs it as one; elsewhere
 * each line ends with Enter, as it would when typed.
 */
export function typedCommand(command: string, bracketedPaste: boolean): string {
  const lines = command.replace(/\r\n?/g, '\n').replace(/\n+$/, '');
  if (!lines.includes('\n')) return `${lines}\r`;
  if (bracketedPaste) return `\x1b[200~${lines}\x1b[201~\r`;
  return `${lines.replaceAll('\n', '\r')}\r`;
}

const NAMED_KEYS: Readonly<Record<string, string>> = {
  Enter: '\r',
  Esc: '\x1b',
  Escape: '\x1b',
  Tab: '\t',
  Space: ' ',
  Up: '\x1b[A',
  Down: '\x1b[B',
};

/** What a key sends: `Ctrl-C`, `Enter`, `q`. `undefined` for one that is not known. */
export function keyText(key: string): string | undefined {
  const control = /^Ctrl-([A-Z[\\\]^_])$/i.exec(key)?.[1];
  if (control !== undefined) return String.fromCharCode(control.toUpperCase().charCodeAt(0) & 0x1f);
  return NAMED_KEYS[key] ?? (key.length === 1 ? key : undefined);
}

/** Ctrl-C, Ctrl-\\ and Ctrl-Z, pressed alone. */
const INTERRUPTS = ['\x03', '\x1c', '\x1a'];

/** True for a key that is meant for what runs now, not for what it will have read by then. */
export function isInterrupt(text: string): boolean {
  return INTERRUPTS.includes(text);
}

const ESC = 0x1b;

/** Longest escape sequence of a paste that is kept in one piece. */
const SEQUENCE_BYTES = 8;

/**
 * The beginning of a paste, at most so long. It ends neither within a character nor within an escape
 * sequence, so that what another page types does not come between.
 */
export function cutPaste(bytes: Uint8Array, length: number): Uint8Array {
  if (bytes.byteLength <= length) return bytes;
  let end = length;
  const sequence = bytes.subarray(0, end).lastIndexOf(ESC);
  if (sequence > 0 && end - sequence < SEQUENCE_BYTES) end = sequence;
  // No character has more than three bytes that continue it; more of them are no text.
  for (let back = 0; back < 3 && end > 1 && isContinued(bytes[end]); back += 1) end -= 1;
  return bytes.subarray(0, isContinued(bytes[end]) ? length : end);
}

/** True for a byte in the middle of a character. */
const isContinued = (byte: number | undefined) => ((byte ?? 0) & 0xc0) === 0x80;

/** xterm.js reports some mouse events as text whose characters are bytes, not UTF-8. */
export function bytesOfBinary(text: string): Uint8Array {
  return Uint8Array.from(text, (character) => character.charCodeAt(0) & 0xff);
}
