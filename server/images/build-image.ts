import {
  chmodSync,
  chownSync,
  copyFileSync,
  existsSync,
  mkdirSync,
  readdirSync,
  renameSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { dirname, join } from 'node:path';
import { takeLock } from '../setup/lock.mjs';
import { runTool, ToolFailure } from '../setup/run-tool.mjs';
import { Stop } from '../setup/stop.mjs';
import { COMPLETE, imageProblem, rootfsProblem } from './base-image.ts';
import { hostMirrorLines } from './debian-mirror.ts';
import { closeToOthers, imagesLock } from './in-use.ts';
import { addedFiles, imageName, LINKS, MMDEBSTRAP_OPTIONS, REMOVED, SUITE } from './recipe.ts';
import { removeOthers, removeTree } from './removal.ts';

const NO_NETWORK =
  /Temporary failure resolving|Could not resolve|Could not connect|Connection timed out|Network is unreachable|Failed to fetch/;

/** Told what is being done, once it is known that something must be. */
type Working = (doing: string) => void;

/**
 * Makes sure that the base image is there and whole, building it with mmdebstrap if not. An image appears
 * under its name in one rename when all of it is there; those of other recipes are removed unless a lab is
 * still using them.
 *
 * @returns 'unchanged' if there was nothing to do.
 */
export async function ensureBaseImage(
  imagesDirectory: string,
  working: Working,
): Promise<'unchanged' | undefined> {
  mkdirSync(imagesDirectory, { recursive: true });
  closeToOthers(imagesDirectory);
  const lock = takeLock(imagesLock(imagesDirectory), {
    wait: () => working('waiting for another command that builds it'),
  });
  try {
    const name = imageName();
    const image = join(imagesDirectory, name);
    const problem = imageProblem(image);
    removeOthers(imagesDirectory, 'base', name);
    if (!problem) return 'unchanged';
    working(
      existsSync(image) ? `${problem}: building it anew` : 'mmdebstrap (downloads about 60 MB)',
    );
    await build(imagesDirectory, name);
    return undefined;
  } finally {
    lock?.release();
  }
}

async function build(imagesDirectory: string, name: string): Promise<void> {
  const partial = join(imagesDirectory, `${name}.partial`);
  const rootfs = join(partial, 'rootfs');
  removeTree(partial);
  mkdirSync(partial, { mode: 0o700 });
  await bootstrap(rootfs);
  finish(rootfs);
  const problem = rootfsProblem(rootfs);
  if (problem)
    throw new Stop(
      `The base image that mmdebstrap built ${problem}: look into .build/log/base-image.log.`,
    );
  writeFileSync(join(partial, COMPLETE), `${name}\n`);
  const image = join(imagesDirectory, name);
  const broken = join(imagesDirectory, `${name}.broken`);
  if (existsSync(image)) renameSync(image, broken);
  renameSync(partial, image);
  removeTree(broken);
}

async function bootstrap(rootfs: string): Promise<void> {
  // In a mount namespace of its own: what mmdebstrap mounts is gone when it ends, however it ends.
  const command = [
    '--mount',
    '--propagation',
    'private',
    'mmdebstrap',
    ...MMDEBSTRAP_OPTIONS,
    SUITE,
    rootfs,
  ];
  try {
    await runTool('base-image', 'unshare', [...command, ...hostMirrorLines(SUITE)], {
      env: { ...process.env, LC_ALL: 'C.UTF-8', TMPDIR: dirname(rootfs) },
    });
  } catch (reason) {
    if (!(reason instanceof ToolFailure) || !NO_NETWORK.test(reason.output)) throw reason;
    throw new Stop(
      "The base image can't be built because the Debian mirror can't be reached: connect this host to the network and start again (.build/log/base-image.log has the details).",
    );
  }
}

/** What comes after the packages: our own files, links, and nothing left of the installation. */
function finish(rootfs: string): void {
  for (const pattern of REMOVED) removeInside(rootfs, pattern);
  for (const [link, target] of Object.entries(LINKS)) {
    rmSync(join(rootfs, link), { force: true });
    symlinkSync(target, join(rootfs, link));
  }
  for (const { source, target, mode } of addedFiles()) {
    const path = join(rootfs, target);
    mkdirSync(dirname(path), { recursive: true, mode: 0o755 });
    rmSync(path, { force: true });
    copyFileSync(source, path);
    chownSync(path, 0, 0);
    chmodSync(path, mode);
  }
  chmodSync(rootfs, 0o755);
}

/** `/var/log/*` means the files in it, and stays as an empty folder with its subfolders, as nginx needs them. */
function removeInside(rootfs: string, pattern: string): void {
  if (!pattern.endsWith('/*')) {
    rmSync(join(rootfs, pattern), { force: true });
    return;
  }
  const folder = pattern.slice(0, -2);
  for (const entry of readdirSync(join(rootfs, folder), { withFileTypes: true })) {
    const inside = `${folder}/${entry.name}`;
    if (entry.isDirectory()) removeInside(rootfs, `${inside}/*`);
    else rmSync(join(rootfs, inside), { force: true });
  }
}
