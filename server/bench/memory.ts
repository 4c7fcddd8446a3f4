import { randomBytes } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { BUILD } from '../setup/paths.mjs';
import { openNative } from '../warden/native.ts';
import type { CreatedSandbox } from '../warden/native-interface.ts';
import type { Places } from './places.ts';
import { benchSpec } from './throughput.ts';

const ALIVE = [100, 300, 500] as const;

/** What the kernel counts for itself, and what programs and tmpfs files take. */
const PARTS = ['Slab', 'Percpu', 'KernelStack', 'PageTables', 'AnonPages', 'Shmem'] as const;

export type MemoryUse = {
  readonly alive: number;
  /** KiB for each idle sandbox, by part, and their sum. */
  readonly parts: Readonly<Record<(typeof PARTS)[number], number>>;
  readonly sumKiB: number;
  /** The same by what the kernel says is available to new programs, for a second opinion. */
  readonly lessAvailableKiB: number;
};

/**
 * Memory of idle sandboxes: PID 1 and nothing else. Read from /proc/meminfo before the first and with so many
 * alive, so all that the kernel holds for them is in it, wherever it is charged; so is what other
 * programs of the host took meanwhile.
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
    const before = meminfo();
    const uses: MemoryUse[] = [];
    for (const count of ALIVE) {
      while (alive.length < count) await make();
      uses.push(difference(before, meminfo(), count));
    }
    return uses;
  } finally {
    await remove();
    await native.close();
  }
}

function meminfo(): ReadonlyMap<string, number> {
  const lines = readFileSync('/proc/meminfo', 'utf8').matchAll(/^(\w+):\s+(\d+) kB$/gm);
  return new Map([...lines].map(([, name = '', kib]) => [name, Number(kib)]));
}

function difference(
  before: ReadonlyMap<string, number>,
  after: ReadonlyMap<string, number>,
  alive: number,
): MemoryUse {
  const each = (name: string) => ((after.get(name) ?? 0) - (before.get(name) ?? 0)) / alive;
  const parts = {
    Slab: each('Slab'),
    Percpu: each('Percpu'),
    KernelStack: each('KernelStack'),
    PageTables: each('PageTables'),
    AnonPages: each('AnonPages'),
    Shmem: each('Shmem'),
  };
  const sumKiB = PARTS.reduce((sum, part) => sum + parts[part], 0);
  return { alive, parts, sumKiB, lessAvailableKiB: -each('MemAvailable') };
}
