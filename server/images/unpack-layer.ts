import {
  chmodSync,
  chownSync,
  closeSync,
  constants,
  fchmodSync,
  fchownSync,
  futimesSync,
  lchownSync,
  linkSync,
  lutimesSync,
  mkdirSync,
  openSync,
  symlinkSync,
  utimesSync,
  writeSync,
} from 'node:fs';
import { join } from 'node:path';
import type { ArchiveLimits } from './archive-limits.ts';
import type { Digest } from './digest.ts';
import { makeOpaque, makeWhiteout, setAttribute } from './kernel-files.ts';
import { type Attributes, LayerTree, type TarHeader } from './layer-tree.ts';
import { Refusal } from './refusal.ts';
import { readTar } from './tar.ts';

/** What may still be unpacked; shared by all layers of an archive. */
export type Budget = { entries: number; bytes: number };

export const fullBudget = (limits: ArchiveLimits): Budget => ({
  entries: limits.entries,
  bytes: limits.unpackedBytes,
});

export type UnpackedLayer = { readonly diffId: Digest; readonly bytes: number };

/**
 * Unpacks the tar archive of a layer, gzip or not, into a new directory as overlayfs wants it: whiteouts
 * become character devices and opaque directories an attribute.
 *
 * This runs as root on the host with an archive from anywhere. Nothing in the archive is followed: every
 * entry is held against what has been made so far (`LayerTree`), files are opened only as new ones, and
 * nobody else can write into the directory. Throws `Refusal`; whoever called removes the directory.
 */
export async function unpackLayer(
  archive: string,
  directory: string,
  limits: ArchiveLimits,
  budget: Budget,
): Promise<UnpackedLayer> {
  mkdirSync(directory, { mode: 0o755 });
  const unpacking = new Unpacking(directory, limits, budget);
  const diffId = await readTar(archive, limits, (header, content) =>
    unpacking.add(header, content),
  );
  unpacking.finish();
  return { diffId, bytes: unpacking.bytes };
}

class Unpacking {
  readonly #root: string;
  readonly #tree: LayerTree;
  readonly #budget: Budget;
  /** Times of directories, which change while things are put into them. */
  readonly #directories: { readonly path: string; readonly seconds: number }[] = [];
  bytes = 0;

  constructor(root: string, limits: ArchiveLimits, budget: Budget) {
    this.#root = root;
    this.#tree = new LayerTree(limits);
    this.#budget = budget;
  }

  async add(header: TarHeader, content: AsyncIterable<unknown>): Promise<void> {
    const step = this.#tree.take(header);
    for (const parent of step.parents) {
      this.#spend(0);
      this.#makeDirectory(parent);
    }
    this.#spend(step.kind === 'file' ? header.size : 0);
    const path = join(this.#root, step.path);
    switch (step.kind) {
      case 'directory':
        if (step.fresh) this.#makeDirectory(step.path);
        setDirectory(path, step.attributes);
        this.#directories.push({ path, seconds: step.attributes.seconds });
        break;
      case 'file':
        await writeFile(path, content, step.attributes);
        break;
      case 'symlink':
        symlinkSync(step.target, path);
        lchownSync(path, step.attributes.uid, step.attributes.gid);
        lutimesSync(path, step.attributes.seconds, step.attributes.seconds);
        break;
      case 'hard link':
        linkSync(join(this.#root, step.existing), path);
        break;
      case 'whiteout':
        makeWhiteout(path);
        break;
      case 'opaque':
        makeOpaque(path);
        break;
    }
  }

  finish(): void {
    for (const { path, seconds } of this.#directories.reverse()) utimesSync(path, seconds, seconds);
  }

  #makeDirectory(path: string): void {
    mkdirSync(join(this.#root, path), { mode: 0o755 });
    chmodSync(join(this.#root, path), 0o755);
  }

  #spend(bytes: number): void {
    this.#budget.entries -= 1;
    this.#budget.bytes -= bytes;
    this.bytes += bytes;
    if (this.#budget.entries < 0) throw new Refusal('it has too many files');
    if (this.#budget.bytes < 0) throw new Refusal('it is too large when it is unpacked');
  }
}

function setDirectory(path: string, { uid, gid, mode }: Attributes): void {
  chownSync(path, uid, gid);
  chmodSync(path, mode);
}

async function writeFile(
  path: string,
  content: AsyncIterable<unknown>,
  { uid, gid, mode, seconds, capability }: Attributes,
): Promise<void> {
  const { O_WRONLY, O_CREAT, O_EXCL, O_NOFOLLOW } = constants;
  const file = openSync(path, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW, 0o600);
  try {
    for await (const chunk of content) writeAll(file, chunk);
    fchownSync(file, uid, gid);
    // After chown, which takes the set-user-id bit and the capabilities away.
    fchmodSync(file, mode);
    if (capability !== undefined) setAttribute(path, 'security.capability', capability);
    futimesSync(file, seconds, seconds);
  } finally {
    closeSync(file);
  }
}

function writeAll(file: number, chunk: unknown): void {
  if (!Buffer.isBuffer(chunk)) throw new TypeError('A tar archive has bytes.');
  for (let at = 0; at < chunk.length; ) at += writeSync(file, chunk, at);
}
