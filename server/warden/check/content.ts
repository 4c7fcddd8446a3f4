import type { NamespacePattern, Side } from '../../protocol/check.ts';
import { allows } from './amount.ts';
import { type Evidence, type Namespace, sideOf } from './evidence.ts';

/** What may be in a namespace. */
export type Content = NonNullable<NamespacePattern['lacks']>;
type Link = NonNullable<Namespace['links']>[number];
type Route = NonNullable<Namespace['routes']>[number];
type Mount = NonNullable<Namespace['mounts']>[number];

/** Is each part of the content that is asked about in the namespace? What could not be read is not. */
export function contentMatches(
  content: Content,
  namespace: Namespace,
  evidence: Evidence,
): boolean {
  const { interface: link, route, listens, mount, queue } = content;
  return (
    (link === undefined ||
      some(namespace.links, (one) => matchesLink(link, one, namespace, evidence))) &&
    (route === undefined || some(namespace.routes, (one) => matchesRoute(route, one))) &&
    (listens === undefined || some(namespace.tcpPorts, (port) => port === listens)) &&
    (mount === undefined || some(namespace.mounts, (one) => matchesMount(mount, one))) &&
    (queue === undefined || hasQueue(queue, namespace))
  );
}

/** Could the kernel be asked about all of it? */
export function contentReads(content: Content, namespace: Namespace): boolean {
  const { interface: link, route, listens, mount, queue } = content;
  return (
    (link === undefined || namespace.links !== undefined) &&
    (route === undefined || namespace.routes !== undefined) &&
    (listens === undefined || namespace.tcpPorts !== undefined) &&
    (mount === undefined || namespace.mounts !== undefined) &&
    (queue === undefined || namespace[queue.kind] !== undefined)
  );
}

const some = <T>(list: readonly T[] | undefined, matches: (one: T) => boolean): boolean =>
  list?.some(matches) ?? false;

function matchesLink(
  pattern: NonNullable<Content['interface']>,
  link: Link,
  namespace: Namespace,
  evidence: Evidence,
): boolean {
  const { name, kind, up, address, peer, bridge } = pattern;
  return (
    (name === undefined || link.name === name) &&
    (kind === undefined || link.kind === kind) &&
    (up === undefined || link.up === up) &&
    (address === undefined || hasAddress(address, link, namespace)) &&
    (peer === undefined || peerSide(link, namespace, evidence) === peer) &&
    (bridge === undefined || bridgeOf(link, namespace)?.name === bridge) &&
    allows(pattern.receivedPackets, link.receivedPackets) &&
    allows(pattern.sentPackets, link.sentPackets)
  );
}

function hasAddress(wanted: string, link: Link, { addresses }: Namespace): boolean {
  return some(addresses, ({ index, address, prefixLength }) => {
    if (index !== link.index || address === undefined) return false;
    return wanted.includes('/') ? wanted === `${address}/${prefixLength}` : wanted === address;
  });
}

/** Where the other end of a veth pair is. Without a number of a namespace it is in the same one. */
function peerSide(link: Link, namespace: Namespace, evidence: Evidence): Side | undefined {
  const { kind, peerIndex, peerNamespaceId } = link;
  if (kind !== 'veth' || peerIndex === undefined) return undefined;
  if (peerNamespaceId === undefined) return sideOf('net', namespace.inode, evidence);
  const peer = namespace.namespaceIds?.find(({ id }) => id === peerNamespaceId);
  return sideOf('net', peer?.namespace, evidence);
}

function bridgeOf({ master }: Link, { links }: Namespace): Link | undefined {
  if (master === undefined) return undefined;
  return links?.find(({ index, kind }) => index === master && kind === 'bridge');
}

function matchesRoute({ to, via }: NonNullable<Content['route']>, route: Route): boolean {
  return (
    (to === undefined || routeTargets(route).includes(to)) &&
    (via === undefined || route.via === via)
  );
}

/** As `ip route` prints it: a route to one address has no length. */
function routeTargets({ family, to, prefixLength }: Route): readonly string[] {
  if (to === undefined) return prefixLength === 0 ? ['default'] : [];
  const whole = `${to}/${prefixLength}`;
  return prefixLength === (family === 'inet' ? 32 : 128) ? [to, whole] : [whole];
}

function matchesMount(pattern: NonNullable<Content['mount']>, mount: Mount): boolean {
  const { target, type, source, propagation, readOnly } = pattern;
  return (
    (target === undefined || mount.target === target) &&
    (type === undefined || mount.type === type) &&
    (source === undefined || mount.source === source) &&
    (propagation === undefined || propagationsOf(mount).includes(propagation)) &&
    (readOnly === undefined || isReadOnly(mount) === readOnly)
  );
}

type Propagation = NonNullable<NonNullable<Content['mount']>['propagation']>;

/** A mount can be a slave of one group and share with another. See mount_namespaces(7). */
function propagationsOf({ propagation }: Mount): readonly Propagation[] {
  const has = (tag: string) => propagation.some((one) => one.startsWith(tag));
  const found: Propagation[] = [
    ...(has('shared:') ? (['shared'] as const) : []),
    ...(has('master:') ? (['slave'] as const) : []),
    ...(has('unbindable') ? (['unbindable'] as const) : []),
  ];
  return found.length === 0 ? ['private'] : found;
}

/** The mount or the file system on it may be so. */
function isReadOnly({ options, superOptions }: Mount): boolean {
  return [options, superOptions].some((list) => list.split(',').includes('ro'));
}

function hasQueue(
  { kind, name, count, bytes }: NonNullable<Content['queue']>,
  namespace: Namespace,
) {
  // A POSIX queue does not tell how many messages are in it, and the others have no name.
  if (kind === 'posix') {
    return some(
      namespace.posix,
      (queue) =>
        (name === undefined || queue.name === name) &&
        count === undefined &&
        allows(bytes, queue.bytes),
    );
  }
  return some(
    namespace[kind],
    (queue) => name === undefined && allows(count, queue.count) && allows(bytes, queue.bytes),
  );
}
