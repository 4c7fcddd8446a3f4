import { ownerSecret } from '../../server/protocol/identifiers.ts';
import { readStored, writeStored } from '../_ui/stored.ts';

export const OWNER_SECRET_KEY = 'glassbox.secret';

/**
 * The secret that makes a machine and a record this browser's own: made once, kept in its storage. Where
 * storage is forbidden it lives as long as the page, and so does the tie to both.
 */
export function readOwnerSecret(): string {
  const kept = keptOwnerSecret();
  if (kept !== undefined) return kept;
  const secret = makeSecret();
  writeStored(OWNER_SECRET_KEY, secret);
  return secret;
}

/** The secret, if there is one already. */
export function keptOwnerSecret(): string | undefined {
  const kept = ownerSecret.safeParse(readStored(OWNER_SECRET_KEY));
  return kept.success ? kept.data : undefined;
}

/** From now on this browser is somebody new. Nobody can come back to what belonged to the old secret. */
export function forgetOwnerSecret(): void {
  writeStored(OWNER_SECRET_KEY, null);
}

/** `getRandomValues`, unlike `randomUUID`, also exists on pages that are served without TLS. */
function makeSecret(): string {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('');
}
