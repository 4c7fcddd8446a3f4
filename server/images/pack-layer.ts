import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createWriteStream, lstatSync, readdirSync, readFileSync, readlinkSync } from 'node:fs';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { pack } from 'tar-stream';
import { Stop } from '../setup/stop.mjs';
import { type Digest, Meter } from './digest.ts';

/** Of every file that we make ourselves, so that the same files always give the same digest. */
export const LAYER_TIME = new Date('2024-01-01T00:00:00Z');

/** Something in a layer that we make ourselves. It belongs to root. */
export type LayerEntry = { readonly path: string } & (
  | { readonly kind: 'directory'; readonly mode?: number }
  | { readonly kind: 'file'; readonly mode: number; readonly content: Buffer }
  | { readonly kind: 'symlink'; readonly target: string }
);

export type PackedLayer = {
  readonly diffId: Digest;
  readonly digest: Digest;
  readonly size: number;
};

/** Writes a layer as a compressed tar archive. */
export async function packLayer(
  entries: readonly LayerEntry[],
  archive: string,
): Promise<PackedLayer> {
  const tar = pack();
  const written = compressInto(Readable.from(tar), archive);
  for (const entry of [...entries].sort((a, b) => (a.path < b.path ? -1 : 1))) {
    const header = { name: entry.path, mtime: LAYER_TIME, uid: 0, gid: 0 };
    switch (entry.kind) {
      case 'directory':
        tar.entry({ ...header, type: 'directory', mode: entry.mode ?? 0o755 });
        break;
      case 'file':
        tar.entry({ ...header, mode: entry.mode }, entry.content);
        break;
      case 'symlink':
        tar.entry({ ...header, type: 'symlink', mode: 0o777, linkname: entry.target });
        break;
    }
  }
  tar.finalize();
  return written;
}

/** The files of a folder as a layer. Of their modes only whether they can be executed counts. */
export function entriesOf(folder: string, inside = ''): LayerEntry[] {
  return readdirSync(join(folder, inside)).flatMap((name): LayerEntry[] => {
    const path = inside === '' ? name : `${inside}/${name}`;
    const stat = lstatSync(join(folder, path));
    if (stat.isDirectory()) return [{ path, kind: 'directory' }, ...entriesOf(folder, path)];
    if (stat.isSymbolicLink()) {
      return [{ path, kind: 'symlink', target: readlinkSync(join(folder, path)) }];
    }
    const mode = stat.mode & 0o100 ? 0o755 : 0o644;
    return [{ path, kind: 'file', mode, content: readFileSync(join(folder, path)) }];
  });
}

/** A whole directory as a layer, with its owners, modes, times and capabilities. It has no whiteouts. */
export async function packTree(directory: string, archive: string): Promise<PackedLayer> {
  const tar = spawn(
    'tar',
    [
      '--create',
      '--sort=name',
      '--numeric-owner',
      '--format=pax',
      // Whatever differs from one run to the next is left out, and so are fractions of seconds.
      '--pax-option=exthdr.name=%d/PaxHeaders/%f,delete=atime,delete=ctime,delete=mtime',
      '--xattrs',
      '--xattrs-include=security.capability',
      `--directory=${directory}`,
      '.',
    ],
    { stdio: ['ignore', 'pipe', 'inherit'], env: { ...process.env, LC_ALL: 'C' } },
  );
  const [layer] = await Promise.all([compressInto(tar.stdout, archive), ended(tar, 'tar')]);
  return layer;
}

/**
 * With gzip, which gives the same bytes everywhere; zlib changes with every Node. More than level 4 takes
 * twice the time and saves a thirtieth.
 */
async function compressInto(tar: Readable, archive: string): Promise<PackedLayer> {
  const gzip = spawn('gzip', ['--no-name', '-4'], { stdio: ['pipe', 'pipe', 'inherit'] });
  const [plain, compressed] = [new Meter(), new Meter()];
  await Promise.all([
    pipeline(tar, plain, gzip.stdin),
    pipeline(gzip.stdout, compressed, createWriteStream(archive, { mode: 0o644 })),
    ended(gzip, 'gzip'),
  ]);
  return { diffId: plain.digest(), digest: compressed.digest(), size: compressed.bytes };
}

async function ended(child: ReturnType<typeof spawn>, name: string): Promise<void> {
  const [code, signal]: (number | string | null)[] = await once(child, 'close');
  if (code !== 0) throw new Stop(`${name} failed (${signal ?? `exit code ${code}`}).`);
}
