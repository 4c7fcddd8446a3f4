import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { ROOT } from './paths.mjs';

const FOLDERS = ['server', 'lessons', 'app'];

/** Tests of one thing at a time, that need nothing but Node. */
export function unitTests(): string[] {
  return testFiles().filter((file) => !file.endsWith('.integration.test.ts'));
}

/** Tests that need root and the real kernel. */
export function integrationTests(): string[] {
  return testFiles().filter((file) => file.endsWith('.integration.test.ts'));
}

/** Programs of the native library's tests, as the Makefile names them. */
export function nativeTests(): string[] {
  return readdirSync(join(ROOT, 'native/tests'))
    .filter((file) => /^test_.*\.c$/.test(file))
    .map((file) => file.slice(0, -'.c'.length))
    .sort();
}

/** Every C file, for the check of their format. */
export function cFiles(): string[] {
  const files = walk('native').filter((file) => /\.[ch]$/.test(file));
  // Without a file, clang-format would find nothing wrong.
  if (files.length === 0) throw new Error('There is no C file in native/.');
  return files;
}

/** The image commands of `box` and the parts they share. */
export function shellScripts(): string[] {
  const files = walk('native/box/commands').filter((file) => !/\.jq$|\/\.[^/]*$/.test(file));
  if (files.length === 0) throw new Error('There is no script in native/box/commands/.');
  return files;
}

function testFiles(): string[] {
  return FOLDERS.flatMap(walk).filter((file) => file.endsWith('.test.ts'));
}

function walk(folder: string): string[] {
  if (!existsSync(join(ROOT, folder))) return [];
  return readdirSync(join(ROOT, folder), { withFileTypes: true })
    .sort((a, b) => (a.name < b.name ? -1 : 1))
    .flatMap((entry) => {
      const path = `${folder}/${entry.name}`;
      return entry.isDirectory() ? walk(path) : [path];
    });
}
