import { appendFileSync, existsSync, readdirSync, readFileSync, rmdirSync, rmSync } from 'node:fs';
import { basename, join } from 'node:path';
import * as z from 'zod';
import { takeLock } from '../setup/lock.mjs';
import { lockOfUse } from './in-use.ts';
import { ociManifest } from './oci.ts';
import { readReference } from './reference.ts';
import { removeTree } from './removal.ts';
import { blobPath, imagesOf, referencePath } from './store.ts';

/** `adding-x` is what one command unpacks into before it is known to be good. */
export const STAGING = 'adding-';

/** Paths within the store that an image needs: its blobs and its layers. */
export function partsOf(store: string, name: string): readonly string[] {
  const text = readFileSync(referencePath(store, name), 'utf8');
  const { manifest, image, layers } = readReference(text);
  const written = ociManifest
    .extend({ config: z.unknown() })
    .parse(JSON.parse(readFileSync(blobPath(store, manifest), 'utf8')));
  const blobs = [manifest, image, ...written.layers.map(({ digest }) => digest)];
  return [
    ...blobs.map((digest) => `blobs/sha256/${digest}`),
    ...layers.map((layer) => `layers/${layer}`),
  ];
}

/**
 * What has lost its last name may still be mounted in a container. It is kept for as long as a lab uses
 * the store: this notes it.
 */
export function retire(store: string, parts: readonly string[]): void {
  appendFileSync(retiredFile(store), parts.map((part) => `${part}\n`).join(''));
}

const retiredFile = (store: string) => join(store, 'retired');

/**
 * Removes what commands that were killed have left, and what no image needs any more, unless a lab may
 * still use it. Only for who holds the lock of the directory.
 */
export function collectGarbage(images: string, store: string): void {
  for (const entry of readdirSync(images)) {
    if (entry.startsWith(STAGING)) removeTree(join(images, entry));
  }
  if (!existsSync(store)) return;
  const unused = takeLock(lockOfUse(images, basename(store)));
  const needed = new Set(imagesOf(store).flatMap((name) => partsOf(store, name)));
  if (unused === null && existsSync(retiredFile(store))) {
    for (const part of readFileSync(retiredFile(store), 'utf8').split('\n')) needed.add(part);
  }
  for (const folder of ['blobs/sha256', 'layers']) {
    for (const name of readdirSync(join(store, folder))) {
      if (!needed.has(`${folder}/${name}`)) removeTree(join(store, folder, name));
    }
  }
  removeEmptyFolders(join(store, 'references'));
  if (unused) rmSync(retiredFile(store), { force: true });
  unused?.release();
}

/** Folders of a repository that has no tag any more. */
function removeEmptyFolders(folder: string): void {
  for (const entry of readdirSync(folder, { withFileTypes: true })) {
    if (!entry.isDirectory()) continue;
    const inside = join(folder, entry.name);
    removeEmptyFolders(inside);
    if (readdirSync(inside).length === 0) rmdirSync(inside);
  }
}
