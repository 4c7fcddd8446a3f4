import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { BUILD, ROOT } from '../../server/setup/paths.mjs';

/** Next writes it into the checkout, with the place of its own types in it. */
const TYPES = join(ROOT, 'next-env.d.ts');
const IN_TYPES = /\.build\/preview-\d+\/next\/(?:dev\/)?/g;

/** Where Next keeps what it makes for one preview. It wants that in the checkout. */
export class PreviewPages {
  readonly #directory = join(BUILD, `preview-${process.pid}`);
  readonly #hadTypes = existsSync(TYPES);

  /** Makes the directory, and says to Next where it is. */
  environment(): Readonly<Record<string, string>> {
    mkdirSync(this.#directory, { recursive: true });
    const configuration = {
      extends: '../../tsconfig.json',
      include: [],
      exclude: ['node_modules'],
    };
    writeFileSync(join(this.#directory, 'tsconfig.json'), JSON.stringify(configuration));
    return {
      GLASSBOX_PREVIEW: relative(ROOT, this.#directory),
      NEXT_TELEMETRY_DISABLED: '1',
      NODE_ENV: 'development',
    };
  }

  /** Takes it away, and leaves the checkout as a build has left it. */
  remove(): void {
    rmSync(this.#directory, { recursive: true, force: true, maxRetries: 5, retryDelay: 100 });
    if (!existsSync(TYPES)) return;
    if (this.#hadTypes) {
      writeFileSync(TYPES, readFileSync(TYPES, 'utf8').replaceAll(IN_TYPES, '.build/next/'));
    } else {
      rmSync(TYPES);
    }
  }
}
