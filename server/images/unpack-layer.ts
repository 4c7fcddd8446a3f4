import {
  chmodSync,
  chownSync,
  closeSync,
  constants,
  createReadStream,
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
import { pipeline } from 'node:stream/promises';
import { type Extract, extract } from 'tar-stream';
import type { ArchiveLimits } from './archive-limits.ts';
import { decompress } from './compression.ts';
import { type Digest, Meter } from './digest.ts';
import { makeOpaque, makeWhiteout, setAttribute } from './kernel-files.ts';
import { type Attributes, LayerTree, tarHeader } from './layer-tree.ts';
import { Refusal } from './refusal.ts';

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
  const entries = extract();
  const tar = new Meter();
  const packed = new Meter();
  const source = createReadStream(archive);
  tar.onBytes = () => {
    if (tar.bytes > limits.ratioFrom && tar.bytes > packed.bytes * limits.ratio) {
      throw new Refusal(
        `it grows more than ${limits.ratio} times when it is unpacked, as no honest layer does`,
      );
    }
  };
  // What goes wrong here ends the last stream, too, and so comes to whoever reads it.
  const streamed = pipeline([source, packed, ...(await decompress(archive)), tar]).catch(() => {});
  const fed = feed(entries, tar).catch((reason: Error) => entries.destroy(reason));
  try {
    for await (const entry of entries) await unpacking.add(entry.header, entry);
  } catch (reason) {
    throw readable(reason);
  } finally {
    await fed;
    await streamed;
  }
  unpacking.finish();
  return { diffId: tar.digest(), bytes: unpacking.bytes };
}

/** Writes into the tar reader, no faster than it reads. */
async function feed(entries: Extract, chunks: AsyncIterable<Buffer>): Promise<void> {
  for await (const chunk of chunks) {
    // It has met something that is no tar archive, and says so itself.
    if (entries.destroying) return;
    if (entries.write(chunk)) continue;
    await new Promise<void>((resume) => {
      const goOn = () => {
        entries.off('drain', goOn).off('close', goOn);
        resume();
      };
      entries.on('drain', goOn).on('close', goOn);
    });
  }
  entries.end(null);
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

  async add(header: unknown, content: AsyncIterable<unknown>): Promise<void> {
    const parsed = tarHeader.safeParse(header);
    if (!parsed.success) throw new Refusal('an entry has a header that says nothing sensible');
    const step = this.#tree.take(parsed.data);
    for (const parent of step.parents) {
      this.#spend(0);
      this.#makeDirectory(parent);
    }
    this.#spend(step.kind === 'file' ? parsed.data.size : 0);
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
    // What is left of its content: that of a link or a directory, should it claim to have one.
    for await (const _ of content);
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

/** What the libraries say of an archive that is none, in our words. */
function readable(reason: unknown): unknown {
  if (!(reason instanceof Error) || reason instanceof Refusal) return reason;
  const code = 'code' in reason ? String(reason.code) : '';
  if (code.startsWith('Z_') || code === 'ERR_BUFFER_OUT_OF_BOUNDS') {
    return new Refusal(`its compression is broken (${reason.message})`);
  }
  if (/^(Unexpected end of data|Invalid (tar )?header|Header exceeds)/.test(reason.message)) {
    return new Refusal(`its tar archive is broken (${reason.message})`);
  }
  return reason;
}
