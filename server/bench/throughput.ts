import { randomBytes } from 'node:crypto';
import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import type { TraceCall } from '../protocol/trace.ts';
import { BUILD } from '../setup/paths.mjs';
import { openNative } from '../warden/native.ts';
import type { Native } from '../warden/native-interface.ts';
import { MACHINE_HOSTNAME } from '../warden/sandbox.ts';
import { SANDBOX_LIMITS } from '../warden/sandbox-limits.ts';
import type { Contender } from './contender.ts';
import { openFloor } from './floor.ts';
import { openRuntime } from './oci-runtime.ts';
import type { Places } from './places.ts';
import { median } from './statistics.ts';

const WINDOW_MS = 2_000;
const WINDOWS = 3;
/** Two for each core, so that none waits for a disk or a lock while the other has nothing to do. */
const AT_ONCE = 2 * availableParallelism();

/** Of so many creations one is looked at step by step. */
const TRACED_EVERY = 8;

/** Sandboxes made and removed in a second with all cores busy. */
export type Throughput = {
  readonly ours: number;
  readonly floor: number;
  readonly crun?: number;
  /** Some creations of ours meanwhile: where the time goes when others want the same of the kernel. */
  readonly traces: readonly (readonly TraceCall[])[];
};

/** Ours, the floor's and crun's in turns; medians. What the floor can't do, nothing in user space can. */
export async function measureThroughput(places: Places): Promise<Throughput> {
  const native = openNative({
    libraryDirectory: join(BUILD, 'native'),
    cgroupParent: places.group('many'),
    stage: places.stage,
  });
  const traces: (readonly TraceCall[])[] = [];
  let made = 0;
  const workers = Array.from({ length: AT_ONCE }, (_, at) => async () => {
    const trace = await makeAndRemove(native, places, at);
    made += 1;
    if (made % TRACED_EVERY === 0) traces.push(trace);
  });
  const floors = Array.from({ length: AT_ONCE }, (_, at) => openFloor(places, at + 1));
  const runtimes = openRuntimes(places);
  const ours: number[] = [];
  const floor: number[] = [];
  const crun: number[] = [];
  for (let window = 0; window < WINDOWS; window += 1) {
    ours.push(await perSecond(workers));
    floor.push(await perSecond(floors.map((each) => () => each.round())));
    if (runtimes.length > 0) crun.push(await perSecond(runtimes.map((each) => () => each.round())));
  }
  for (const contender of [...floors, ...runtimes]) await contender.close();
  await native.close();
  return {
    ours: median(ours),
    floor: median(floor),
    ...(crun.length > 0 ? { crun: median(crun) } : {}),
    traces,
  };
}

function openRuntimes(places: Places): Contender[] {
  const entrants = Array.from({ length: AT_ONCE }, (_, at) => openRuntime(places, 'crun', at + 1));
  return entrants.filter((entrant): entrant is Contender => !('skipped' in entrant));
}

async function makeAndRemove(
  native: Native,
  places: Places,
  worker: number,
): Promise<readonly TraceCall[]> {
  const id = randomBytes(6).toString('hex');
  const sandbox = await native.create(benchSpec(places, id, worker));
  await native.destroy(id, sandbox.pidfd);
  return sandbox.trace;
}

/** What a learner without special needs gets. */
export const benchSpec = (places: Places, id: string, number: number) => ({
  id,
  hostname: MACHINE_HOSTNAME,
  lowerdirs: places.layers,
  attachments: [{ directory: places.store, target: '/var/lib/box/shared' }],
  needs: [],
  idBase: 100_000 + number * 65_536,
  ...SANDBOX_LIMITS,
});

async function perSecond(workers: readonly (() => Promise<unknown>)[]): Promise<number> {
  const begin = performance.now();
  let done = 0;
  await Promise.all(
    workers.map(async (work) => {
      while (performance.now() - begin < WINDOW_MS) {
        await work();
        done += 1;
      }
    }),
  );
  return done / ((performance.now() - begin) / 1_000);
}
