import { createHash } from 'node:crypto';
import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { fingerprint } from '../setup/fingerprint.ts';
import { ROOT } from '../setup/paths.mjs';
import { Stop } from '../setup/stop.mjs';
import type { Digest } from './digest.ts';
import { keepInUse } from './in-use.ts';
import { imageName } from './recipe.ts';
import { readReference } from './reference.ts';

/** The images that every sandbox has; made from the folders of these names beside this file. */
export const BUILT_IN = ['busybox', 'debian', 'nginx', 'app'] as const;

/** Raised when the same recipes are to give other files. */
const STORE_VERSION = 5;

/** Written last: a store without it was never finished. */
export const COMPLETE = 'complete';

export const blobPath = (store: string, digest: Digest) => join(store, 'blobs/sha256', digest);
export const layerPath = (store: string, diffId: Digest) => join(store, 'layers', diffId);
export const referencePath = (store: string, name: string) => {
  const colon = name.lastIndexOf(':');
  return join(store, 'references', name.slice(0, colon), name.slice(colon + 1));
};

/** Name of the store that this checkout asks for: a digest of all that makes the built-in images. */
export function storeName(root = ROOT): string {
  const folders = BUILT_IN.map((name) => `server/images/${name}`);
  const hash = createHash('sha256');
  hash.update(`${STORE_VERSION} ${imageName(root)} ${fingerprint(root, folders, /^$/)}`);
  return `store-${hash.digest('hex').slice(0, 12)}`;
}

/**
 * Directory of the images that sandboxes share, `/var/lib/box/shared` in each of them. From now on until
 * this process ends, nobody removes it or a layer in it; images may come and go.
 */
export function imageStoreDirectory(images: string): string {
  const name = storeName();
  const store = join(images, name);
  const problem = storeProblem(store);
  if (problem) {
    throw new Stop(
      `The image store ${store} ${problem}. Start the lab with npm start: it builds it.`,
    );
  }
  keepInUse(images, name, 'The image store');
  return store;
}

/** The store as a sandbox gets it: `box` looks there for what the sandbox's own store doesn't have. */
export const imageStoreAttachment = (images: string) => ({
  directory: imageStoreDirectory(images),
  target: '/var/lib/box/shared',
});

/** What is wrong with a store, as the end of a sentence; `undefined` if nothing is. */
export function storeProblem(store: string): string | undefined {
  if (!existsSync(store)) return 'is not there';
  if (!existsSync(join(store, COMPLETE))) return 'is not complete';
  for (const name of BUILT_IN.map((each) => `${each}:latest`)) {
    const path = referencePath(store, name);
    if (!existsSync(path)) return `has no ${name}`;
    const { manifest, image, layers } = readReference(readFileSync(path, 'utf8'));
    const lost = [
      ...[manifest, image].map((digest) => blobPath(store, digest)),
      ...layers.map((layer) => layerPath(store, layer)),
    ].find((file) => !existsSync(file));
    if (lost) return `has lost ${lost}`;
  }
  return undefined;
}

/** Names of all images of a store, `repository:tag`, sorted. */
export function imagesOf(store: string): string[] {
  const walk = (folder: string): string[] =>
    readdirSync(join(store, 'references', folder), { withFileTypes: true }).flatMap((entry) => {
      const path = folder === '' ? entry.name : `${folder}/${entry.name}`;
      return entry.isDirectory() ? walk(path) : [path];
    });
  return existsSync(join(store, 'references'))
    ? walk('')
        .map((path) => path.replace(/\/([^/]*)$/, ':$1'))
        .sort()
    : [];
}

export const isDirectory = (path: string) =>
  statSync(path, { throwIfNoEntry: false })?.isDirectory() ?? false;
