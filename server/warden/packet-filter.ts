import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';

const NFT = ['/usr/sbin/nft', '/sbin/nft', '/usr/bin/nft'] as const;

/** nft takes some 10 ms. */
const TIMEOUT_MS = 10_000;

/** The `nft` of this host, if it has one. */
export const findNft = (): string | undefined => NFT.find((path) => existsSync(path));

/** Networks of nobody, or of somebody near: RFC 6890 but for the documentation networks, which lead nowhere. */
const SPECIAL_NETWORKS = [
  '0.0.0.0/8',
  '127.0.0.0/8',
  '169.254.0.0/16',
  '192.0.0.0/24',
  '198.18.0.0/15',
  '224.0.0.0/4',
  '240.0.0.0/4',
] as const;

/** Networks behind a router, the operator's own above all. */
const PRIVATE_NETWORKS = [
  '10.0.0.0/8',
  '100.64.0.0/10',
  '172.16.0.0/12',
  '192.168.0.0/16',
] as const;

/**
 * Rules for packets that the host itself sends, when the sender's user id is one of a set. Such a sender
 * reaches the resolvers, at their own port, and other people's computers; never the host by any of its
 * addresses, whatever listens there, and private networks only if `privateToo`.
 */
export function filterRules(table: string, privateToo: boolean): string {
  const refused = [...SPECIAL_NETWORKS, ...(privateToo ? [] : PRIVATE_NETWORKS)].join(', ');
  return `table inet ${table}
delete table inet ${table}
table inet ${table} {
  set machines { type uid; }
  set resolvers { type ipv4_addr; }
  chain output {
    type filter hook output priority filter; policy accept;
    meta skuid @machines jump outside
  }
  chain outside {
    ip daddr @resolvers meta l4proto { tcp, udp } th dport 53 accept
    fib daddr type != unicast goto refused
    ip daddr { ${refused} } goto refused
    meta nfproto ipv6 goto refused
    counter
  }
  chain refused {
    counter
    meta l4proto tcp reject with tcp reset
    reject with icmpx type admin-prohibited
  }
}
`;
}

/** Removes the table, whether it is there or not. */
export const removalOf = (table: string): string =>
  `table inet ${table}\ndelete table inet ${table}\n`;

/** Lets a user id out, and the resolvers be those of today. */
export const admission = (table: string, uid: number, resolvers: readonly string[]): string =>
  [
    `flush set inet ${table} resolvers`,
    ...(resolvers.length === 0
      ? []
      : [`add element inet ${table} resolvers { ${resolvers.join(', ')} }`]),
    `add element inet ${table} machines { ${uid} }`,
    '',
  ].join('\n');

/** Nobody has this user id any more. */
export const dismissal = (table: string, uid: number): string =>
  `delete element inet ${table} machines { ${uid} }\n`;

/** IPv4 addresses of the name servers in a resolv.conf(5). */
export const resolversIn = (text: string): readonly string[] => [
  ...new Set(
    [...text.matchAll(/^\s*nameserver\s+(\d{1,3}(?:\.\d{1,3}){3})\s*$/gm)].flatMap(
      ([, address]) => address ?? [],
    ),
  ),
];

/** Gives rules to the kernel, all of them or none. Throws with what nft says. */
export function applyRules(nft: string, rules: string): Promise<void> {
  return new Promise((fulfil, reject) => {
    const options = { env: { ...process.env, LC_ALL: 'C' }, timeout: TIMEOUT_MS };
    const program = execFile(nft, ['-f', '-'], options, (error, _, said) => {
      if (error === null) fulfil();
      else reject(new Error(said.trim().split('\n')[0] || error.message));
    });
    program.stdin?.on('error', () => {});
    program.stdin?.end(rules);
  });
}
