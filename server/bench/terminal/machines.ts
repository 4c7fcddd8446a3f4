import { randomBytes } from 'node:crypto';
import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { BUILD } from '../../setup/paths.mjs';
import { prepareStage } from '../../warden/janitor.ts';
import { openNative } from '../../warden/native.ts';
import { findPlaces } from '../places.ts';
import { benchSpec } from '../throughput.ts';

/** What to run on a pty. */
export type Program = {
  readonly file: string;
  readonly arguments: readonly string[];
  readonly environment: Readonly<Record<string, string | undefined>>;
};

/** Sandboxes as the lab's, without the lab. */
export type Machines = {
  /** A new one; the program is a shell in it. */
  readonly make: () => Promise<Program>;
  readonly close: () => Promise<void>;
};

export function openMachines(): Machines {
  const removeStage = prepareStage();
  const places = findPlaces();
  const native = openNative({
    libraryDirectory: join(BUILD, 'native'),
    cgroupParent: places.group('terminals'),
    stage: places.stage,
  });
  const made: { readonly id: string; readonly pidfd: number }[] = [];
  return {
    async make() {
      const id = randomBytes(6).toString('hex');
      const sandbox = await native.create(benchSpec(places, id, made.length));
      made.push({ id, pidfd: sandbox.pidfd });
      return {
        ...native.enterArguments(id, sandbox, 1, ['/bin/bash', '--login']),
        environment: {},
      };
    },
    async close() {
      for (const { id, pidfd } of made) await native.destroy(id, pidfd);
      await native.close();
      rmSync(places.scratch, { recursive: true, force: true });
      removeStage();
    },
  };
}
