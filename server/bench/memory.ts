import { randomBytes } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, rmdirSync } from 'node:fs';
import { join } from 'node:path';
import { BUILD } from '../setup/paths.mjs';
import { openNative } from '../warden/native.ts';
import type { CreatedSandbox } from '../warden/native-interface.ts';
import type { Places } from './places.ts';
import { median } from './statistics.ts';
import { benchSpec } from './throughput.ts';

const ALIVE = [100, 300, 500] as const;

/** What the kernel takes for itself, and the files of every tmpfs. */
const KERNEL_PARTS = ['Slab', 'Percpu', 'KernelStack', 'PageTables', 'Shmem'] as const;

/** Each sandbox has one group with its limits and one below. */
const MEMORY_GROUPS = 2;
const BARE_GROUPS = 100;

export type MemoryUse = {
  readonly alive: number;
  /** KiB for each idle sandbox, by what it is; PID 1 is what its own pages take. */
  readonly parts: ReadonlyMap<string, number>;
  readonly sumKiB: number;
  /** What MemAvailable says, for a second opinion: other programs are in it, too. */
  readonly lessAvailableKiB: number;
  /** The slab caches that grew most, in KiB for each sandbox. */
  readonly caches: readonly (readonly [string, number])[];
};

/**
 * Memory of idle sandboxes: PID 1 and nothing else. Read from /proc/meminfo before the first and with so many
 * alive, so all that the kernel holds for them is in it, wherever it is charged; so is what the kernel
 * took for other programs meanwhile.
 */
export async function measureMemory(places: Places): Promise<MemoryUse[]> {
  const native = openNative({
    libraryDirectory: join(BUILD, 'native'),
    cgroupParent: places.group('idle'),
    stage: places.stage,
  });
  const alive: { id: string; sandbox: CreatedSandbox }[] = [];
  const make = async () => {
    const id = randomBytes(6).toString('hex');
    const number = alive.length;
    alive.push({ id, sandbox: await native.create(benchSpec(places, id, number)) });
  };
  const remove = async () => {
    for (const { id, sandbox } of alive.splice(0)) await native.destroy(id, sandbox.pidfd);
  };
  try {
    // What the first one brings along for all: caches, modules, the library's own pages.
    await make();
    await remove();
    const before = look();
    const uses: MemoryUse[] = [];
    for (const count of ALIVE) {
      while (alive.length < count) await make();
      const init = median(alive.map(({ sandbox }) => ownPagesKiB(sandbox.pid)));
      uses.push(difference(before, look(), count, init));
    }
    return uses;
  } finally {
    await remove();
    await native.close();
  }
}

/**
 * KiB that the memory groups of a sandbox take on this host, with nothing in them. A few, unless the host has
 * once had very many mounts: the kernel gives each memory group a list with room for as many file systems
 * as there ever were at once, and never makes it shorter.
 */
export function measureMemoryGroups(places: Places): number {
  const hierarchy = ['/sys/fs/cgroup/memory', '/sys/fs/cgroup'].find(existsSync) ?? '';
  const parent = join(hierarchy, places.group('bare'));
  const groups = Array.from({ length: BARE_GROUPS }, (_, at) => join(parent, String(at)));
  // Objects, not pages: what was just freed leaves pages that are half empty.
  const objectsKiB = () => [...look().caches.values()].reduce((sum, kib) => sum + kib, 0);
  const before = objectsKiB();
  mkdirSync(parent);
  for (const group of groups) mkdirSync(group);
  const after = objectsKiB();
  for (const group of [...groups, parent]) rmdirSync(group);
  return ((after - before) / BARE_GROUPS) * MEMORY_GROUPS;
}

type Look = {
  readonly meminfo: ReadonlyMap<string, number>;
  readonly caches: ReadonlyMap<string, number>;
};

function look(): Look {
  const meminfo = readFileSync('/proc/meminfo', 'utf8').matchAll(/^(\w+):\s+(\d+) kB$/gm);
  const slabs = readFileSync('/proc/slabinfo', 'utf8').split('\n').slice(2);
  return {
    meminfo: new Map([...meminfo].map(([, name = '', kib]) => [name, Number(kib)])),
    // name, objects in use, objects, bytes of one.
    caches: new Map(
      slabs.map((line) => {
        const [name = '', objects = 0, , bytes = 0] = line.split(/\s+/);
        return [name, (Number(objects) * Number(bytes)) / 1024];
      }),
    ),
  };
}

function difference(before: Look, after: Look, alive: number, initKiB: number): MemoryUse {
  const each = (name: string) =>
    ((after.meminfo.get(name) ?? 0) - (before.meminfo.get(name) ?? 0)) / alive;
  const parts = new Map<string, number>(KERNEL_PARTS.map((part) => [part, each(part)]));
  parts.set('PID 1', initKiB);
  const caches = [...after.caches]
    .map(([name, kib]) => [name, (kib - (before.caches.get(name) ?? 0)) / alive] as const)
    .toSorted(([, one], [, other]) => other - one)
    .slice(0, 5);
  const sumKiB = [...parts.values()].reduce((sum, part) => sum + part, 0);
  return { alive, parts, sumKiB, lessAvailableKiB: -each('MemAvailable'), caches };
}

function ownPagesKiB(pid: number): number {
  const status = readFileSync(`/proc/${pid}/status`, 'utf8');
  return Number(/RssAnon:\s+(\d+) kB/.exec(status)?.[1] ?? 0);
}
