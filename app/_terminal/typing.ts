import { FRAME_PAYLOAD_BYTES_MAX } from '../../server/protocol/frame.ts';

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

/** Cuts a long paste into payloads that fit a frame. */
export function inputPayloads(bytes: Uint8Array): Uint8Array[] {
  const payloads: Uint8Array[] = [];
  for (let start = 0; start < bytes.byteLength; start += FRAME_PAYLOAD_BYTES_MAX)
    payloads.push(bytes.subarray(start, start + FRAME_PAYLOAD_BYTES_MAX));
  return payloads;
}

/** xterm.js reports some mouse events as text whose characters are bytes, not UTF-8. */
export function bytesOfBinary(text: string): Uint8Array {
  return Uint8Array.from(text, (character) => character.charCodeAt(0) & 0xff);
}
