import { existsSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { Stop } from '../setup/stop.mjs';
import { keepInUse } from './in-use.ts';
import { ESSENTIAL_FILES, IMAGE_PACKAGES } from './packages.ts';
import { imageName } from './recipe.ts';

/** Written last: an image without it was never finished. */
export const COMPLETE = 'complete';

/**
 * Directory of the base image that this checkout asks for: read-only, shared by all sandboxes, owned by
 * ids 0 to 65535. From now on until this process ends, nobody removes it.
 */
export function baseImageDirectory(imagesDirectory: string): string {
  const name = imageName();
  const problem = imageProblem(join(imagesDirectory, name));
  if (problem)
    throw new Stop(
      `The base image ${join(imagesDirectory, name)} ${problem}. Start the lab with npm start: it builds the image.`,
    );
  keepInUse(imagesDirectory, name, 'The base image');
  return join(imagesDirectory, name, 'rootfs');
}

/** What is wrong with an image, as the end of a sentence; `undefined` if nothing is. */
export function imageProblem(image: string): string | undefined {
  if (!existsSync(image)) return 'is not there';
  if (!existsSync(join(image, COMPLETE))) return 'is not complete';
  return rootfsProblem(join(image, 'rootfs'));
}

/** The same for its root directory alone, as for one that has just been built. */
export function rootfsProblem(rootfs: string): string | undefined {
  const files = [...ESSENTIAL_FILES, ...IMAGE_PACKAGES.map((row) => row.proof)];
  const lost = files.find(
    (file) => (statSync(join(rootfs, file), { throwIfNoEntry: false })?.size ?? 0) === 0,
  );
  if (lost) return `has no ${lost}, or an empty one`;
  const { uid, mode } = statSync(rootfs);
  return uid === 0 && (mode & 0o777) === 0o755
    ? undefined
    : 'does not belong to root with mode 755';
}
