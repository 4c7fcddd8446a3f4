import { existsSync, rmSync } from 'node:fs';
import { Stop } from '../setup/stop.mjs';
import { changeStore, type Waiting } from './change-store.ts';
import { collectGarbage, partsOf, retire } from './garbage.ts';
import { imageNameOf, isBuiltIn } from './image-name.ts';
import { quoted } from './refusal.ts';
import { imagesOf, isDirectory, referencePath } from './store.ts';
import { writeStoreIndex } from './store-index.ts';

/**
 * Takes an image's name away, and its layers that no other image has: at once, or when no lab uses the
 * store any more.
 */
export async function removeImage(images: string, text: string, waiting: Waiting): Promise<string> {
  return changeStore(images, waiting, (store) => {
    const name = imageNameOf(text);
    const path = name === undefined ? '' : referencePath(store, name);
    if (name === undefined || !existsSync(path) || isDirectory(path)) {
      throw new Stop(`There is no image ${quoted(text)}. There are ${imagesOf(store).join(', ')}.`);
    }
    if (isBuiltIn(name)) {
      throw new Stop(`${name} is one of the images that every lab has; lessons count on it.`);
    }
    retire(store, partsOf(store, name));
    rmSync(path);
    writeStoreIndex(store);
    collectGarbage(images, store);
    return name;
  });
}
