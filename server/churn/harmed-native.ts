import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setImmediate as turn, setTimeout as wait } from 'node:timers/promises';
import type { CreatedSandbox, Native, SandboxSpec } from '../warden/native-interface.ts';
import type { Chance } from './chance.ts';
import type { Faults } from './faults.ts';

/** How often a creation or a removal is harmed, out of a hundred, and how. */
const KILLED_EARLY = 8;
const FAULTS = { create: 12, destroy: 4 } as const;
/** A creation takes a few milliseconds, more on a busy host. */
const EARLY_MS = 8;

/** What was done to creations and removals, and how many of them failed of it. */
export type Harm = {
  killed: number;
  faults: number;
  failedCreations: number;
  failedRemovals: number;
};

/**
 * The native library in bad company: the new process is killed at some step of its making, system calls
 * fail. A removal that failed is tried again, as the warden's next start would.
 */
export function harmed(
  real: Native,
  lab: string,
  faults: Faults,
  chance: Chance,
  harm: Harm,
): Native {
  const happens = (percent: number) => chance.below(100) < percent;
  return {
    ...real,
    async create(spec: SandboxSpec): Promise<CreatedSandbox> {
      const early = happens(KILLED_EARLY);
      const faulty = happens(FAULTS.create);
      if (faulty) {
        harm.faults += 1;
        faults.ask(spec.id, chance);
      }
      const creation = real.create(spec);
      let settled = false;
      const settle = () => {
        settled = true;
        if (faulty) faults.forget(spec.id);
      };
      creation.then(settle, settle);
      const killing = early ? killEarly(lab, spec.id, chance, () => settled) : undefined;
      try {
        return await creation;
      } catch (error) {
        harm.failedCreations += 1;
        if (!early && !faulty) throw new Error(`nobody harmed it: ${String(error)}`);
        throw error;
      } finally {
        if (await killing) harm.killed += 1;
      }
    },
    async destroy(id, pidfd) {
      if (!happens(FAULTS.destroy)) return real.destroy(id, pidfd);
      harm.faults += 1;
      faults.ask(id, chance);
      try {
        await real.destroy(id, pidfd);
      } catch {
        harm.failedRemovals += 1;
        faults.forget(id);
        await real.destroy(id, pidfd);
      } finally {
        faults.forget(id);
      }
    },
  };
}

/** Kills the new process as soon as its group has it, or a few milliseconds later. True when it did. */
async function killEarly(
  lab: string,
  id: string,
  chance: Chance,
  settled: () => boolean,
): Promise<boolean> {
  const groups = ['unified', '']
    .flatMap((hierarchy) =>
      ['machine', 'machine/init'].map((below) => join('/sys/fs/cgroup', hierarchy, lab, id, below)),
    )
    .map((group) => join(group, 'cgroup.procs'));
  const newProcess = () =>
    groups
      .filter(existsSync)
      .map((file) => Number.parseInt(readOrNothing(file), 10))
      .find((pid) => pid > 0);
  while (!settled()) {
    if (newProcess() !== undefined) {
      await wait(chance.below(EARLY_MS));
      // Read again: what is in the group now is ours.
      const pid = newProcess();
      if (pid === undefined) return false;
      try {
        process.kill(pid, 'SIGKILL');
        return true;
      } catch {
        return false;
      }
    }
    await turn();
  }
  return false;
}

function readOrNothing(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    return '';
  }
}
