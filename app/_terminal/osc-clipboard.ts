import { withoutControls } from './control-characters.ts';

/** More than this is no text that somebody wants to carry elsewhere. */
export const CLIPBOARD_BYTES_MAX = 256 * 1024;

const BASE64 = /^[A-Za-z0-9+/]+={0,2}$/;

/**
 * The text that a program wants on the clipboard, out of what follows `OSC 52 ;`. `undefined` for all
 * else: a question for the clipboard's text (never answered), nothing, too much, or no base64.
 */
export function requestedClipboard(data: string): string | undefined {
  const separator = data.indexOf(';');
  const encoded = data.slice(separator + 1);
  if (separator < 0 || encoded.length > CLIPBOARD_BYTES_MAX * (4 / 3) + 4) return undefined;
  if (!BASE64.test(encoded)) return undefined;
  const bytes = decode(encoded);
  return bytes && asText(bytes);
}

function decode(encoded: string): Uint8Array | undefined {
  try {
    return Uint8Array.from(atob(encoded), (character) => character.charCodeAt(0));
  } catch {
    return undefined;
  }
}

/** Text only: what is pasted elsewhere must not hide a control character. */
function asText(bytes: Uint8Array): string | undefined {
  try {
    const text = withoutControls(new TextDecoder('utf-8', { fatal: true }).decode(bytes));
    return text === '' ? undefined : text;
  } catch {
    return undefined;
  }
}
