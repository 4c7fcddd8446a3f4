import { existsSync, mkdirSync, symlinkSync } from 'node:fs';
import { constants } from 'node:os';
import { join } from 'node:path';
import koffi from 'koffi';
import { BUILD } from '../setup/paths.mjs';
import { runTool } from '../setup/run-tool.mjs';
import type { Chance } from './chance.ts';

const { EACCES, EIO, ENOMEM, ENOSPC, EPERM } = constants.errno;
const SIDES = { parent: 0, child: 1 } as const;
/** Neither side makes more calls than this in a creation. */
const CALLS_MAX = 200;

/** The native library as it is, but for faults on request: see `native/faults.h`. */
export type Faults = {
  /** To be given to `openNative`. */
  readonly libraryDirectory: string;
  /** Lets one system call of the next creation or removal of this sandbox fail, or its process end at it. */
  readonly ask: (id: string, chance: Chance) => void;
  /** No more of it. */
  readonly forget: (id: string) => void;
};

export async function openFaults(scratch: string): Promise<Faults> {
  await runTool('native', 'make', ['-C', 'native', 'faults']);
  const built = join(BUILD, 'native');
  const libraryDirectory = join(scratch, 'faulty');
  mkdirSync(libraryDirectory);
  for (const name of ['enter', 'probe', 'outside', 'layer']) {
    if (existsSync(join(built, name))) symlinkSync(join(built, name), join(libraryDirectory, name));
  }
  const file = join(libraryDirectory, 'libglassbox.so');
  symlinkSync(join(built, 'libglassbox-faults.so'), file);
  const library = koffi.load(file);
  const fault = library.func('glassbox_fault', 'int', ['const char *', 'int', 'uint32', 'int32']);
  const calls = library.func('glassbox_fault_calls', 'uint32', ['const char *']);
  return {
    libraryDirectory,
    ask(id, chance) {
      const side = chance.pick(['parent', 'child'] as const);
      const error = chance.pick([EIO, ENOMEM, ENOSPC, EPERM, EACCES, 0] as const);
      // Only the new process can end: the other one is the warden.
      fault(
        id,
        SIDES[side],
        chance.below(CALLS_MAX),
        side === 'parent' && error === 0 ? EIO : error,
      );
    },
    forget: (id) => void calls(id),
  };
}
