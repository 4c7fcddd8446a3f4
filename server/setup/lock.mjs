import { spawnSync } from 'node:child_process';
import { closeSync, mkdirSync, openSync } from 'node:fs';
import { dirname } from 'node:path';
import { Stop } from './stop.mjs';

/**
 * A lock on a file, held until `release` or the end of this process, whichever comes first. Node has no
 * flock(2), but such a lock belongs to the open file, not to the process: flock(1) takes it for us on a
 * descriptor it inherits. A child that inherits the descriptor keeps the lock, too.
 *
 * @typedef {{ readonly fd: number, release: () => void }} Lock
 *
 * @param {string} file
 * @param {{ shared?: boolean, wait?: (() => void) | undefined }} [options]
 *   `wait`: called before waiting for a lock that another holds; without it, `null` is returned.
 * @returns {Lock | null}
 */
export function takeLock(file, { shared = false, wait } = {}) {
  mkdirSync(dirname(file), { recursive: true });
  const fd = openSync(file, 'a', 0o600);
  const kind = shared ? '--shared' : '--exclusive';
  if (!flock([kind, '--nonblock'], fd)) {
    if (!wait) {
      closeSync(fd);
      return null;
    }
    wait();
    if (!flock([kind], fd)) throw new Stop(`Interrupted while waiting for ${file}.`);
  }
  return { fd, release: () => closeSync(fd) };
}

/**
 * @param {string[]} options
 * @param {number} fd
 */
function flock(options, fd) {
  const { error, status } = spawnSync('flock', [...options, '3'], {
    stdio: ['ignore', 'ignore', 'ignore', fd],
  });
  if (error) throw new Stop(`flock can't be run (${error.message}): apt-get install util-linux.`);
  return status === 0;
}
