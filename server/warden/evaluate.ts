import type { Assertion, CheckState, NamespacePattern, ProcessPattern } from '../protocol/check.ts';
import { NAMESPACES, type NamespaceName } from '../protocol/namespace.ts';
import type { InspectedProcess, Inspection } from './native-interface.ts';

/** What an assertion is held against: the kernel's answer, and what "machine" means in this sandbox. */
export type Evidence = {
  readonly inspection: Inspection;
  /** Inodes of the namespaces that PID 1 of the sandbox is in. */
  readonly machine: Readonly<Record<NamespaceName, string>>;
  /** The hostname the sandbox was born with. */
  readonly hostname: string;
};

/**
 * How far each sequence of one check has come, by its place among the conditions. Lives as long as the
 * sandbox: a reload of the page forgets nothing.
 */
export class CheckProgress {
  readonly #reached = new Map<string, number>();
  #done = false;

  /** Holds the conditions against the evidence. Once done, a check stays done. */
  look(conditions: readonly Assertion[], evidence: Evidence): CheckState {
    const results = conditions.map((condition, at) => holds(condition, evidence, this, `${at}`));
    this.#done ||= results.every((result) => result);
    return { done: this.#done, conditions: results.map((result) => result || this.#done) };
  }

  /** Number of members of the sequence at `place` that were true so far, in order. */
  reached(place: string): number {
    return this.#reached.get(place) ?? 0;
  }

  reach(place: string, members: number): void {
    this.#reached.set(place, members);
  }
}

/** Is the assertion true now? Sequences inside it move on as far as they can. */
export function holds(
  assertion: Assertion,
  evidence: Evidence,
  progress: CheckProgress,
  place: string,
): boolean {
  // Members are all held, needed or not: a sequence deep inside must not miss its moment.
  const hold = (members: readonly Assertion[]) =>
    members.map((member, at) => holds(member, evidence, progress, `${place}.${at}`));

  if ('process' in assertion) {
    const matching = evidence.inspection.processes.filter((process) =>
      matchesProcess(assertion.process, process, evidence),
    );
    return matching.length >= (assertion.atLeast ?? 1);
  }
  if ('namespace' in assertion) return existsNamespace(assertion.namespace, evidence);
  if ('all' in assertion) return hold(assertion.all).every((result) => result);
  if ('any' in assertion) return hold(assertion.any).some((result) => result);
  if ('not' in assertion) return !holds(assertion.not, evidence, progress, `${place}.not`);
  return sequenceHolds(hold(assertion.sequence), progress, place);
}

function sequenceHolds(results: readonly boolean[], progress: CheckProgress, place: string) {
  let reached = progress.reached(place);
  while (reached < results.length && results[reached] === true) reached += 1;
  progress.reach(place, reached);
  return reached === results.length;
}

function matchesProcess(pattern: ProcessPattern, process: InspectedProcess, evidence: Evidence) {
  if (pattern.command !== undefined && pattern.command !== process.command) return false;
  if (pattern.pid !== undefined && pattern.pid !== process.pids.at(-1)) return false;
  if (pattern.state !== undefined && pattern.state !== stateOf(process)) return false;
  return NAMESPACES.every((type) => {
    const wanted = pattern.namespaces?.[type];
    return wanted === undefined || wanted === sideOf(type, process, evidence);
  });
}

function existsNamespace(pattern: NamespacePattern, evidence: Evidence): boolean {
  return evidence.inspection.processes.some((process) => {
    if (sideOf(pattern.type, process, evidence) !== pattern.of) return false;
    if (pattern.hostname === undefined) return true;
    const inode = process.namespaces[pattern.type];
    const hostname = inode === null ? undefined : evidence.inspection.hostnames.get(inode);
    if (hostname === undefined) return false;
    return typeof pattern.hostname === 'string'
      ? hostname === pattern.hostname
      : hostname !== machineHostname(pattern.of, evidence);
  });
}

/** "Not the machine's" means for the machine itself: not the one it was born with. */
function machineHostname(of: NamespacePattern['of'], evidence: Evidence): string {
  if (of === 'machine') return evidence.hostname;
  return evidence.inspection.hostnames.get(evidence.machine.uts) ?? evidence.hostname;
}

/** A namespace that could not be read is on neither side. */
function sideOf(type: NamespaceName, process: InspectedProcess, evidence: Evidence) {
  const inode = process.namespaces[type];
  if (inode === null) return undefined;
  return inode === evidence.machine[type] ? 'machine' : 'other';
}

function stateOf(process: InspectedProcess): 'running' | 'zombie' {
  return process.state === 'Z' ? 'zombie' : 'running';
}
