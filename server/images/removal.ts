import { execFileSync } from 'node:child_process';
import { readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { takeLock } from '../setup/lock.mjs';
import { lockOfUse } from './in-use.ts';

/** Whether something failed because the disk is full. */
export const noRoom = (reason: unknown): boolean =>
  reason instanceof Error && 'code' in reason && /^(ENOSPC|EDQUOT)$/.test(String(reason.code));

/** Never crosses into another filesystem: should something still be mounted in there, it stays whole. */
export function removeTree(path: string): void {
  execFileSync('rm', ['--recursive', '--force', '--one-file-system', '--', path]);
}

/**
 * Removes base images (or stores) of other recipes unless somebody is still using them, and what an
 * interrupted build has left. Only for who holds the lock of the directory.
 */
export function removeOthers(images: string, kind: 'base' | 'store', kept: string): void {
  const names = new RegExp(`^${kind}-[0-9a-f]{12}(\\.partial|\\.broken)?$`);
  for (const entry of readdirSync(images)) {
    if (!names.test(entry) || entry === kept) continue;
    const finished = !entry.includes('.');
    const lock = finished ? takeLock(lockOfUse(images, entry)) : null;
    if (finished && !lock) continue;
    removeTree(join(images, entry));
    if (finished) rmSync(lockOfUse(images, entry), { force: true });
    lock?.release();
  }
}
