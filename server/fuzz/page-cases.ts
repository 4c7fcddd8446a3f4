import { isUtf8 } from 'node:buffer';
import type { Chance } from '../churn/chance.ts';
import {
  CLOSE_CODES,
  type FromBrowser,
  fromBrowser,
  PROTOCOL_VERSION,
} from '../protocol/browser.ts';
import {
  decodeFrame,
  encodeFrame,
  FRAME_HEADER_BYTES,
  FRAME_KINDS,
  FRAME_PAYLOAD_BYTES_MAX,
  isFromPage,
} from '../protocol/frame.ts';
import { inputPosition } from './input-position.ts';
import { brokenJson, harmed, mutated, noise, odd } from './mutation.ts';
import type { Outcome } from './raw-client.ts';
import { OPCODES, rawFrame } from './websocket-frame.ts';

/** What a page is when a case comes. */
export type PageState = {
  readonly greeted: boolean;
  readonly secret: string;
  /** Of a terminal of its own, if it has opened one. */
  readonly channel: number | undefined;
};

/** Bytes for the socket, and what must become of the connection. */
export type Case = {
  readonly kind: string;
  readonly bytes: Uint8Array;
  readonly expected: Outcome;
  /** What is right, too. */
  readonly also?: Outcome;
  /** The client vanishes after it: what follows would be the rest of it. */
  readonly unfinished?: boolean;
};

const SIZE = { columns: 80, rows: 24 } as const;
const STEP = { lesson: 'uts', step: 'unshare' } as const;
const MESSAGE_BYTES_MAX = FRAME_HEADER_BYTES + FRAME_PAYLOAD_BYTES_MAX;

/** One good message of each type; a reset only seldom, since each costs a machine. */
function sample(chance: Chance, { secret, channel = 77 }: PageState): FromBrowser {
  const place = { lesson: 'uts', step: 'unshare', quiz: 'what' };
  if (chance.below(500) === 0) return { type: 'reset' };
  return chance.pick<FromBrowser>([
    { type: 'hello', version: PROTOCOL_VERSION, secret, lesson: 'uts' },
    { type: 'start' },
    { type: 'leave-line' },
    { type: 'extend' },
    { type: 'still-here' },
    { type: 'ping' },
    {
      type: 'open-terminal',
      terminal: chance.pick(['container', 'tty3']),
      serial: chance.below(5),
      ...SIZE,
      from: chance.below(1000),
      used: chance.below(2) === 0,
      input: inputPosition(chance),
    },
    {
      type: 'resize-terminal',
      channel,
      columns: 2 + chance.below(900),
      rows: 1 + chance.below(400),
    },
    { type: 'restart-terminal', terminal: 'machine' },
    { type: 'new-terminal', inside: chance.pick([null, 1, 2 ** 22]), ...SIZE },
    { type: 'close-terminal', terminal: chance.pick(['tty3', 'tty6']), serial: chance.below(5) },
    { type: 'list-containers' },
    { type: 'watch-step', ...STEP },
    { type: 'unwatch-step' },
    { type: 'check-now' },
    { type: 'answer-quiz', place, language: 'zh', given: { choices: [0, 3] } },
    { type: 'alive', ...STEP },
    { type: 'watch-xray', on: chance.below(2) === 0 },
  ]);
}

/** What web must make of a message, by the schema and the phase. */
function expectedOfText(bytes: Uint8Array, { greeted }: PageState): Outcome {
  if (bytes.byteLength > MESSAGE_BYTES_MAX) return '1009';
  if (!isUtf8(bytes)) return '1007';
  const parsed = fromBrowser.safeParse(parse(bytes));
  if (!parsed.success || (parsed.data.type === 'hello') === greeted) return PROTOCOL;
  if (parsed.data.type === 'hello' && parsed.data.version !== PROTOCOL_VERSION) {
    return String(CLOSE_CODES.version);
  }
  return 'open';
}

function expectedOfBinary(bytes: Uint8Array, { greeted }: PageState): Outcome {
  if (bytes.byteLength > MESSAGE_BYTES_MAX) return '1009';
  const frame = decodeFrame(bytes);
  return frame === undefined || !isFromPage(frame.kind) || !greeted ? PROTOCOL : 'open';
}

const PROTOCOL: Outcome = String(CLOSE_CODES.protocol);

function parse(bytes: Uint8Array): unknown {
  try {
    return JSON.parse(new TextDecoder().decode(bytes));
  } catch {
    return undefined;
  }
}

function text(kind: string, payload: Uint8Array, state: PageState): Case {
  const bytes = rawFrame({ opcode: OPCODES.text, payload });
  return {
    kind: phased(`message, ${kind}`, state),
    bytes,
    expected: expectedOfText(payload, state),
  };
}

function binary(kind: string, payload: Uint8Array, state: PageState): Case {
  const bytes = rawFrame({ opcode: OPCODES.binary, payload });
  return {
    kind: phased(`frame, ${kind}`, state),
    bytes,
    expected: expectedOfBinary(payload, state),
  };
}

const phased = (kind: string, { greeted }: PageState) => (greeted ? kind : `${kind}, no hello`);

/** A good frame; most for channels that are nobody's, some for the page's own terminal. */
function frame(chance: Chance, { channel }: PageState): Uint8Array {
  const own = channel !== undefined && chance.below(4) === 0;
  return encodeFrame({
    kind: chance.pick(FRAMES),
    channel: own ? channel : 1 + chance.below(2 ** 32 - 1),
    offset: chance.pick([0, 1, chance.below(2 ** 32), Number.MAX_SAFE_INTEGER]),
    payload: noise(chance, 40),
  });
}

const FRAMES = [
  'input',
  'acknowledgement',
  'interrupt',
  'input',
  'acknowledgement',
  'output',
  'taken',
] as const;

const json = (value: unknown) => Buffer.from(JSON.stringify(value) ?? '');

/** Each kind, and how often it is taken. */
const KINDS: readonly (readonly [
  weight: number,
  make: (chance: Chance, state: PageState) => Case,
])[] = [
  [20, (chance, state) => text('good', json(sample(chance, state)), state)],
  [30, (chance, state) => text('mutated', json(mutated(chance, sample(chance, state))), state)],
  [
    12,
    (chance, state) =>
      text(
        'no JSON',
        Buffer.from(brokenJson(chance, JSON.stringify(sample(chance, state)))),
        state,
      ),
  ],
  [3, (chance, state) => text('any value', json(odd(chance)), state)],
  [5, (chance, state) => text('harmed bytes', harmed(chance, json(sample(chance, state))), state)],
  [3, (chance, state) => text('a frame as text', frame(chance, state), state)],
  [1, (_chance, state) => text('too long', Buffer.alloc(MESSAGE_BYTES_MAX + 1, ' '), state)],
  [
    1,
    (_chance, state) => text('as long as it may be', Buffer.alloc(MESSAGE_BYTES_MAX, '{'), state),
  ],
  [60, (chance, state) => binary('good or output', frame(chance, state), state)],
  [12, (chance, state) => binary('harmed', harmed(chance, frame(chance, state)), state)],
  [4, (chance, state) => binary('of a kind that is none', ofKind(chance, state), state)],
  [
    3,
    (chance, state) => binary('channel 0 or an offset too far', outOfRange(chance, state), state),
  ],
  [3, (chance, state) => binary('JSON as a frame', json(sample(chance, state)), state)],
  [1, (_chance, state) => binary('too long', Buffer.alloc(MESSAGE_BYTES_MAX + 1, 1), state)],
];

function ofKind(chance: Chance, state: PageState): Uint8Array {
  const bytes = frame(chance, state);
  bytes[0] = Object.keys(FRAME_KINDS).length + chance.below(250);
  return bytes;
}

function outOfRange(chance: Chance, state: PageState): Uint8Array {
  const bytes = frame(chance, state);
  if (chance.below(2) === 0) bytes.fill(0, 1, 5);
  else bytes.fill(0xff, 5, 13);
  return bytes;
}

const TOTAL = KINDS.reduce((sum, [weight]) => sum + weight, 0);

/** A message or a frame that a page should not send, or hardly. */
export function pageCase(chance: Chance, state: PageState): Case {
  let at = chance.below(TOTAL);
  for (const [weight, make] of KINDS) {
    if (at < weight) return make(chance, state);
    at -= weight;
  }
  return text('any value', json(odd(chance)), state);
}
