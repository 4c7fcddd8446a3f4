import { existsSync, lstatSync, mkdirSync, readdirSync, renameSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { takeLock } from '../setup/lock.mjs';
import { Stop } from '../setup/stop.mjs';
import { ARCHIVE_LIMITS } from './archive-limits.ts';
import { baseImageDirectory } from './base-image.ts';
import { busyboxEntries, splitBaseTree } from './base-trees.ts';
import {
  type BuiltInImage,
  type BuiltInLayer,
  composeImage,
  type StoredLayer,
} from './built-in-image.ts';
import { carryOver } from './carry-over.ts';
import { type Digest, digestOf } from './digest.ts';
import { collectGarbage } from './garbage.ts';
import { readRecipe, recipeFolder } from './image-recipe.ts';
import { closeToOthers, imagesLock } from './in-use.ts';
import { imageConfiguration, writeManifest } from './oci.ts';
import { entriesOf, type LayerEntry, packLayer, packTree } from './pack-layer.ts';
import { writeReference } from './reference.ts';
import { noRoom, removeOthers, removeTree } from './removal.ts';
import { resolveConfiguration } from './resolve-configuration.ts';
import {
  BUILT_IN,
  blobPath,
  COMPLETE,
  layerPath,
  referencePath,
  storeName,
  storeProblem,
} from './store.ts';
import { writeStoreIndex } from './store-index.ts';
import { fullBudget, unpackLayer } from './unpack-layer.ts';

/** Told what is being done, once it is known that something must be. */
type Working = (doing: string) => void;

/**
 * Makes sure that the store of the built-in images is there and whole. It appears under its name in one
 * rename when all of it is there, with the images that were added to an earlier one; those of other
 * recipes are removed unless a lab is still using them.
 *
 * @returns 'unchanged' if there was nothing to do.
 */
export async function ensureStore(
  images: string,
  working: Working,
): Promise<'unchanged' | undefined> {
  closeToOthers(images);
  // Learners read all of it.
  process.umask(0o022);
  const rootfs = baseImageDirectory(images);
  const lock = takeLock(imagesLock(images), {
    wait: () => working('waiting for another command that changes images'),
  });
  try {
    const name = storeName();
    const store = join(images, name);
    const problem = storeProblem(store);
    if (problem) {
      working(existsSync(store) ? `${problem}: building it anew` : 'packing the layers');
      await build(images, name, rootfs);
    }
    removeOthers(images, 'store', name);
    collectGarbage(images, store);
    return problem ? undefined : 'unchanged';
  } finally {
    lock?.release();
  }
}

async function build(images: string, name: string, rootfs: string): Promise<void> {
  const partial = join(images, `${name}.partial`);
  removeTree(partial);
  for (const folder of ['', 'blobs', 'blobs/sha256', 'layers', 'references']) {
    mkdirSync(join(partial, folder), { mode: 0o755 });
  }
  try {
    await new Building(partial, rootfs).buildAll();
  } catch (reason) {
    removeTree(partial);
    throw noRoom(reason) ? new Stop(`There is no room left in ${images} for the images.`) : reason;
  }
  carryOver(images, partial);
  writeStoreIndex(partial);
  writeFileSync(join(partial, COMPLETE), `${name}\n`);
  const store = join(images, name);
  const broken = join(images, `${name}.broken`);
  if (existsSync(store)) renameSync(store, broken);
  renameSync(partial, store);
  removeTree(broken);
}

class Building {
  readonly #store: string;
  readonly #rootfs: string;
  readonly #made = new Map<string, BuiltInImage>();
  #temporary = 0;

  constructor(store: string, rootfs: string) {
    this.#store = store;
    this.#rootfs = rootfs;
  }

  async buildAll(): Promise<void> {
    const [debian, nginx] = [this.#path(), this.#path()];
    splitBaseTree(this.#rootfs, debian, nginx);
    // Compressing Debian is what takes long: it goes on beside the rest.
    const trees = { debian: this.#storeTree(debian), 'nginx packages': this.#storeTree(nginx) };
    // Its failure is met where it is waited for, unless another one comes first.
    for (const tree of Object.values(trees)) tree.catch(() => {});
    for (const name of BUILT_IN) {
      const recipe = readRecipe(name);
      const layers: BuiltInLayer[] = [];
      for (const layer of recipe.layers) {
        const { createdBy } = layer;
        if (!('tree' in layer)) {
          const entries = entriesOf(join(recipeFolder(name), layer.folder));
          layers.push({ ...(await this.#storeEntries(entries)), createdBy });
        } else if (layer.tree === 'busybox') {
          const entries = busyboxEntries(this.#rootfs);
          layers.push({ ...(await this.#storeEntries(entries)), createdBy });
        } else {
          layers.push({ ...(await trees[layer.tree]), createdBy });
        }
      }
      const base = recipe.base === null ? undefined : this.#made.get(recipe.base);
      const image = composeImage(recipe, base, layers);
      this.#made.set(name, image);
      this.#writeImage(name, image);
    }
  }

  async #storeEntries(entries: readonly LayerEntry[]): Promise<StoredLayer> {
    const [archive, tree] = [this.#path(), this.#path()];
    const packed = await packLayer(entries, archive);
    const budget = fullBudget(ARCHIVE_LIMITS);
    const { bytes } = await unpackLayer(archive, tree, ARCHIVE_LIMITS, budget);
    this.#keep(archive, tree, packed);
    return { ...packed, bytes };
  }

  async #storeTree(tree: string): Promise<StoredLayer> {
    const archive = this.#path();
    const packed = await packTree(tree, archive);
    this.#keep(archive, tree, packed);
    return { ...packed, bytes: bytesOf(layerPath(this.#store, packed.diffId)) };
  }

  #keep(archive: string, tree: string, layer: { diffId: Digest; digest: Digest }): void {
    renameSync(archive, blobPath(this.#store, layer.digest));
    renameSync(tree, layerPath(this.#store, layer.diffId));
  }

  #writeImage(name: string, { layers, configuration }: BuiltInImage): void {
    const image = this.#keepText(JSON.stringify(configuration));
    const manifest = this.#keepText(
      writeManifest(
        image,
        layers.map((layer) => ({ ...layer, compressed: true })),
      ),
    );
    const path = referencePath(this.#store, `${name}:latest`);
    mkdirSync(dirname(path), { recursive: true, mode: 0o755 });
    writeFileSync(
      path,
      writeReference({
        ...resolveConfiguration(imageConfiguration.parse(configuration)),
        manifest: manifest.digest,
        image: image.digest,
        size: layers.reduce((sum, layer) => sum + layer.bytes, 0),
        layers: layers.map(({ diffId }) => diffId),
      }),
    );
  }

  #keepText(text: string): { readonly digest: Digest; readonly size: number } {
    const digest = digestOf(text);
    writeFileSync(blobPath(this.#store, digest), text);
    return { digest, size: Buffer.byteLength(text) };
  }

  /** A name in the partial store that is gone when it is complete: everything there is renamed. */
  #path(): string {
    return join(this.#store, `temporary-${this.#temporary++}`);
  }
}

/** Contents of all files of a tree; one that has two names counts once. */
function bytesOf(tree: string, seen = new Set<number>()): number {
  return readdirSync(tree, { withFileTypes: true }).reduce((sum, entry) => {
    const path = join(tree, entry.name);
    if (entry.isDirectory()) return sum + bytesOf(path, seen);
    const { ino, size } = lstatSync(path);
    if (!entry.isFile() || seen.has(ino)) return sum;
    seen.add(ino);
    return sum + size;
  }, 0);
}
