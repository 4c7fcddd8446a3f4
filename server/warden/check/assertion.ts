import type { Assertion } from '../../protocol/check.ts';
import { containersExist } from './container.ts';
import { askedAs, type Evidence } from './evidence.ts';
import { groupExists } from './group.ts';
import { namespacesExist } from './namespace.ts';
import { isAnswered, needsOf } from './needs.ts';
import { overlayExists } from './overlay.ts';
import { processesExist } from './process.ts';

/** How far each sequence has come, by its place in the check. */
export interface Sequences {
  /** Number of members that were true so far, in order. */
  reached(place: string): number;
  reach(place: string, members: number): void;
}

/** Is the assertion true now? Sequences inside it move on as far as they can. */
export function holds(
  assertion: Assertion,
  evidence: Evidence,
  sequences: Sequences,
  place: string,
): boolean {
  // Members are all held, needed or not: a sequence deep inside must not miss its moment.
  const hold = (members: readonly Assertion[]) =>
    members.map((member, at) => holds(member, evidence, sequences, `${place}.${at}`));

  if ('process' in assertion) return processesExist(assertion, evidence);
  if ('namespace' in assertion) return namespacesExist(assertion, evidence);
  if ('container' in assertion) return containersExist(assertion, evidence);
  if ('group' in assertion) return groupExists(assertion.group, evidence);
  if ('overlay' in assertion) return overlayExists(assertion.overlay, evidence);
  if ('file' in assertion) return evidence.answers.get(askedAs(assertion.file)) === true;
  if ('probe' in assertion) return evidence.answers.get(askedAs(assertion.probe)) === true;
  if ('cgroup' in assertion) return assertion.cgroup === evidence.cgroupVersion;
  if ('all' in assertion) return hold(assertion.all).every((result) => result);
  if ('any' in assertion) return hold(assertion.any).some((result) => result);
  if ('not' in assertion) {
    const isTrue = holds(assertion.not, evidence, sequences, `${place}.not`);
    // What was not asked, or only in part, may be true: then neither it nor its opposite is.
    return !isTrue && isAnswered(needsOf([assertion.not]), evidence);
  }
  return sequenceHolds(hold(assertion.sequence), sequences, place);
}

function sequenceHolds(results: readonly boolean[], sequences: Sequences, place: string): boolean {
  let reached = sequences.reached(place);
  while (reached < results.length && results[reached] === true) reached += 1;
  sequences.reach(place, reached);
  return reached === results.length;
}
