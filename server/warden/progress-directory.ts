import { chmodSync, chownSync, lchownSync, lstatSync, mkdirSync, readdirSync } from 'node:fs';
import { join } from 'node:path';

/** Where web keeps what learners have done. It outlives every exchange of the program. */
export const progressDirectory = (dataDirectory: string) => join(dataDirectory, 'progress');

/**
 * Makes the one directory that web may write, for nobody else to read. Its name lies in a directory of
 * root's, so that no one can have put a link there; of what is in it, which an attacker may have chosen,
 * only plain files with one name are handed on, when the lab runs with another id than the last time.
 */
export function prepareProgressDirectory(dataDirectory: string, webUid: number): void {
  const directory = progressDirectory(dataDirectory);
  mkdirSync(directory, { recursive: true, mode: 0o700 });
  chownSync(directory, 0, 0);
  chmodSync(directory, 0o700);
  for (const name of readdirSync(directory)) {
    const file = join(directory, name);
    const { nlink, uid } = lstatSync(file);
    if (lstatSync(file).isFile() && nlink === 1 && uid !== webUid) lchownSync(file, webUid, webUid);
  }
  chownSync(directory, webUid, webUid);
}
