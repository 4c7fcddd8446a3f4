import { execFileSync } from 'node:child_process';
import { copyFileSync, existsSync, mkdirSync, readdirSync, statSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { partsOf } from './garbage.ts';
import { isBuiltIn } from './image-name.ts';
import { COMPLETE, imagesOf, referencePath } from './store.ts';

/**
 * Images that were added to the stores of earlier recipes, for a new one. Their files are hard links:
 * the old store may still be in use, and is removed when it is not.
 */
export function carryOver(images: string, store: string): void {
  const finished = (entry: string) => join(images, entry, COMPLETE);
  const earlier = readdirSync(images)
    .filter((entry) => /^store-[0-9a-f]{12}$/.test(entry) && existsSync(finished(entry)))
    .sort((a, b) => statSync(finished(b)).mtimeMs - statSync(finished(a)).mtimeMs)
    .map((entry) => join(images, entry));
  for (const old of earlier) {
    for (const name of imagesOf(old).filter((each) => !isBuiltIn(each))) {
      const path = referencePath(store, name);
      const parts = partsOf(old, name);
      if (existsSync(path) || parts.some((part) => !existsSync(join(old, part)))) continue;
      for (const part of parts) link(join(old, part), join(store, part));
      mkdirSync(dirname(path), { recursive: true, mode: 0o755 });
      copyFileSync(referencePath(old, name), path);
    }
  }
}

/** A file or a whole tree, with the attributes of its directories. */
function link(from: string, to: string): void {
  if (existsSync(to)) return;
  execFileSync('cp', ['--archive', '--link', '--no-target-directory', '--', from, to]);
}
