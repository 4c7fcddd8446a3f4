import type { Chance } from '../churn/chance.ts';
import { noise } from './mutation.ts';
import type { Case } from './page-cases.ts';
import { handshake } from './raw-client.ts';
import { OPCODES, rawFrame } from './websocket-frame.ts';

const NOT_UTF8 = Buffer.from([0xc3, 0x28]);
const NOTHING = Buffer.alloc(0);

/** What `ws` takes of one message in fragments. */
const FRAGMENTS_MAX = 16 * 1024;

const broken = (kind: string, bytes: Uint8Array, expected = '1002'): Case => ({
  kind: `WebSocket, ${kind}`,
  bytes,
  expected,
});

const fragment = (opcode: number, payload: Uint8Array, final = false) =>
  rawFrame({ opcode, payload, final });

/** What breaks RFC 6455, or strains it. */
const KINDS: readonly ((chance: Chance) => Case)[] = [
  (chance) => {
    const opcode = chance.pick([3, 4, 5, 6, 7, 11, 12, 13, 14, 15]);
    return broken('reserved opcode', rawFrame({ opcode, payload: noise(chance, 20) }));
  },
  (chance) => {
    const reserved = 1 + chance.below(7);
    const opcode = chance.pick([OPCODES.text, OPCODES.binary, OPCODES.ping]);
    return broken('reserved bits', rawFrame({ opcode, payload: noise(chance, 20), reserved }));
  },
  (chance) => {
    const opcode = chance.pick([OPCODES.text, OPCODES.binary, OPCODES.ping, OPCODES.close]);
    const payload = opcode === OPCODES.close ? NOTHING : noise(chance, 20);
    return broken('unmasked', rawFrame({ opcode, payload, masked: false }));
  },
  (chance) => {
    const payload = Buffer.alloc(126 + chance.below(1000));
    return broken('control frame too long', rawFrame({ opcode: OPCODES.ping, payload }));
  },
  () => broken('control frame in fragments', fragment(OPCODES.ping, NOTHING)),
  (chance) =>
    broken('continuation of nothing', fragment(OPCODES.continuation, noise(chance, 20), true)),
  (chance) => {
    const opcode = chance.pick([OPCODES.text, OPCODES.binary]);
    const twice = [fragment(opcode, noise(chance, 20)), fragment(opcode, noise(chance, 20), true)];
    return broken('message within a message', Buffer.concat(twice));
  },
  (chance) => {
    const payload = Buffer.from([0x2a]);
    const code = Buffer.alloc(2);
    code.writeUInt16BE(chance.pick([0, 1, 999, 1004, 1005, 1006, 1015, 2999, 5000, 65535]));
    const bytes = rawFrame({ opcode: OPCODES.close, payload: chance.pick([payload, code]) });
    return broken('close with a code that is none', bytes);
  },
  () => {
    const payload = Buffer.concat([Buffer.from([0x03, 0xe8]), NOT_UTF8]);
    return broken('close, not UTF-8', rawFrame({ opcode: OPCODES.close, payload }), '1007');
  },
  (chance) => {
    const code = chance.pick([1000, 1001, 3000, 4400, 4999]);
    const payload = Buffer.from([code >> 8, code & 255]);
    return broken('good close', rawFrame({ opcode: OPCODES.close, payload }), String(code));
  },
  () =>
    broken(
      'close without a code',
      rawFrame({ opcode: OPCODES.close, payload: NOTHING }),
      'no code',
    ),
  (chance) => {
    const length = chance.pick([2 ** 17, 2 ** 31, 2 ** 32 + 1, 2 ** 53, 2 ** 62]);
    const bytes = rawFrame({ opcode: OPCODES.binary, payload: noise(chance, 50), length });
    return broken('absurd length', bytes, '1009');
  },
  () => {
    const half = Buffer.alloc(40_000);
    const parts = [fragment(OPCODES.binary, half), fragment(OPCODES.continuation, half)];
    return broken('fragments too long together', Buffer.concat(parts), '1009');
  },
  () => {
    const parts = [fragment(OPCODES.text, NOT_UTF8), fragment(OPCODES.continuation, NOTHING, true)];
    return broken('text, not UTF-8', Buffer.concat(parts), '1007');
  },
  (chance) => {
    const count = 1 + chance.below(300);
    const ping = rawFrame({ opcode: OPCODES.ping, payload: Buffer.alloc(125) });
    const bytes = Buffer.concat(Array.from({ length: count }, () => ping));
    // `ws` ends who asks for more answers than it has sent yet.
    return { ...broken('flood of pings', bytes, 'open'), also: 'ended without a code' };
  },
  (chance) =>
    broken('pong unasked', rawFrame({ opcode: OPCODES.pong, payload: noise(chance, 100) }), 'open'),
  (chance) => {
    const count = 1 + chance.below(50);
    const parts = [fragment(OPCODES.binary, noise(chance, 20))];
    for (let part = 0; part < count; part += 1) {
      parts.push(fragment(OPCODES.continuation, noise(chance, 20)));
    }
    const open = broken('fragments without an end', Buffer.concat(parts), 'open');
    return { ...open, unfinished: true };
  },
  (chance) => {
    const whole = rawFrame({ opcode: OPCODES.binary, payload: Buffer.alloc(200) });
    const bytes = whole.subarray(0, 1 + chance.below(whole.byteLength - 1));
    return { ...broken('half a frame', bytes, 'left'), unfinished: true };
  },
];

/** Costs a hundred of the others, so it is seldom taken. */
const CRUMBS_ONE_IN = 500;

export function websocketCase(chance: Chance): Case {
  if (chance.below(CRUMBS_ONE_IN) === 0) {
    const crumb = fragment(OPCODES.continuation, Buffer.from([1]));
    const crumbs = Array.from({ length: FRAGMENTS_MAX }, () => crumb);
    const bytes = Buffer.concat([fragment(OPCODES.binary, NOTHING), ...crumbs]);
    return broken('more fragments than are allowed', bytes, '1008');
  }
  const kind = KINDS[chance.below(KINDS.length)];
  if (kind === undefined) throw new RangeError('There is no such kind.');
  return kind(chance);
}

/** What never becomes a WebSocket: half handshakes, wrong ones, and what is no HTTP. */
export function handshakeCase(
  chance: Chance,
  address: string,
): { readonly kind: string; readonly request: string | Buffer; readonly unfinished: boolean } {
  const good = handshake(address);
  // No HTTP begins with a control character; but line ends before a request are skipped, and it is waited for.
  const [what, request] = chance.pick<readonly [string, string | Buffer]>([
    ['half', good.slice(0, chance.below(good.length))],
    ['half', good.slice(0, chance.below(good.length))],
    ['no HTTP', Buffer.concat([Buffer.from([chance.below(10)]), noise(chance, 200), CRLF])],
    ['no key', handshake(address, { 'Sec-WebSocket-Key': chance.pick([undefined, 'x', '']) })],
    ['another version', handshake(address, { 'Sec-WebSocket-Version': chance.pick(['7', '99']) })],
    ['another origin', handshake(address, { Origin: chance.pick(ORIGINS) })],
    ['another path', handshake(address, {}, 'GET /live/../etc/passwd HTTP/1.1')],
    ['another method', handshake(address, {}, 'POST /live HTTP/1.1')],
    ['another upgrade', handshake(address, { Upgrade: 'h2c' })],
    ['head too long', handshake(address, { 'X-Long': 'x'.repeat(20_000) })],
  ]);
  return { kind: `handshake, ${what}`, request, unfinished: what === 'half' };
}

const CRLF = Buffer.from('\r\n\r\n');
const ORIGINS = [undefined, 'null', 'https://example.com', 'http://127.0.0.1:1', 'x'] as const;
