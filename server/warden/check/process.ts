import type { Assertion, ProcessPattern } from '../../protocol/check.ts';
import { NAMESPACES } from '../../protocol/namespace.ts';
import { allows } from './amount.ts';
import { hasCapability } from './capability.ts';
import { type Evidence, type Process, sideOf } from './evidence.ts';
import { shownId } from './id-map.ts';

type ProcessAssertion = Extract<Assertion, { process: unknown }>;
type Relation = NonNullable<ProcessAssertion['beside']>;

const SECCOMP = ['none', 'strict', 'filter'] as const;
const CAPABILITY_SETS = [
  'effective',
  'permitted',
  'bounding',
  'inheritable',
  'ambient',
] as const satisfies readonly (keyof NonNullable<ProcessPattern['capabilities']>)[];

export function processesExist(
  { process: pattern, atLeast = 1, beside }: ProcessAssertion,
  evidence: Evidence,
): boolean {
  const matching = matchingProcesses(pattern, evidence);
  if (beside === undefined) return matching.length >= atLeast;
  const related = besideThose(matchingProcesses(beside.process, evidence), beside);
  return matching.filter(related).length >= atLeast;
}

/**
 * Has a process another one of these that is related to it? Hundreds of processes are in few namespaces: they
 * are compared by those, not each with each.
 */
function besideThose(others: readonly Process[], relation: Relation): (one: Process) => boolean {
  const types = [...(relation.shares ?? []), ...(relation.differs ?? [])];
  const alike = new Map<string, Process[]>();
  for (const other of others) {
    const key = types.map((type) => other.namespaces[type]).join(' ');
    const found = alike.get(key);
    if (found === undefined) alike.set(key, [other]);
    else found.push(other);
  }
  return (one) => {
    for (const [other, another] of alike.values()) {
      const beside = other === one ? another : other;
      if (beside !== undefined && areRelated(one, beside, relation)) return true;
    }
    return false;
  };
}

export function matchingProcesses(pattern: ProcessPattern, evidence: Evidence): Process[] {
  return evidence.processes.filter((process) => matchesProcess(pattern, process, evidence));
}

export function matchesProcess(
  pattern: ProcessPattern,
  process: Process,
  evidence: Evidence,
): boolean {
  const { command, argument, pid, state, group, seccomp, noNewPrivileges, chrooted } = pattern;
  return (
    (command === undefined || process.command === command) &&
    (argument === undefined || process.arguments.some((one) => one.includes(argument))) &&
    (pid === undefined || process.pids.at(-1) === pid) &&
    (state === undefined || stateOf(process) === state) &&
    (group === undefined || Object.values(process.groups).includes(group)) &&
    (seccomp === undefined || SECCOMP[process.seccomp] === seccomp) &&
    (noNewPrivileges === undefined || (process.noNewPrivileges === 1) === noNewPrivileges) &&
    (chrooted === undefined || isChrooted(process) === chrooted) &&
    // The first is the host's.
    allows(pattern.numbers, process.pids.length - 1) &&
    allows(pattern.oomScoreAdjust, process.oomScoreAdjust) &&
    matchesNamespaces(pattern, process, evidence) &&
    matchesUid(pattern, process, evidence) &&
    matchesCapabilities(pattern, process)
  );
}

/** Its effective uid, as it and as the machine see it. Nothing, if a map could not be read. */
export function uidsOf(process: Process, evidence: Evidence) {
  const { user } = process.namespaces;
  const [, effective] = process.uids;
  return {
    own: user === null ? undefined : shownId(evidence.uidMaps.get(user), effective),
    machine: shownId(evidence.uidMaps.get(evidence.machine.user), effective),
  };
}

function areRelated(one: Process, other: Process, { shares = [], differs = [] }: Relation) {
  return (
    shares.every((type) => {
      const inode = one.namespaces[type];
      return inode !== null && inode === other.namespaces[type];
    }) &&
    differs.every((type) => {
      const inodes = [one.namespaces[type], other.namespaces[type]];
      return !inodes.includes(null) && inodes[0] !== inodes[1];
    })
  );
}

/** One that a tracer holds for a moment still runs. */
function stateOf({ state }: Process): NonNullable<ProcessPattern['state']> {
  if (state === 'Z' || state === 'X') return 'zombie';
  return state === 'T' ? 'stopped' : 'running';
}

function isChrooted({ root }: Process): boolean | undefined {
  return root === null ? undefined : root !== '/';
}

function matchesNamespaces(pattern: ProcessPattern, process: Process, evidence: Evidence) {
  return NAMESPACES.every((type) => {
    const wanted = pattern.namespaces?.[type];
    return wanted === undefined || wanted === sideOf(type, process.namespaces[type], evidence);
  });
}

function matchesUid({ uid }: ProcessPattern, process: Process, evidence: Evidence) {
  if (uid === undefined) return true;
  const { own, machine } = uidsOf(process, evidence);
  return (
    (uid.own === undefined || uid.own === own) &&
    (uid.machine === undefined || uid.machine === machine)
  );
}

function matchesCapabilities({ capabilities }: ProcessPattern, process: Process) {
  return CAPABILITY_SETS.every((set) => {
    const { has = [], lacks = [] } = capabilities?.[set] ?? {};
    return (
      has.every((name) => hasCapability(process[set], name) === true) &&
      lacks.every((name) => hasCapability(process[set], name) === false)
    );
  });
}
