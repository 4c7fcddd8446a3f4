import { mkdirSync, rmdirSync, rmSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { takeLock } from '../setup/lock.mjs';
import type { Native } from './native-interface.ts';

/**
 * Where a sandbox's root is put together, in a mount namespace of its own: on the host it is and stays
 * an empty directory, which all labs of a host share.
 */
export const STAGE = '/run/glassbox/stage';

/** Removes what a warden that was killed has left: every group under this lab's own, and nothing else. */
export async function removeLeftovers(native: Native): Promise<readonly string[]> {
  const left = await native.leftovers();
  await Promise.all(left.map((id) => native.destroy(id, undefined)));
  return left;
}

/** Makes the stage. Returns what removes it, unless another lab still uses it. */
export function prepareStage(): () => void {
  const run = dirname(STAGE);
  const lockFile = join(run, 'lock');
  const shared = takeLock(lockFile, { shared: true, wait: () => {} });
  mkdirSync(STAGE, { recursive: true, mode: 0o755 });
  return () => {
    shared?.release();
    const alone = takeLock(lockFile);
    if (alone === null) return;
    try {
      rmdirSync(STAGE);
      rmSync(lockFile, { force: true });
      rmdirSync(run);
    } finally {
      // Whatever is in the way, it must not keep all other labs of this host waiting.
      alone.release();
    }
  };
}
