import { chmodSync, existsSync } from 'node:fs';
import { join } from 'node:path';
import { takeLock } from '../setup/lock.mjs';
import { Stop } from '../setup/stop.mjs';

/** Held while a base image or a store is in use, so that nobody removes it: one file beside each. */
export const lockOfUse = (images: string, name: string) => join(images, `${name}.lock`);

/** Held by whoever makes, changes or removes something in the directory of images. */
export const imagesLock = (images: string) => join(images, 'lock');

/**
 * Images have set-user-id programs of root, from anywhere: nobody else on the host may reach them. A
 * sandbox gets its layers from root, and needs no right to the way there.
 */
export function closeToOthers(images: string): void {
  chmodSync(images, 0o700);
}

/** From now on until this process ends, nobody removes it. */
export function keepInUse(images: string, name: string, what: string): void {
  const file = lockOfUse(images, name);
  if (held.has(file)) return;
  // Whoever holds it alone is removing it, or removes what nobody uses in it, which takes no time.
  takeLock(file, { shared: true, wait: () => {} });
  if (!existsSync(join(images, name))) {
    throw new Stop(`${what} ${name} has just been removed. Start again: it is built anew.`);
  }
  held.add(file);
}

const held = new Set<string>();
