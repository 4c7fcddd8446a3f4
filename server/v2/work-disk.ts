import { cpSync, mkdirSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseOptions } from '../setup/options.mjs';
import { ROOT } from '../setup/paths.mjs';
import { runTool } from '../setup/run-tool.mjs';

const DISK_SIZE = '8G';

/** Where the machine has the checkout; it sees the disk as `/lab`. */
export const GUEST_ROOT = '/lab/glassbox';

/** Large, and only for building and checking the sources, which is done on the host. */
const LEFT_OUT = new Set([
  '.git',
  '.next',
  '@biomejs',
  '@img',
  '@next',
  '@typescript',
  'lightningcss-linux-x64-gnu',
  'next',
  'playwright-core',
  'typescript',
]);

/**
 * Makes a disk with the checkout, what has been built in it, the images, and a script `run` on it. It is a
 * real ext4, because not every filesystem that could be shared with the host can be mounted idmapped.
 */
export async function makeWorkDisk(folder: string, run: string): Promise<string> {
  const stage = join(folder, 'work');
  const disk = join(folder, 'work.ext4');
  mkdirSync(stage);
  copyWithout(ROOT, join(stage, 'glassbox'));
  const { images } = parseOptions([], process.env);
  const parts = readdirSync(images).filter((entry) => /^(base|store)-[0-9a-f]+$/.test(entry));
  mkdirSync(join(stage, 'images'));
  // cp, and not Node: the images have whiteouts, extended attributes and files of many owners. All at once,
  // because the store has hard links to files of the base image.
  await runTool('v2-images', 'cp', [
    '-a',
    ...parts.map((name) => join(images, name)),
    join(stage, 'images'),
  ]);
  writeFileSync(join(stage, 'run'), run);
  await runTool('v2-work', 'mke2fs', [
    ...['-q', '-t', 'ext4', '-O', '^has_journal', '-d', stage, disk, DISK_SIZE],
  ]);
  rmSync(stage, { recursive: true });
  return disk;
}

function copyWithout(source: string, target: string): void {
  cpSync(source, target, {
    recursive: true,
    preserveTimestamps: true,
    verbatimSymlinks: true,
    filter: (path) => !LEFT_OUT.has(path.slice(path.lastIndexOf('/') + 1)),
  });
}
