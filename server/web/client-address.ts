import type { IncomingMessage } from 'node:http';
import { type BlockList, isIP, isIPv6 } from 'node:net';

/** An IPv4 address as IPv6 writes it: a server that listens on `::` sees these. */
const MAPPED = /^::ffff:(\d+\.\d+\.\d+\.\d+)$/i;

/**
 * Where a request comes from, as it is counted. A proxy that the operator trusts says in `X-Forwarded-For`
 * whom it speaks for; its last word is the nearest, and the first one there that is no trusted proxy is meant.
 * What others say of themselves is not heard.
 */
export function clientAddress(
  {
    socket,
    headers,
  }: Pick<IncomingMessage, 'headers'> & {
    readonly socket: { readonly remoteAddress?: string | undefined };
  },
  trusted: BlockList,
): string {
  const peer = plainAddress(socket.remoteAddress ?? '');
  if (!isIn(trusted, peer)) return countedAddress(peer);
  const forwarded = [headers['x-forwarded-for'] ?? []].flat().join(',');
  const hops = forwarded === '' ? [] : forwarded.split(',').map((hop) => plainAddress(hop.trim()));
  let nearest = peer;
  for (const hop of hops.reverse()) {
    if (isIP(hop) === 0) return countedAddress(peer);
    nearest = hop;
    if (!isIn(trusted, hop)) break;
  }
  return countedAddress(nearest);
}

/** Whoever has one address of IPv6 has all that begin with the same 64 bits. */
export function countedAddress(address: string): string {
  if (!isIPv6(address)) return address;
  const [head = '', tail] = address.split('::');
  const front = groupsOf(head);
  const back = groupsOf(tail ?? '');
  const groups =
    tail === undefined
      ? front
      : [
          ...front,
          ...Array<string>(Math.max(0, 8 - front.length - back.length)).fill('0'),
          ...back,
        ];
  const network = groups.slice(0, 4).map((group) => Number.parseInt(group, 16).toString(16));
  return `${network.join(':')}::/64`;
}

/** Without a zone (`fe80::1%eth0`), and IPv4 as IPv4. */
function plainAddress(address: string): string {
  const [plain = ''] = address.split('%');
  return MAPPED.exec(plain)?.[1] ?? plain;
}

/** The last two may be written as IPv4; they are not among the first four. */
const groupsOf = (text: string) =>
  text === '' ? [] : text.split(':').flatMap((group) => (group.includes('.') ? ['0', '0'] : group));

function isIn(list: BlockList, address: string): boolean {
  const version = isIP(address);
  return version !== 0 && list.check(address, version === 4 ? 'ipv4' : 'ipv6');
}
