import { randomBytes } from 'node:crypto';
import { chmodSync, mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { baseImageDirectory } from '../images/base-image.ts';
import { imageStoreDirectory } from '../images/store.ts';
import { parseOptions } from '../setup/options.mjs';
import { BUILD } from '../setup/paths.mjs';

/** Where the bench finds what it measures with. */
export type Places = {
  readonly base: string;
  readonly layers: readonly string[];
  readonly store: string;
  readonly stage: string;
  readonly programs: string;
  /** A directory of the bench's own, which others than root may pass through. */
  readonly scratch: string;
  readonly group: (purpose: string) => string;
};

export function findPlaces(): Places {
  const { images } = parseOptions([], process.env);
  const scratch = mkdtempSync(join(tmpdir(), 'glassbox-bench-'));
  chmodSync(scratch, 0o755);
  const base = baseImageDirectory(images);
  const run = randomBytes(3).toString('hex');
  return {
    base,
    layers: [join(BUILD, 'native/layer'), base],
    store: imageStoreDirectory(images),
    stage: '/run/glassbox/stage',
    programs: join(BUILD, 'native/bench'),
    scratch,
    group: (purpose) => `glassbox-bench-${run}-${purpose}`,
  };
}
