import { BlockList, isIP } from 'node:net';

/** Reads a list such as `127.0.0.1,10.0.0.0/8,fd00::/8`. What can't be read is left out: see `unreadableNetwork`. */
export function parseNetworks(text: string): BlockList {
  const list = new BlockList();
  for (const entry of entriesOf(text)) {
    const network = parseNetwork(entry);
    if (network !== undefined) list.addSubnet(network.address, network.bits, network.family);
  }
  return list;
}

/** The first entry of the list that is no address and no network. */
export function unreadableNetwork(text: string): string | undefined {
  return entriesOf(text).find((entry) => parseNetwork(entry) === undefined);
}

const entriesOf = (text: string) =>
  text === '' ? [] : text.split(',').map((entry) => entry.trim());

function parseNetwork(
  entry: string,
): { address: string; bits: number; family: 'ipv4' | 'ipv6' } | undefined {
  const [address = '', prefix, ...rest] = entry.split('/');
  const version = isIP(address);
  if (version === 0 || rest.length > 0) return undefined;
  const most = version === 4 ? 32 : 128;
  if (prefix !== undefined && !/^\d{1,3}$/.test(prefix)) return undefined;
  const bits = prefix === undefined ? most : Number(prefix);
  return bits > most ? undefined : { address, bits, family: version === 4 ? 'ipv4' : 'ipv6' };
}
