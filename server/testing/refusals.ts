import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TestContext } from 'node:test';
import { addImages } from '../images/add-images.ts';
import { ARCHIVE_LIMITS, type ArchiveLimits } from '../images/archive-limits.ts';
import { Stop } from '../setup/stop.mjs';
import type { TarEntry } from './archives.ts';
import { everythingIn, makeImages } from './image-store.ts';

/** Small enough for a test to go beyond. */
const LIMITS: ArchiveLimits = {
  ...ARCHIVE_LIMITS,
  archiveBytes: 8 * 1024 ** 2,
  archiveEntries: 200,
  documentBytes: 100_000,
  images: 4,
  layers: 5,
  entries: 500,
  unpackedBytes: 4 * 1024 ** 2,
  fileBytes: 2 * 1024 ** 2,
  ratio: 50,
  ratioFrom: 256 * 1024,
};

/** A tar file, or what puts files into a directory. */
export type Archive = Buffer | { readonly directory: (folder: string) => void };

/** Adds an archive, which must be refused with this sentence and leave nothing. */
export async function refused(
  context: TestContext,
  archive: Archive,
  sentence: RegExp,
): Promise<void> {
  const images = makeImages(context);
  const folder = mkdtempSync(join(tmpdir(), 'glassbox-archive-'));
  context.after(() => rmSync(folder, { recursive: true }));
  const path = join(folder, 'archive.tar');
  if (Buffer.isBuffer(archive)) writeFileSync(path, archive);
  else {
    mkdirSync(path);
    archive.directory(path);
  }
  const before = everythingIn(images);
  await assert.rejects(
    addImages(images, { file: path, waiting: assert.fail, working: () => {}, limits: LIMITS }),
    (reason) => {
      assert.ok(reason instanceof Stop, String(reason));
      assert.match(reason.message, sentence);
      assert.match(reason.message, /^\S+archive.tar was not added: .*\. Nothing of it is kept\.$/);
      return true;
    },
  );
  assert.deepEqual(everythingIn(images), before);
}

export function file(name: string): TarEntry {
  return { name, content: '' };
}

export function directory(name: string): TarEntry {
  return { name, type: 'directory' };
}

export function symlink(name: string, linkname: string): TarEntry {
  return { name, type: 'symlink', linkname };
}

export function link(name: string, linkname: string): TarEntry {
  return { name, type: 'link', linkname };
}

/** Bytes that no compression makes smaller, the same each time. */
export function randomBytes(count: number): Buffer {
  const bytes = Buffer.alloc(count);
  let state = 1;
  for (let at = 0; at < count; at++) {
    state = (Math.imul(state, 1_103_515_245) + 12_345) >>> 0;
    bytes[at] = state >>> 24;
  }
  return bytes;
}
