import { existsSync, lstatSync, mkdirSync, readdirSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { takeLock } from '../setup/lock.mjs';
import { ARCHIVE_LIMITS } from './archive-limits.ts';
import { baseImageDirectory } from './base-image.ts';
import { busyboxEntries, splitBaseTree } from './base-trees.ts';
import { carryOver } from './carry-over.ts';
import { type Digest, digestOf } from './digest.ts';
import { collectGarbage } from './garbage.ts';
import { type ImageRecipe, instructionsOf, readRecipe, recipeFolder } from './image-recipe.ts';
import { closeToOthers, imagesLock } from './in-use.ts';
import { ARCHITECTURE, writeManifest } from './oci.ts';
import { entriesOf, LAYER_TIME, packLayer, packTree } from './pack-layer.ts';
import { writeReference } from './reference.ts';
import { removeOthers, removeTree } from './removal.ts';
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

/** A layer that lies in the store: its blob, its unpacked tree, and what it is. */
type StoredLayer = {
  readonly diffId: Digest;
  readonly digest: Digest;
  readonly size: number;
  readonly bytes: number;
  readonly createdBy: string;
};

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
  const building = new Building(partial, rootfs);
  await building.buildAll();
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
  readonly #made = new Map<string, readonly StoredLayer[]>();
  #temporary = 0;

  constructor(store: string, rootfs: string) {
    this.#store = store;
    this.#rootfs = rootfs;
  }

  async buildAll(): Promise<void> {
    const trees = [this.#path(), this.#path()] as const;
    splitBaseTree(this.#rootfs, ...trees);
    // Compressing Debian is what takes long: it goes on beside the rest.
    const debian = this.#storeTree(trees[0]);
    const nginx = this.#storeTree(trees[1]);
    for (const name of BUILT_IN) {
      const recipe = readRecipe(name);
      const layers = [...(recipe.base === null ? [] : (this.#made.get(recipe.base) ?? []))];
      for (const layer of recipe.layers) {
        const { createdBy } = layer;
        if ('tree' in layer && layer.tree !== 'busybox') {
          const stored = await (layer.tree === 'debian' ? debian : nginx);
          layers.push({ ...stored, createdBy });
        } else {
          const entries =
            'tree' in layer
              ? busyboxEntries(this.#rootfs)
              : entriesOf(join(recipeFolder(name), layer.folder));
          const archive = this.#path();
          const packed = await packLayer(entries, archive);
          const tree = this.#path();
          const { bytes } = await unpackLayer(
            archive,
            tree,
            ARCHIVE_LIMITS,
            fullBudget(ARCHIVE_LIMITS),
          );
          this.#keep(archive, tree, packed);
          layers.push({ ...packed, bytes, createdBy });
        }
      }
      this.#made.set(name, layers);
      this.#finish(name, recipe, layers);
    }
  }

  async #storeTree(tree: string): Promise<Omit<StoredLayer, 'createdBy'>> {
    const archive = this.#path();
    const packed = await packTree(tree, archive);
    this.#keep(archive, tree, packed);
    return { ...packed, bytes: bytesOf(layerPath(this.#store, packed.diffId)) };
  }

  #keep(archive: string, tree: string, layer: { diffId: Digest; digest: Digest }): void {
    renameSync(archive, blobPath(this.#store, layer.digest));
    renameSync(tree, layerPath(this.#store, layer.diffId));
  }

  #finish(name: string, recipe: ImageRecipe, layers: readonly StoredLayer[]): void {
    const created = LAYER_TIME.toISOString().replace('.000', '');
    const image = this.#keepText(
      JSON.stringify({
        created,
        architecture: ARCHITECTURE,
        os: 'linux',
        config: {
          Env: recipe.environment,
          WorkingDir: recipe.workdir ?? '',
          ...(recipe.entrypoint.length > 0 ? { Entrypoint: recipe.entrypoint } : {}),
          Cmd: recipe.command,
          ...(recipe.expose.length > 0
            ? { ExposedPorts: Object.fromEntries(recipe.expose.map((port) => [port, {}])) }
            : {}),
          ...(recipe.stopSignal === undefined ? {} : { StopSignal: recipe.stopSignal }),
        },
        rootfs: { type: 'layers', diff_ids: layers.map(({ diffId }) => `sha256:${diffId}`) },
        history: [
          ...layers.map(({ createdBy }) => ({ created, created_by: createdBy })),
          ...instructionsOf(recipe).map((instruction) => ({
            created,
            created_by: instruction,
            empty_layer: true,
          })),
        ],
      }),
    );
    const manifest = this.#keepText(
      writeManifest(
        image,
        layers.map((layer) => ({ ...layer, compressed: true })),
      ),
    );
    const path = referencePath(this.#store, `${name}:latest`);
    mkdirSync(join(path, '..'), { recursive: true, mode: 0o755 });
    writeFileSync(
      path,
      writeReference({
        manifest: manifest.digest,
        image: image.digest,
        created,
        size: layers.reduce((sum, layer) => sum + layer.bytes, 0),
        layers: layers.map(({ diffId }) => diffId),
        environment: recipe.environment,
        workdir: recipe.workdir ?? '/',
        user: '0',
        entrypoint: recipe.entrypoint,
        command: recipe.command,
        expose: recipe.expose,
        stopSignal: recipe.stopSignal,
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
