import { execFileSync } from 'node:child_process';
import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  renameSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { dirname, join } from 'node:path';
import { Stop } from '../setup/stop.mjs';
import { openArchive } from './archive.ts';
import { ARCHIVE_LIMITS, type ArchiveLimits } from './archive-limits.ts';
import { changeStore, type Waiting } from './change-store.ts';
import { type Digest, digestOf } from './digest.ts';
import { type FoundImage, findImages } from './find-images.ts';
import { partsOf, retire, STAGING } from './garbage.ts';
import { imageNameOf, namesFor, refuseBuiltIn } from './image-name.ts';
import { writeManifest } from './oci.ts';
import { writeReference } from './reference.ts';
import { quoted, Refusal } from './refusal.ts';
import { noRoom, removeTree } from './removal.ts';
import { resolveConfiguration } from './resolve-configuration.ts';
import { blobPath, imagesOf, layerPath, referencePath } from './store.ts';
import { writeStoreIndex } from './store-index.ts';
import { type Budget, fullBudget, unpackLayer } from './unpack-layer.ts';

export type Addition = {
  /** A tar archive or a directory. */
  readonly file: string;
  /** What to call the image, if not as the archive does. */
  readonly name?: string | undefined;
  readonly waiting: Waiting;
  /** Told what is being done. */
  readonly working: (doing: string) => void;
  readonly limits?: ArchiveLimits;
};

/**
 * Adds the images of an archive to the lab's. All of it is unpacked and checked in a directory of its own
 * first; then it goes into the store, one rename for each layer and blob, and the names come last. What is
 * refused leaves nothing, and so does a command that is killed: the next one removes its directory.
 *
 * @returns The names of the images.
 */
export async function addImages(images: string, addition: Addition): Promise<readonly string[]> {
  const { file, limits = ARCHIVE_LIMITS } = addition;
  return changeStore(images, addition.waiting, async (store) => {
    const staging = mkdtempSync(join(images, STAGING));
    try {
      return await new Adding(store, staging, limits, addition).run();
    } catch (reason) {
      throw sentenceOf(reason, file, images);
    } finally {
      removeTree(staging);
    }
  });
}

/** A layer that has been unpacked and found to be what its image says. */
type Layer = { readonly diffId: Digest; readonly bytes: number; readonly tree: string };

class Adding {
  readonly #store: string;
  readonly #staging: string;
  readonly #limits: ArchiveLimits;
  readonly #addition: Addition;
  readonly #budget: Budget;
  /** By their diff ids: images of one archive share layers. */
  readonly #layers = new Map<Digest, Layer>();
  readonly #blobs = new Map<Digest, string>();
  readonly #references = new Map<string, string>();

  constructor(store: string, staging: string, limits: ArchiveLimits, addition: Addition) {
    this.#store = store;
    this.#staging = staging;
    this.#limits = limits;
    this.#addition = addition;
    this.#budget = fullBudget(limits);
  }

  async run(): Promise<readonly string[]> {
    const { file, name, working } = this.#addition;
    working('reading');
    const archive = await openArchive(file, this.#staging, this.#limits);
    const found = await findImages(archive, this.#limits);
    const wanted = name === undefined ? undefined : imageNameOf(name);
    if (name !== undefined && wanted === undefined) {
      throw new Refusal(`${quoted(name)} is no name for an image`);
    }
    if (wanted !== undefined && found.length > 1) {
      throw new Refusal(`it has ${found.length} images, which can't have one name`);
    }
    for (const image of found) {
      const names = wanted === undefined ? namesFor(image.names, file) : [wanted];
      for (const each of names) this.#refuseName(each);
      await this.#prepare(image, names);
    }
    working('keeping');
    this.#commit();
    return [...this.#references.keys()].sort();
  }

  #refuseName(name: string): void {
    refuseBuiltIn(name);
    // References lie in folders: one can't be a file and a folder at once.
    const path = name.replace(/:([^:]*)$/, '/$1');
    const others = [...imagesOf(this.#store), ...this.#references.keys()]
      .map((other) => other.replace(/:([^:]*)$/, '/$1'))
      .find((other) => other.startsWith(`${path}/`) || path.startsWith(`${other}/`));
    if (others !== undefined || this.#references.has(name)) {
      throw new Refusal(
        `the name ${quoted(name)} can't stand beside ${quoted(others ?? name)}: give another one after the file`,
      );
    }
  }

  async #prepare(image: FoundImage, names: readonly string[]): Promise<void> {
    const { configuration, configurationFile } = image;
    const layers: Layer[] = [];
    for (const [index, { file, diffId }] of image.layers.entries()) {
      this.#addition.working(`${names[0]}: layer ${index + 1} of ${image.layers.length}`);
      layers.push(await this.#unpack(file.path, diffId, index + 1));
      this.#blobs.set(file.digest, file.path);
    }
    this.#blobs.set(configurationFile.digest, configurationFile.path);
    const reference = writeReference({
      ...resolveConfiguration(configuration),
      manifest: this.#manifest(image),
      image: configurationFile.digest,
      size: layers.reduce((sum, layer) => sum + layer.bytes, 0),
      layers: layers.map(({ diffId }) => diffId),
    });
    for (const name of names) this.#references.set(name, reference);
  }

  #manifest({ manifest, configurationFile, layers }: FoundImage): Digest {
    if (manifest) {
      this.#blobs.set(manifest.digest, manifest.path);
      return manifest.digest;
    }
    // An archive of `docker save` has uncompressed layers and no manifest of the OCI kind.
    const text = writeManifest(
      configurationFile,
      layers.map(({ file, diffId }) => ({ ...file, compressed: file.digest !== diffId })),
    );
    const digest = digestOf(text);
    const path = join(this.#staging, `manifest-${digest}`);
    writeFileSync(path, text, { mode: 0o644 });
    this.#blobs.set(digest, path);
    return digest;
  }

  async #unpack(archive: string, diffId: Digest, number: number): Promise<Layer> {
    const known = this.#layers.get(diffId);
    const tree = join(this.#staging, `layer-${this.#layers.size}`);
    try {
      // Each time anew, even if there is such a layer: only then is it known to be that one.
      const unpacked = await unpackLayer(archive, `${tree}.new`, this.#limits, this.#budget);
      if (unpacked.diffId !== diffId) {
        throw new Refusal(
          `it has the diff id sha256:${unpacked.diffId}, and its image says sha256:${diffId}`,
        );
      }
      if (known) {
        removeTree(`${tree}.new`);
        return known;
      }
      renameSync(`${tree}.new`, tree);
      const layer = { diffId, tree, bytes: unpacked.bytes };
      this.#layers.set(diffId, layer);
      return layer;
    } catch (reason) {
      if (!(reason instanceof Refusal)) throw reason;
      throw new Refusal(`layer ${number} (sha256:${diffId.slice(0, 12)}…): ${reason.message}`);
    }
  }

  /** From here on every step is a rename into place: layers and blobs, then the names that need them. */
  #commit(): void {
    execFileSync('sync', ['--file-system', this.#staging]);
    for (const { diffId, tree } of this.#layers.values()) {
      const path = layerPath(this.#store, diffId);
      if (!existsSync(path)) renameSync(tree, path);
    }
    for (const [digest, file] of this.#blobs) {
      const path = blobPath(this.#store, digest);
      chmodSync(file, 0o644);
      if (!existsSync(path)) renameSync(file, path);
    }
    for (const [name, reference] of this.#references) {
      const path = referencePath(this.#store, name);
      if (existsSync(path)) retire(this.#store, partsOf(this.#store, name));
      mkdirSync(dirname(path), { recursive: true, mode: 0o755 });
      const fresh = join(this.#staging, 'reference');
      writeFileSync(fresh, reference, { mode: 0o644 });
      renameSync(fresh, path);
    }
    writeStoreIndex(this.#store);
  }
}

function sentenceOf(reason: unknown, file: string, images: string): unknown {
  if (reason instanceof Refusal) {
    return new Stop(`${file} was not added: ${reason.message}. Nothing of it is kept.`);
  }
  if (noRoom(reason)) {
    return new Stop(`${file} was not added: there is no room left in ${images}.`);
  }
  const code = reason instanceof Error && 'code' in reason ? String(reason.code) : '';
  if (code === 'ENOENT' && !statSync(file, { throwIfNoEntry: false })) {
    return new Stop(`There is no ${file}.`);
  }
  if (code === 'EACCES' || code === 'EIO' || code === 'EISDIR') {
    return new Stop(`${file} was not added: it can't be read (${code}).`);
  }
  return reason;
}
