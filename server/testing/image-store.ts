import { mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import type { TestContext } from 'node:test';
import { digestOf } from '../images/digest.ts';
import { writeManifest } from '../images/oci.ts';
import { writeReference } from '../images/reference.ts';
import {
  BUILT_IN,
  blobPath,
  COMPLETE,
  layerPath,
  referencePath,
  storeName,
} from '../images/store.ts';
import { writeStoreIndex } from '../images/store-index.ts';

/** A directory of images with a store whose built-in images are empty; gone after the test. */
export function makeImages(context: TestContext): string {
  const images = mkdtempSync(join(tmpdir(), 'glassbox-images-'));
  context.after(() => rmSync(images, { recursive: true, force: true }));
  fillImages(images);
  return images;
}

export function fillImages(images: string, name = storeName()): string {
  const store = join(images, name);
  mkdirSync(join(store, 'blobs/sha256'), { recursive: true });
  const keep = (text: string) => {
    writeFileSync(blobPath(store, digestOf(text)), text);
    return { digest: digestOf(text), size: text.length };
  };
  for (const name of BUILT_IN) {
    const layer = digestOf(name);
    mkdirSync(layerPath(store, layer), { recursive: true });
    const image = keep(`{"image":"${name}"}`);
    const { digest } = keep(writeManifest(image, []));
    const path = referencePath(store, `${name}:latest`);
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(
      path,
      writeReference({
        manifest: digest,
        image: image.digest,
        created: '2024-01-01T00:00:00Z',
        size: 0,
        layers: [layer],
        environment: [],
        workdir: '/',
        user: '0',
        entrypoint: [],
        command: [],
        expose: [],
        stopSignal: undefined,
      }),
    );
  }
  writeStoreIndex(store);
  writeFileSync(join(store, COMPLETE), '');
  return store;
}

/** Everything below a directory, so that a test can say that nothing was left in it. */
export const everythingIn = (directory: string): string[] =>
  readdirSync(directory, { recursive: true, encoding: 'utf8' })
    .filter((path) => !path.endsWith('lock'))
    .sort();
