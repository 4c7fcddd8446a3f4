import {
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmdirSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import type { TraceCall } from '../protocol/trace.ts';
import type { Contender } from './contender.ts';
import { LineProgram } from './line-program.ts';
import type { Places } from './places.ts';

const NANOSECONDS = 1e6;

/** The floor, and how often it made each system call in how many rounds. */
export type Floor = Contender & { readonly calls: () => ReadonlyMap<string, number> };

/** The same system calls in one straight line of C, and nothing else: `native/bench/floor.c`. */
export function openFloor(places: Places, number = 0): Floor {
  const lab = places.group(`floor${number}`);
  const groups = makeGroups(lab);
  const program = new LineProgram(join(places.programs, 'floor'), [
    lab,
    places.stage,
    places.store,
    ...places.layers,
  ]);
  const calls = new Map<string, number>();
  let rounds = 0;
  return {
    name: 'the floor',
    calls: () => calls,
    async round() {
      const [create = 0, destroy = 0] = await program.round();
      rounds += 1;
      const createMs = create / NANOSECONDS;
      const destroyMs = destroy / NANOSECONDS;
      return { createMs, destroyMs, totalMs: createMs + destroyMs };
    },
    async close() {
      for (const line of await program.close()) {
        const [name = '', count = '0'] = line.split(' ');
        calls.set(name, Number(count) / rounds);
      }
      for (const group of groups.toReversed()) rmdirSync(group);
    },
  };
}

/** What the floor and a real creation do not have in common, as a sentence for each call. */
export function differences(
  floor: ReadonlyMap<string, number>,
  trace: readonly TraceCall[],
): string[] {
  const real = new Map<string, number>();
  for (const { call } of trace) {
    const name = call.slice(0, call.indexOf('('));
    real.set(name, (real.get(name) ?? 0) + 1);
  }
  // These come out of the same lists and the same code: they can't differ.
  const counted = new Map(floor);
  for (const name of ['prctl', 'prlimit64', 'seccomp']) {
    real.delete(name);
    counted.delete(name);
  }
  return [...new Set([...counted.keys(), ...real.keys()])]
    .filter((name) => counted.get(name) !== real.get(name))
    .map(
      (name) =>
        `${name}: ${counted.get(name) ?? 0} times in the floor, ${real.get(name) ?? 0} in a sandbox`,
    );
}

/** A lab's own groups, as the library makes them. */
function makeGroups(lab: string): string[] {
  const root = '/sys/fs/cgroup';
  const pure = existsSync(join(root, 'cgroup.controllers'));
  const hierarchies = pure ? [root] : readdirSync(root).map((name) => join(root, name));
  const limiting = hierarchies.filter((path) => pure || !path.endsWith('/systemd'));
  return limiting.map((hierarchy) => {
    const group = join(hierarchy, lab);
    mkdirSync(group);
    if (pure) {
      for (const controller of ['+memory', '+pids', '+cpu', '+io', '+cpuset']) {
        writeFileSync(join(group, 'cgroup.subtree_control'), controller);
      }
    }
    if (
      existsSync(join(group, 'cgroup.clone_children')) &&
      existsSync(join(group, 'cpuset.cpus'))
    ) {
      for (const file of ['cpuset.cpus', 'cpuset.mems']) {
        writeFileSync(join(group, file), readFileSync(join(hierarchy, file)));
      }
      writeFileSync(join(group, 'cgroup.clone_children'), '1');
    }
    return group;
  });
}
