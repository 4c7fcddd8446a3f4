import type { Chance } from '../churn/chance.ts';
import { PROTOCOL_VERSION } from '../protocol/browser.ts';
import { decodeFrame, encodeFrame, isFromPage } from '../protocol/frame.ts';
import { encodePacket } from '../protocol/packet.ts';
import {
  toWarden,
  WARDEN_PACKET_BYTES_MAX,
  WARDEN_REQUESTS,
  type WardenRequestName,
} from '../protocol/warden.ts';
import type { Phase } from '../warden/requests.ts';
import { inputPosition } from './input-position.ts';
import { brokenJson, harmed, mutated, noise, odd } from './mutation.ts';

/** What a web has in its hands when a case comes. */
export type WebState = {
  readonly phase: Phase;
  readonly owner: string;
  readonly sandbox: string;
  readonly channel: number;
  readonly watch: number;
};

/** Bytes for the socketpair, and whether the warden must end the link for them. */
export type LinkCase = {
  readonly kind: string;
  readonly bytes: Uint8Array;
  readonly violates: boolean;
  /** What follows would be the rest of it. */
  readonly unfinished?: boolean;
};

const SIZE = { columns: 80, rows: 24 } as const;
const CHECK = { conditions: [{ process: { command: 'bash' } }], hints: [] };

/** Each request as web makes it. */
const SAMPLES: {
  readonly [N in WardenRequestName]: (chance: Chance, state: WebState) => unknown;
} = {
  hello: () => ({ version: PROTOCOL_VERSION, port: 4000 }),
  hold: (chance, { owner }) => ({ owner, needs: [], make: chance.below(2) === 0 }),
  leave: (chance) => ({ wait: chance.below(1_000), forGood: chance.below(2) === 0 }),
  use: (chance, state) => ({ sandbox: known(chance, state) }),
  extend: (chance, state) => ({ sandbox: known(chance, state) }),
  release: (chance) => ({ hold: chance.below(1_000_000) }),
  reset: (_chance, { owner }) => ({ owner }),
  attach: (chance, state) => ({
    sandbox: known(chance, state),
    terminal: chance.pick(['machine', 'container', 'tty3']),
    serial: chance.below(5),
    ...SIZE,
    from: chance.pick([0, 1, 2 ** 40]),
    used: chance.below(2) === 0,
    input: inputPosition(chance),
  }),
  detach: (chance) => ({ channel: 1 + chance.below(1_000_000) }),
  resize: (chance, { channel }) => ({
    channel: chance.pick([channel, 77]),
    columns: 2 + chance.below(900),
    rows: 1 + chance.below(400),
  }),
  restart: (chance, state) => ({ sandbox: known(chance, state), terminal: 'machine' }),
  open: (chance, state) => ({
    sandbox: known(chance, state),
    inside: chance.pick([null, 1, 2 ** 22]),
    ...SIZE,
  }),
  close: (chance, state) => ({
    sandbox: known(chance, state),
    terminal: chance.pick(['tty3', 'tty6']),
    serial: chance.below(5),
  }),
  containers: (chance, state) => ({ sandbox: known(chance, state) }),
  watch: (chance, state) => ({
    sandbox: known(chance, state),
    key: 'x'.repeat(chance.below(100)),
    ...(chance.below(2) === 0 ? { checks: [CHECK] } : {}),
    xray: chance.below(2) === 0,
  }),
  unwatch: (chance, { watch }) => ({ watch: chance.pick([watch, chance.below(1_000)]) }),
  look: (chance, { watch }) => ({ watch: chance.pick([watch, 77]) }),
  compute: (chance, state) => ({
    sandbox: known(chance, state),
    question: { inode: chance.pick(['net', 'uts', 'pid']), of: 'machine' },
  }),
};

/** How often each is made as it should be; those that make the kernel work are seldom. */
const GOOD: readonly WardenRequestName[] = [
  ...(['release', 'detach', 'resize', 'look', 'unwatch', 'leave', 'use'] as const),
  ...(['release', 'detach', 'resize', 'look', 'unwatch', 'leave', 'use'] as const),
  'restart',
];
const DEAR: readonly WardenRequestName[] = [
  'hold',
  'attach',
  'watch',
  'compute',
  'extend',
  'open',
  'close',
  'containers',
];
const DEAR_ONE_IN = 20;
const RESET_ONE_IN = 20_000;

/** Most are for a machine that this web does not have. */
const known = (chance: Chance, { sandbox }: WebState) =>
  chance.below(3) === 0 ? sandbox : 'f'.repeat(12);

const NAMES = Object.keys(WARDEN_REQUESTS);
const isListed = (name: string): name is WardenRequestName => NAMES.includes(name);

/** Whether the warden must end the link for a JSON packet, by the table of the protocol. */
function violates(body: Uint8Array, phase: Phase): boolean {
  const parsed = toWarden.safeParse(parse(body));
  if (!parsed.success || !isListed(parsed.data.name)) return true;
  const { name } = parsed.data;
  if ((name === 'hello') !== (phase === 'greeting')) return true;
  return !WARDEN_REQUESTS[name].request.safeParse(parsed.data.body).success;
}

function parse(bytes: Uint8Array): unknown {
  try {
    return JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes));
  } catch {
    return undefined;
  }
}

function json(kind: string, text: string | Uint8Array, { phase }: WebState): LinkCase {
  const body = typeof text === 'string' ? Buffer.from(text) : text;
  return {
    kind: phase === 'open' ? kind : `${kind}, no hello`,
    bytes: encodePacket('json', body),
    violates: violates(body, phase),
  };
}

function frame(kind: string, body: Uint8Array, { phase }: WebState): LinkCase {
  const decoded = decodeFrame(body);
  return {
    kind: phase === 'open' ? kind : `${kind}, no hello`,
    bytes: encodePacket('frame', body),
    violates: phase !== 'open' || decoded === undefined || !isFromPage(decoded.kind),
  };
}

function request(name: WardenRequestName, chance: Chance, state: WebState) {
  return { id: 1 + chance.below(2 ** 31), name, body: SAMPLES[name](chance, state) };
}

function anyRequest(chance: Chance, state: WebState) {
  const name = NAMES[chance.below(NAMES.length)];
  return request(name !== undefined && isListed(name) ? name : 'hello', chance, state);
}

function goodRequest(chance: Chance, state: WebState) {
  if (chance.below(RESET_ONE_IN) === 0) return request('reset', chance, state);
  const names = chance.below(DEAR_ONE_IN) === 0 ? DEAR : GOOD;
  return request(names[chance.below(names.length)] ?? 'look', chance, state);
}

/** A good frame, most for channels that are nobody's. */
function anyFrame(chance: Chance, { channel }: WebState): Uint8Array {
  return encodeFrame({
    kind: chance.pick(['input', 'interrupt', 'acknowledgement', 'acknowledgement']),
    channel: chance.below(20) === 0 ? channel : 1 + chance.below(2 ** 32 - 1),
    offset: chance.pick([0, 1, chance.below(2 ** 32), Number.MAX_SAFE_INTEGER]),
    payload: noise(chance, 40),
  });
}

const UNLISTED = ['exec', 'constructor', '__proto__', 'toString', 'Hold', 'hold ', ''] as const;

const KINDS: readonly (readonly [
  weight: number,
  make: (chance: Chance, state: WebState) => LinkCase,
])[] = [
  [300, (chance, state) => json('request, good', text(goodRequest(chance, state)), state)],
  [300, (chance, state) => frame('frame, good', anyFrame(chance, state), state)],
  [60, (chance, state) => json('request, mutated', mutatedRequest(chance, state), state)],
  [
    20,
    (chance, state) => json('no JSON', brokenJson(chance, text(anyRequest(chance, state))), state),
  ],
  [
    10,
    (chance, state) => {
      const unlisted = { ...anyRequest(chance, state), name: chance.pick(UNLISTED) };
      return json('request, unlisted', text(unlisted), state);
    },
  ],
  [
    10,
    (chance, state) => {
      const bytes = Buffer.from(text(anyRequest(chance, state)));
      return json('request, harmed bytes', harmed(chance, bytes), state);
    },
  ],
  [10, (chance, state) => frame('frame, harmed', harmed(chance, anyFrame(chance, state)), state)],
  [
    5,
    (chance, state) => {
      const output = Buffer.from(anyFrame(chance, state));
      output[0] = 0;
      return frame('frame, output', output, state);
    },
  ],
  [5, (chance) => packet('packet of unknown kind', 1 + chance.below(50), 2 + chance.below(254))],
  [3, () => ({ kind: 'packet of no length', bytes: Buffer.alloc(4), violates: true })],
  [
    3,
    (chance) => {
      const longest = 2 ** 32 - 1 - WARDEN_PACKET_BYTES_MAX;
      return packet('packet too long', WARDEN_PACKET_BYTES_MAX + 1 + chance.below(longest), 0);
    },
  ],
  [
    3,
    (chance) => {
      const length = 100 + chance.below(WARDEN_PACKET_BYTES_MAX - 100);
      return { ...packet('half a packet', length, 0), violates: false, unfinished: true };
    },
  ],
];

const text = (value: unknown) => JSON.stringify(value) ?? '';

/** Changed somewhere, but never to a good request that costs a machine. */
function mutatedRequest(chance: Chance, state: WebState): string {
  const good = anyRequest(chance, state);
  const changed = chance.below(10) === 0 ? odd(chance) : mutated(chance, good);
  return text(changed);
}

/** A head that says so, and a few bytes. */
function packet(kind: string, length: number, packetKind: number): LinkCase {
  const bytes = Buffer.alloc(4 + Math.min(length, 60));
  bytes.writeUInt32BE(length);
  bytes[4] = packetKind;
  return { kind, bytes, violates: true };
}

const TOTAL = KINDS.reduce((sum, [weight]) => sum + weight, 0);

/** What a web should not send, or hardly. */
export function linkCase(chance: Chance, state: WebState): LinkCase {
  let at = chance.below(TOTAL);
  for (const [weight, make] of KINDS) {
    if (at < weight) return make(chance, state);
    at -= weight;
  }
  return json('request, mutated', text(odd(chance)), state);
}
