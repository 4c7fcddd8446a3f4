import type { Assertion, NamespacePattern } from '../../protocol/check.ts';
import { allows } from './amount.ts';
import { type Content, contentMatches, contentReads } from './content.ts';
import { type Evidence, type Namespace, sideOf } from './evidence.ts';
import { type IdExtent, idInside } from './id-map.ts';

type NamespaceAssertion = Extract<Assertion, { namespace: unknown }>;
type IdMapPattern = NonNullable<NamespacePattern['uidMap']>;

export function namespacesExist(
  { namespace: pattern, atLeast = 1 }: NamespaceAssertion,
  evidence: Evidence,
): boolean {
  const matching = evidence.snapshot.namespaces.filter((namespace) =>
    matchesNamespace(pattern, namespace, evidence),
  );
  return matching.length >= atLeast;
}

function matchesNamespace(
  pattern: NamespacePattern,
  namespace: Namespace,
  evidence: Evidence,
): boolean {
  const { type, inode } = namespace;
  if (type !== pattern.type || sideOf(type, inode, evidence) !== pattern.of) return false;
  return (
    allows(pattern.processes, evidence.members.get(inode) ?? 0) &&
    (pattern.owner === undefined || pattern.owner === sideOf('user', namespace.owner, evidence)) &&
    matchesHostname(pattern, namespace, evidence) &&
    mapHas(pattern.uidMap, evidence.uidMaps, inode, evidence) &&
    mapHas(pattern.gidMap, evidence.gidMaps, inode, evidence) &&
    (pattern.setgroups === undefined || pattern.setgroups === namespace.setgroups?.trim()) &&
    matchesOffsets(pattern, namespace, evidence) &&
    (pattern.groupRoot === undefined || groupRoots(namespace, evidence).has(pattern.groupRoot)) &&
    contentMatches(pattern, namespace, evidence) &&
    lacksContent(pattern.lacks, namespace, evidence)
  );
}

/** What could not be read is not lacking. */
function lacksContent(lacks: Content | undefined, namespace: Namespace, evidence: Evidence) {
  if (lacks === undefined) return true;
  const { interface: link, route, listens, mount, queue } = lacks;
  const each: Content[] = [
    ...(link === undefined ? [] : [{ interface: link }]),
    ...(route === undefined ? [] : [{ route }]),
    ...(listens === undefined ? [] : [{ listens }]),
    ...(mount === undefined ? [] : [{ mount }]),
    ...(queue === undefined ? [] : [{ queue }]),
  ];
  return each.every(
    (one) => contentReads(one, namespace) && !contentMatches(one, namespace, evidence),
  );
}

function matchesHostname(
  { of, hostname: wanted }: NamespacePattern,
  { hostname }: Namespace,
  evidence: Evidence,
) {
  if (wanted === undefined) return true;
  if (hostname === undefined) return false;
  return typeof wanted === 'string'
    ? hostname === wanted
    : hostname !== machineHostname(of, evidence);
}

/** "Not the machine's" means for the machine itself: not the one it was born with. */
function machineHostname(of: NamespacePattern['of'], evidence: Evidence): string {
  if (of === 'machine') return evidence.hostname;
  return evidence.namespaces.get(evidence.machine.uts)?.hostname ?? evidence.hostname;
}

/** The host ids of a line are the machine's by way of the machine's own map. */
function mapHas(
  wanted: IdMapPattern | undefined,
  maps: ReadonlyMap<string, readonly IdExtent[]>,
  inode: string,
  { machine }: Evidence,
): boolean {
  if (wanted === undefined) return true;
  const machineMap = maps.get(machine.user);
  const map = maps.get(inode);
  if (map === undefined || machineMap === undefined) return false;
  return map.some(
    ({ inside, host, count }) =>
      inside === wanted.inside &&
      count === wanted.count &&
      idInside(machineMap, host) === wanted.outside,
  );
}

function matchesOffsets({ offsets }: NamespacePattern, namespace: Namespace, evidence: Evidence) {
  if (offsets === undefined) return true;
  const machine = evidence.namespaces.get(evidence.machine.time);
  const beyond = (clock: 'monotonic' | 'boottime') => {
    const [here, there] = [offsetOf(namespace, clock), offsetOf(machine, clock)];
    return here === undefined || there === undefined ? undefined : here - there;
  };
  return (
    allows(offsets.boottime, beyond('boottime')) && allows(offsets.monotonic, beyond('monotonic'))
  );
}

/** "boottime 86400 0": seconds and nanoseconds. See time_namespaces(7). */
function offsetOf(namespace: Namespace | undefined, clock: string): number | undefined {
  const line = namespace?.offsets?.split('\n').find((text) => text.startsWith(clock));
  const [, seconds] = line?.trim().split(/\s+/) ?? [];
  return seconds === undefined ? undefined : Number(seconds);
}

/**
 * What a cgroup namespace shows as `/`, in each hierarchy. A member's group ends, seen from the machine, as
 * it is called inside; what is missing at its front is the root.
 */
function groupRoots({ inode, memberGroups = '' }: Namespace, evidence: Evidence): Set<string> {
  const roots = new Set<string>();
  const member = evidence.processes.find(({ namespaces }) => namespaces.cgroup === inode);
  for (const line of memberGroups.split('\n')) {
    const [, controllers = '', path = ''] = /^\d+:([^:]*):(\/.*)$/.exec(line) ?? [];
    const seen = member?.groups[controllers];
    const below = path === '/' ? '' : path;
    if (path === '' || seen === undefined || !seen.endsWith(below)) continue;
    roots.add(seen.slice(0, seen.length - below.length) || '/');
  }
  return roots;
}
