import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TestContext } from 'node:test';
import { addImages } from '../images/add-images.ts';
import { type TarEntry, type TestImage, tarOf } from './archives.ts';

/** The lower layer of the example: a file of each kind, with all that belongs to one. */
export const BASE: readonly TarEntry[] = [
  { name: './', type: 'directory', mode: 0o755 },
  { name: './bin/', type: 'directory', mode: 0o755 },
  { name: './bin/su', content: 'program', mode: 0o4755, uid: 0, gid: 8 },
  { name: './bin/same', type: 'link', linkname: './bin/su' },
  { name: './bin/sh', type: 'symlink', linkname: '/bin/su' },
  { name: './tmp/', type: 'directory', mode: 0o1777 },
  { name: './old/', type: 'directory' },
  { name: './old/one', content: '1' },
  { name: './old/two', content: '2' },
  { name: './gone', content: 'x' },
  { name: './deep/in/a/folder', content: 'implied', uid: 1000, gid: 1000 },
  {
    name: './ping',
    content: 'p',
    mode: 0o755,
    // Version 2 of vfs_cap_data: cap_net_raw, permitted and effective.
    pax: { 'SCHILY.xattr.security.capability': `\x01\0\0\x02\0\x20${'\0'.repeat(14)}` },
  },
];

/** The upper one: what it deletes, and a directory that hides the one below. */
export const CHANGES: readonly TarEntry[] = [
  { name: '.wh.gone', content: '' },
  { name: 'old/', type: 'directory' },
  { name: 'old/.wh..wh..opq', content: '' },
  { name: 'old/three', content: '3' },
];

const CONFIG = {
  Env: ['GREETING=hello\nworld', 'BACK=a\\b'],
  WorkingDir: '/srv',
  User: 'www-data:www-data',
  Entrypoint: ['/bin/sh', '-c'],
  Cmd: ['echo $GREETING'],
  ExposedPorts: { '80/tcp': {}, '53': {} },
  StopSignal: 'SIGQUIT',
};

/** An image of these two layers. */
export async function example(name: string): Promise<TestImage> {
  return { name, config: CONFIG, layers: [await tarOf(BASE), await tarOf(CHANGES)] };
}

/** Adds an archive as the command does. */
export function add(images: string, file: string, name?: string): Promise<readonly string[]> {
  return addImages(images, { file, name, waiting: assert.fail, working: () => {} });
}

export function temporary(context: TestContext): string {
  const folder = mkdtempSync(join(tmpdir(), 'glassbox-archive-'));
  context.after(() => rmSync(folder, { recursive: true }));
  return folder;
}

/** Writes an archive to add. */
export function write(folder: string, content: Buffer, name = 'archive.tar'): string {
  writeFileSync(join(folder, name), content);
  return join(folder, name);
}
