import type { Assertion, ContainerPattern } from '../../protocol/check.ts';
import { NAMESPACES, type NamespaceName } from '../../protocol/namespace.ts';
import { allows } from './amount.ts';
import type { Evidence, Process } from './evidence.ts';
import { matchesProcess } from './process.ts';

type ContainerAssertion = Extract<Assertion, { container: unknown }>;

/** Processes that have all their namespaces in common, at least one of them not the machine's. */
export type Container = {
  /** The types of which it has its own. */
  readonly own: readonly NamespaceName[];
  /** The one that the others descend from. */
  readonly first: Process;
  readonly processes: readonly Process[];
};

export function containersExist(
  { container: pattern, atLeast = 1 }: ContainerAssertion,
  evidence: Evidence,
): boolean {
  const matching = containersOf(evidence).filter((container) =>
    matchesContainer(pattern, container, evidence),
  );
  return matching.length >= atLeast;
}

/** The kernel knows no containers: they are what its processes have in common. */
export function containersOf(evidence: Evidence): Container[] {
  const groups = new Map<string, Process[]>();
  for (const process of evidence.processes) {
    const inodes = NAMESPACES.map((type) => process.namespaces[type]);
    const isRead = NAMESPACES.every(
      (type) => process.namespaces[type] !== null || isMissing(type, evidence),
    );
    // Of a zombie most are gone: it is in no container any more.
    if (!isRead || ownOf(process, evidence).length === 0) continue;
    const key = inodes.join(' ');
    groups.set(key, [...(groups.get(key) ?? []), process]);
  }
  return [...groups.values()].flatMap((processes) => {
    const first = firstOf(processes);
    return first === undefined ? [] : [{ own: ownOf(first, evidence), first, processes }];
  });
}

/** A kernel can be built without a type, and then nobody has it. */
function isMissing(type: NamespaceName, { machine }: Evidence): boolean {
  return machine[type] === '0';
}

function ownOf({ namespaces }: Process, { machine }: Evidence): NamespaceName[] {
  return NAMESPACES.filter(
    (type) => namespaces[type] !== null && namespaces[type] !== machine[type],
  );
}

/** Whose parent is not one of them. Who came in later, by nsenter(1), has such a parent, too. */
function firstOf(processes: readonly Process[]): Process | undefined {
  const pids = new Set(processes.map(({ pid }) => pid));
  const [first] = processes
    .filter(({ parent }) => !pids.has(parent))
    .toSorted((one, other) => one.startedTicks - other.startedTicks || one.pid - other.pid);
  return first;
}

function matchesContainer(pattern: ContainerPattern, container: Container, evidence: Evidence) {
  const { own = [], first, process, processes } = pattern;
  return (
    own.every((type) => container.own.includes(type)) &&
    (first === undefined || matchesProcess(first, container.first, evidence)) &&
    (process === undefined ||
      container.processes.some((one) => matchesProcess(process, one, evidence))) &&
    allows(processes, container.processes.length)
  );
}
