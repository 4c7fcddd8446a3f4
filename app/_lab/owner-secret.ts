import { ownerSecret } from '../../server/protocol/identifiers.ts';
import { readStored, writeStored } from '../_ui/stored.ts';

const KEY = 'glassbox.secret';

/**
 * The secret that makes a machine this browser's own: made once, kept in its storage. Where storage is
 * forbidden it lives as long as the page, and so does the tie to the machine.
 */
export function readOwnerSecret(): string {
  const kept = ownerSecret.safeParse(readStored(KEY));
  if (kept.success) return kept.data;
  const secret = makeSecret();
  writeStored(KEY, secret);
  return secret;
}

/** `getRandomValues`, unlike `randomUUID`, also exists on pages that are served without TLS. */
function makeSecret(): string {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('');
}
