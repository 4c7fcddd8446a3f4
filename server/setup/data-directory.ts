import {
  chmodSync,
  chownSync,
  cpSync,
  existsSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  renameSync,
  rmSync,
} from 'node:fs';
import { join } from 'node:path';
import { BUILD } from './paths.mjs';

/**
 * Puts what the web process may read into `<data>/web`. It runs as a user who may not be able to look into
 * the checkout, which often lies in /root, and it should not see the rest of it anyway.
 */
export function installWeb(dataDirectory: string): void {
  mkdirSync(dataDirectory, { recursive: true });
  chmodSync(dataDirectory, 0o755);
  const web = join(dataDirectory, 'web');
  const fresh = `${web}.partial`;
  const old = `${web}.old`;
  for (const rest of [fresh, old]) rmSync(rest, { recursive: true, force: true });
  cpSync(join(BUILD, 'web'), fresh, { recursive: true });
  openForReading(fresh);
  if (existsSync(web)) renameSync(web, old);
  renameSync(fresh, web);
  rmSync(old, { recursive: true, force: true });
}

/** Owned by root and readable by all, whatever the umask of whoever built it. */
function openForReading(path: string): void {
  const folder = lstatSync(path).isDirectory();
  chownSync(path, 0, 0);
  chmodSync(path, folder ? 0o755 : 0o644);
  if (folder) for (const name of readdirSync(path)) openForReading(join(path, name));
}
