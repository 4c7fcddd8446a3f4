import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { takeLock } from '../setup/lock.mjs';
import { Stop } from '../setup/stop.mjs';
import { collectGarbage } from './garbage.ts';
import { closeToOthers, imagesLock } from './in-use.ts';
import { storeName, storeProblem } from './store.ts';

/** Told when another command has to end first. */
export type Waiting = () => void;

/** Changes this checkout's store, alone, after removing what others have left. */
export async function changeStore<T>(
  images: string,
  waiting: Waiting,
  change: (store: string) => Promise<T> | T,
): Promise<T> {
  const store = join(images, storeName());
  if (!existsSync(images)) throw noStore(store, 'is not there');
  closeToOthers(images);
  // Learners read all of it.
  process.umask(0o022);
  const lock = takeLock(imagesLock(images), { wait: waiting });
  try {
    const problem = storeProblem(store);
    if (problem) throw noStore(store, problem);
    collectGarbage(images, store);
    return await change(store);
  } finally {
    lock?.release();
  }
}

const noStore = (store: string, problem: string) =>
  new Stop(`The image store ${store} ${problem}. Start the lab once with npm start: it builds it.`);
