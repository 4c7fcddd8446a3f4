import { createHash } from 'node:crypto';
import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { Stop } from './stop.mjs';

/** Digests of files already read: several stages share inputs. */
const digests = new Map<string, string>();

/** A digest of the contents and names of files and folders, wherever the checkout is. */
export function fingerprint(root: string, inputs: readonly string[], ignore: RegExp): string {
  const hash = createHash('sha256');
  for (const input of inputs) {
    const stat = statSync(join(root, input), { throwIfNoEntry: false });
    if (!stat) throw new Stop(`${input} is missing from ${root}: the checkout is not complete.`);
    const files = stat.isDirectory() ? walk(root, input) : [input];
    for (const file of files.filter((each) => !ignore.test(each))) {
      hash.update(`\0${file}\0${digest(join(root, file))}`);
    }
  }
  return hash.digest('hex');
}

function digest(path: string): string {
  const known = digests.get(path);
  if (known) return known;
  const made = createHash('sha256').update(readFileSync(path)).digest('hex');
  digests.set(path, made);
  return made;
}

function walk(root: string, folder: string): string[] {
  return readdirSync(join(root, folder), { withFileTypes: true })
    .sort((a, b) => (a.name < b.name ? -1 : 1))
    .flatMap((entry) => {
      const path = `${folder}/${entry.name}`;
      if (entry.isDirectory()) return walk(root, path);
      return entry.isFile() ? [path] : [];
    });
}
