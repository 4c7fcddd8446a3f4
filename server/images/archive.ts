import { constants, createWriteStream, realpathSync } from 'node:fs';
import { type FileHandle, mkdir, open } from 'node:fs/promises';
import { dirname, join, posix, sep } from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import type { ArchiveLimits } from './archive-limits.ts';
import { type Digest, Meter } from './digest.ts';
import { LayerTree, type TarHeader } from './layer-tree.ts';
import { quoted, Refusal } from './refusal.ts';
import { readTar } from './tar.ts';

/** A file of an archive, as a copy that nobody else can change, with the digest of just that copy. */
export type ArchiveFile = { readonly path: string; readonly digest: Digest; readonly size: number };

/** The files of an archive by their names; `undefined` for one that is not there. */
export type Archive = (name: string) => Promise<ArchiveFile | undefined>;

/** Where an archive has been put together from is no matter here: a tar archive, or a directory. */
export async function openArchive(
  path: string,
  staging: string,
  limits: ArchiveLimits,
): Promise<Archive> {
  const folder = join(staging, 'archive');
  await mkdir(folder, { mode: 0o700 });
  // Not blocking: a FIFO would have us wait for ever.
  const file = await open(path, constants.O_RDONLY | constants.O_NONBLOCK);
  try {
    const stat = await file.stat();
    if (stat.isDirectory()) return directoryArchive(realpathSync(path), folder, limits);
    if (!stat.isFile()) throw new Refusal('it is neither a file nor a directory');
  } finally {
    await file.close();
  }
  return tarArchive(path, folder, limits);
}

function directoryArchive(root: string, folder: string, limits: ArchiveLimits): Archive {
  const taken = new Map<string, Promise<ArchiveFile | undefined>>();
  let left = limits.archiveBytes;
  const take = async (name: string): Promise<ArchiveFile | undefined> => {
    const source = await openInside(root, name);
    if (source === undefined) return undefined;
    try {
      const { size } = await source.stat();
      left -= size;
      if (left < 0) throw new Refusal('it is too large');
      const copy = await keep(
        source.createReadStream({ autoClose: false }),
        join(folder, `${taken.size}`),
      );
      return copy;
    } finally {
      await source.close();
    }
  };
  return (name) => {
    const known = taken.get(name) ?? take(name);
    taken.set(name, known);
    return known;
  };
}

/** A regular file below a directory; a symbolic link must not lead out of it. */
async function openInside(root: string, name: string): Promise<FileHandle | undefined> {
  if (name.includes('\0') || name.split('/').includes('..')) {
    throw new Refusal(`the name ${quoted(name)} leads out of it`);
  }
  let path: string;
  try {
    path = realpathSync(join(root, name));
  } catch {
    return undefined;
  }
  if (!path.startsWith(root + sep)) throw new Refusal(`its file ${quoted(name)} leads out of it`);
  const file = await open(path, constants.O_RDONLY | constants.O_NONBLOCK | constants.O_NOFOLLOW);
  if ((await file.stat()).isFile()) return file;
  await file.close();
  throw new Refusal(`its file ${quoted(name)} is no regular file`);
}

/** Unpacks the outer archive. Its rules are those of a layer; its links are names of other files in it. */
async function tarArchive(path: string, folder: string, limits: ArchiveLimits): Promise<Archive> {
  const files = new Map<string, ArchiveFile>();
  const links = new Map<string, string>();
  const tree = new LayerTree({ ...limits, fileBytes: limits.archiveBytes });
  let entries = limits.archiveEntries;
  let bytes = limits.archiveBytes;
  await readTar(path, limits, async (header, content) => {
    // Whoever made the archive owns its files: that says nothing about the image.
    const step = tree.take({ ...header, uid: 0, gid: 0, pax: withoutOwner(header) });
    entries -= 1;
    if (entries < 0) throw new Refusal(`it has more than ${limits.archiveEntries} files`);
    switch (step.kind) {
      case 'file':
        bytes -= header.size;
        if (bytes < 0) throw new Refusal('it is too large');
        files.set(step.path, await keep(Readable.from(content), join(folder, `${files.size}`)));
        break;
      case 'hard link':
        links.set(step.path, step.existing);
        break;
      case 'symlink':
        // `docker save` once wrote these for layers that two images share.
        links.set(step.path, posix.join(dirname(step.path), step.target));
        break;
    }
  });
  return async (name) => {
    let wanted = posix.normalize(name);
    for (let hops = 0; hops < 8 && links.has(wanted); hops++) wanted = links.get(wanted) ?? wanted;
    return files.get(wanted);
  };
}

function withoutOwner({ pax }: TarHeader): TarHeader['pax'] {
  if (pax === null) return null;
  const { uid: _uid, gid: _gid, ...rest } = pax;
  return rest;
}

async function keep(content: Readable, path: string): Promise<ArchiveFile> {
  const meter = new Meter();
  await pipeline(content, meter, createWriteStream(path, { flags: 'wx', mode: 0o644 }));
  return { path, digest: meter.digest(), size: meter.bytes };
}
