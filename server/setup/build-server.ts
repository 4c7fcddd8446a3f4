import { copyFileSync } from 'node:fs';
import { join } from 'node:path';
import { type BuildOptions, build } from 'esbuild';
import { BUILD, ROOT } from './paths.mjs';
import { Stop } from './stop.mjs';

const COMMON = {
  bundle: true,
  platform: 'node',
  format: 'esm',
  target: 'node20',
  sourcemap: 'inline',
  logLevel: 'silent',
  absWorkingDir: ROOT,
  // Packages in CommonJS call `require` for what Node itself has, and a module has no such function.
  banner: {
    js: "import { createRequire } from 'node:module'; const require = createRequire(import.meta.url);",
  },
} as const satisfies BuildOptions;

/**
 * The two processes as one file each, so that they start at once and without a compiler. The warden keeps
 * its two native packages outside; web needs nothing but its file, and may read nothing else.
 */
export async function buildServer(): Promise<void> {
  await bundle('server/main.ts', join(BUILD, 'server/warden.mjs'), ['koffi', 'node-pty']);
  // Native parts that ws takes if they are there, and does without.
  await bundle('server/web/main.ts', join(BUILD, 'web/web.mjs'), ['bufferutil', 'utf-8-validate']);
  // SQLite is compiled for this Node by npm; web gets it beside its program.
  copyFileSync(
    join(ROOT, 'node_modules/better-sqlite3/build/Release/better_sqlite3.node'),
    join(BUILD, 'web/better_sqlite3.node'),
  );
}

async function bundle(entry: string, outfile: string, external: string[]): Promise<void> {
  try {
    await build({ ...COMMON, entryPoints: [entry], outfile, external });
  } catch (reason) {
    throw new Stop(
      `${entry} can't be bundled: ${reason instanceof Error ? reason.message : reason}`,
    );
  }
}
