import { readFile } from 'node:fs/promises';
import * as z from 'zod';
import type { Archive, ArchiveFile } from './archive.ts';
import type { ArchiveLimits } from './archive-limits.ts';
import type { Digest } from './digest.ts';
import {
  ARCHITECTURE,
  type Descriptor,
  dockerSave,
  type ImageConfiguration,
  imageConfiguration,
  ociIndex,
  ociManifest,
} from './oci.ts';
import { quoted, Refusal } from './refusal.ts';

/** An image of an archive, its documents read and their digests checked; its layers not yet. */
export type FoundImage = {
  /** As the archive calls it, if it does. */
  readonly names: readonly string[];
  /** Not in the old archives of `docker save`. */
  readonly manifest: ArchiveFile | undefined;
  readonly configurationFile: ArchiveFile;
  readonly configuration: ImageConfiguration;
  readonly layers: readonly { readonly file: ArchiveFile; readonly diffId: Digest }[];
};

/** An index in an index in an index: nobody needs more. */
const INDEX_DEPTH = 3;

/** Finds the images in an archive that are for this kind of computer. */
export async function findImages(
  archive: Archive,
  limits: ArchiveLimits,
): Promise<readonly FoundImage[]> {
  const found = await new Search(archive, limits).run();
  if (found.length === 0) throw new Refusal('it has no image');
  return found;
}

class Search {
  readonly #archive: Archive;
  readonly #limits: ArchiveLimits;

  constructor(archive: Archive, limits: ArchiveLimits) {
    this.#archive = archive;
    this.#limits = limits;
  }

  async run(): Promise<readonly FoundImage[]> {
    const index = await this.#archive('index.json');
    if (index) return this.#layout(await this.#document(index, 'index.json', ociIndex));
    const saved = await this.#archive('manifest.json');
    if (saved) return this.#saved(await this.#document(saved, 'manifest.json', dockerSave));
    throw new Refusal(
      'it has neither index.json nor manifest.json, so it is no OCI image layout and no archive of docker save',
    );
  }

  async #layout({ manifests }: z.infer<typeof ociIndex>): Promise<readonly FoundImage[]> {
    const images = manifests.filter(isImage);
    if (images.length > this.#limits.images) throw new Refusal('it has too many images');
    // Without names they are one image for several kinds of computers.
    if (images.every((each) => namesOf(each).length === 0)) {
      return images.length === 0 ? [] : [await this.#image(this.#choose(images), [], 0)];
    }
    const found: FoundImage[] = [];
    for (const each of images) found.push(await this.#image(each, namesOf(each), 0));
    return found;
  }

  async #image(
    descriptor: Descriptor,
    names: readonly string[],
    depth: number,
  ): Promise<FoundImage> {
    if (depth > INDEX_DEPTH) throw new Refusal('its indexes lie too deep in each other');
    const file = await this.#blob(descriptor, 'manifest');
    const document = await this.#document(file, 'manifest', z.union([ociManifest, ociIndex]));
    if ('manifests' in document) {
      const chosen = this.#choose(document.manifests.filter(isImage));
      return this.#image(chosen, names, depth + 1);
    }
    if (!/(image\.config|container\.image)\.v1\+json$/.test(document.config.mediaType)) {
      throw new Refusal(
        `it has something that is no image, but ${quoted(document.config.mediaType)}`,
      );
    }
    const configurationFile = await this.#blob(document.config, 'configuration');
    const configuration = await this.#configuration(configurationFile, document.layers.length);
    const layers: { file: ArchiveFile; diffId: Digest }[] = [];
    for (const [index, diffId] of configuration.rootfs.diff_ids.entries()) {
      const layer = document.layers[index];
      if (layer) layers.push({ file: await this.#blob(layer, `layer ${index + 1}`), diffId });
    }
    return { names, manifest: file, configurationFile, configuration, layers };
  }

  async #saved(entries: z.infer<typeof dockerSave>): Promise<readonly FoundImage[]> {
    if (entries.length > this.#limits.images) throw new Refusal('it has too many images');
    const found: FoundImage[] = [];
    for (const { Config, RepoTags, Layers } of entries) {
      const configurationFile = await this.#named(Config, 'configuration');
      const promised = /([0-9a-f]{64})(\.json)?$/.exec(Config)?.[1];
      if (promised !== undefined && promised !== configurationFile.digest) {
        throw new Refusal(`the configuration ${quoted(Config)} has another digest than its name`);
      }
      const configuration = await this.#configuration(configurationFile, Layers.length);
      const layers: { file: ArchiveFile; diffId: Digest }[] = [];
      for (const [index, diffId] of configuration.rootfs.diff_ids.entries()) {
        const file = await this.#named(Layers[index] ?? '', `layer ${index + 1}`);
        layers.push({ file, diffId });
      }
      found.push({
        names: RepoTags ?? [],
        manifest: undefined,
        configurationFile,
        configuration,
        layers,
      });
    }
    return found;
  }

  async #configuration(file: ArchiveFile, layers: number): Promise<ImageConfiguration> {
    const configuration = await this.#document(file, 'configuration', imageConfiguration);
    const { os, architecture, rootfs } = configuration;
    if (os !== 'linux' || (architecture !== '' && architecture !== ARCHITECTURE)) {
      throw new Refusal(
        `its image is for ${quoted(`${os}/${architecture}`)}, and this host is linux/${ARCHITECTURE}`,
      );
    }
    if (rootfs.diff_ids.length !== layers) {
      throw new Refusal(
        `its manifest has ${layers} layers, and its configuration has ${rootfs.diff_ids.length}`,
      );
    }
    if (layers === 0) throw new Refusal('its image has no layer');
    if (layers > this.#limits.layers) {
      throw new Refusal(`its image has ${layers} layers; ${this.#limits.layers} are the limit`);
    }
    return configuration;
  }

  /** The manifest for this kind of computer. One that doesn't say what it is for is looked into. */
  #choose(manifests: readonly Descriptor[]): Descriptor {
    const fitting = manifests.find(
      ({ platform }) =>
        !platform || (platform.os === 'linux' && platform.architecture === ARCHITECTURE),
    );
    if (fitting) return fitting;
    const kinds = manifests
      .slice(0, 12)
      .map(({ platform }) => quoted(`${platform?.os}/${platform?.architecture}`));
    throw new Refusal(
      `it has no image for linux/${ARCHITECTURE}, only for ${kinds.join(', ') || 'nothing'}`,
    );
  }

  async #blob({ digest, size }: Descriptor, what: string): Promise<ArchiveFile> {
    const file = await this.#archive(`blobs/sha256/${digest}`);
    if (!file) throw new Refusal(`its ${what} sha256:${digest} is not in it`);
    if (file.size !== size) {
      throw new Refusal(`its ${what} sha256:${digest} has ${file.size} bytes, not ${size}`);
    }
    if (file.digest !== digest) {
      throw new Refusal(`its ${what} sha256:${digest} has the digest sha256:${file.digest}`);
    }
    return file;
  }

  async #named(name: string, what: string): Promise<ArchiveFile> {
    const file = await this.#archive(name);
    if (!file) throw new Refusal(`its ${what} ${quoted(name)} is not in it`);
    return file;
  }

  async #document<T extends z.ZodType>(
    file: ArchiveFile,
    what: string,
    schema: T,
  ): Promise<z.infer<T>> {
    if (file.size > this.#limits.documentBytes) {
      throw new Refusal(
        `its ${what} has ${file.size} bytes; ${this.#limits.documentBytes} are the limit`,
      );
    }
    let content: unknown;
    try {
      content = JSON.parse(await readFile(file.path, 'utf8'));
    } catch {
      throw new Refusal(`its ${what} is no JSON`);
    }
    const parsed = schema.safeParse(content);
    if (parsed.success) return parsed.data;
    const [issue] = parsed.error.issues;
    const where = issue && issue.path.length > 0 ? ` at ${quoted(issue.path.join('.'))}` : '';
    throw new Refusal(`its ${what} is not what it should be${where}`);
  }
}

/** Builders add notes on how an image was made (attestations), in the same list. */
const isImage = ({ platform, annotations }: Descriptor) =>
  platform?.os !== 'unknown' && annotations?.['vnd.docker.reference.type'] === undefined;

/** A name that is a tag alone is given as `:tag`; the repository is then what the archive is called. */
function namesOf({ annotations }: Descriptor): readonly string[] {
  const full = annotations?.['io.containerd.image.name'];
  const short = annotations?.['org.opencontainers.image.ref.name'];
  if (full !== undefined) return [full];
  if (short === undefined) return [];
  return [/[:/]/.test(short) ? short : `:${short}`];
}
