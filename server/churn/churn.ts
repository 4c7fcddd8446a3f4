import { randomBytes } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { imageStoreAttachment } from '../images/store.ts';
import type { SandboxNeed } from '../protocol/needs.ts';
import { parseOptions } from '../setup/options.mjs';
import { eventually } from '../testing/eventually.ts';
import { lowerdirs } from '../testing/native.ts';
import { prepareDiskTemplate } from '../warden/disk-template.ts';
import { prepareStage, STAGE } from '../warden/janitor.ts';
import { openNative } from '../warden/native.ts';
import type { Native } from '../warden/native-interface.ts';
import { SandboxRegistry } from '../warden/sandbox-registry.ts';
import { belongingsOf, changes } from './belongings.ts';
import { Chance } from './chance.ts';
import { type Fate, type Life, live } from './fate.ts';
import { openFaults } from './faults.ts';
import { type Harm, harmed } from './harmed-native.ts';

const AT_ONCE_MAX = 20;
/** Cycles after which everything that is made once has been made. */
const WARM_UP = 60;

export type ChurnReport = {
  readonly cycles: number;
  readonly fates: Readonly<Record<Fate, number>>;
  readonly harm: Harm;
  readonly refused: number;
  readonly seconds: number;
  /** Resident memory of this process after the warm-up and at the end. */
  readonly residentMiB: readonly [warm: number, end: number];
  /** What was there before and is not, or the other way round. */
  readonly left: readonly string[];
};

/**
 * Sandboxes come and go through a registry as the warden has it, some at once, each meeting its fate. In the
 * end, and after the warm-up, it counts what there is.
 */
export async function churn(
  cycles: number,
  seed: number,
  progress: (done: number) => void = () => {},
): Promise<ChurnReport> {
  const chance = new Chance(seed);
  const lab = `glassbox-${randomBytes(4).toString('hex')}`;
  const { images } = parseOptions([], process.env);
  const removeStage = prepareStage();
  const scratch = mkdtempSync(join(images, 'churn-'));
  const faults = await openFaults(scratch);
  const harm: Harm = { killed: 0, faults: 0, failedCreations: 0, failedRemovals: 0 };
  const real = openNative({
    libraryDirectory: faults.libraryDirectory,
    cgroupParent: lab,
    stage: STAGE,
    diskImage: prepareDiskTemplate(scratch),
  });
  const failed: unknown[] = [];
  const report = {
    fates: { reset: 0, 'kill-init': 0, 'kill-shell': 0, mess: 0, look: 0 } as Record<Fate, number>,
    refused: 0,
  };
  const native = harmed(real, lab, faults, chance, harm);
  /** So many cycles with a registry of their own, which is closed in the end, its pool with it. */
  const run = async (count: number, done: number) => {
    const registry = openRegistry(native, images, failed);
    let begun = 0;
    while (begun < count) {
      const atOnce = Math.min(chance.pick([1, 2, 4, 8, AT_ONCE_MAX]), count - begun);
      begun += atOnce;
      const lives = Array.from({ length: atOnce }, () => live(registry, chance, needs(chance)));
      for (const life of await Promise.all(lives)) add(report, life);
      progress(done + begun);
    }
    await registry.close();
    if (registry.size > 0) failed.push(`${registry.size} sandboxes outlived their registry`);
  };
  const look = () => belongingsOf(lab, [scratch]);
  const began = performance.now();
  try {
    await run(Math.min(WARM_UP, cycles), 0);
    const before = look();
    const warm = process.memoryUsage.rss();
    await run(Math.max(0, cycles - WARM_UP), Math.min(WARM_UP, cycles));
    // The host's init reaps what lost its parent when it gets to it.
    const left = await settled(() => changes(before, look()));
    const end = process.memoryUsage.rss();
    return {
      cycles,
      ...report,
      harm,
      seconds: (performance.now() - began) / 1000,
      residentMiB: [warm / 1024 ** 2, end / 1024 ** 2],
      left: [...left, ...failed.map(String), ...(await real.leftovers())],
    };
  } finally {
    for (const id of await real.leftovers()) await real.destroy(id, undefined);
    await real.close();
    rmSync(scratch, { recursive: true });
    removeStage();
  }
}

function openRegistry(native: Native, images: string, failed: unknown[]): SandboxRegistry {
  const registry = new SandboxRegistry({
    native,
    lowerdirs: lowerdirs(),
    attachments: [imageStoreAttachment(images)],
    sandboxesMax: AT_ONCE_MAX * 2,
    warm: 2,
    life: { lifeMs: 600_000, lifeMaxMs: 600_000, extendMs: 0, idleMs: 600_000, awayMs: 600_000 },
    events: {
      made: () => {},
      handedOver: () => {},
      makeFailed: () => {},
      gone: () => {},
      removed: () => {},
      removeFailed: (_sandbox, error) => failed.push(error),
      terminalEnded: () => {},
      inspectFailed: () => {},
    },
  });
  registry.warmUp();
  return registry;
}

function needs(chance: Chance): readonly SandboxNeed[] {
  const number = chance.below(20);
  return number === 0 ? ['disk'] : number < 3 ? ['netfilter', 'device'] : [];
}

function add(report: { fates: Record<Fate, number>; refused: number }, life: Life): void {
  if (life === 'refused') report.refused += 1;
  else report.fates[life] += 1;
}

async function settled(look: () => string[]): Promise<string[]> {
  let last = look();
  await eventually('nothing is left', () => {
    last = look();
    return last.length === 0;
  }).catch(() => {});
  return last;
}
