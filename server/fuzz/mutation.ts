import type { Chance } from '../churn/chance.ts';

/** What a careless parser takes for something else. */
const ODD = [
  null,
  true,
  false,
  0,
  -1,
  1.5,
  2 ** 31,
  2 ** 32,
  2 ** 53,
  -(2 ** 53),
  1e308,
  '',
  'x',
  '0',
  '-1',
  'true',
  '__proto__',
  'constructor',
  'toString',
  '../../etc/passwd',
  '\u0000',
  '\ud800',
  '\u202e\u2028',
  'machine\n',
  [],
  {},
  [[]],
  [null],
] as const;

const LONG_MAX = 5_000;
const DEPTH_MAX = 20_000;

/** Any value, seldom a sensible one. */
export function odd(chance: Chance): unknown {
  const at = chance.below(ODD.length + 4);
  if (at === ODD.length) return 'x'.repeat(chance.below(LONG_MAX));
  if (at === ODD.length + 1) return Array.from({ length: chance.below(200) }, () => 0);
  if (at === ODD.length + 2) return chance.below(2 ** 32);
  return ODD[at] ?? null;
}

/** The value with one thing changed somewhere inside. */
export function mutated(chance: Chance, value: unknown): unknown {
  if (Array.isArray(value) && value.length > 0 && chance.below(5) > 0) {
    const at = chance.below(value.length);
    return value.map((each, index) => (index === at ? mutated(chance, each) : each));
  }
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return odd(chance);
  const entries = Object.entries(value);
  const at = chance.below(Math.max(1, entries.length));
  const [key = '', inner] = entries[at] ?? [];
  switch (chance.below(7)) {
    case 0:
      return odd(chance);
    case 1:
      return Object.fromEntries(entries.filter((_, index) => index !== at));
    case 2:
      return { ...value, [String(odd(chance))]: odd(chance) };
    case 3:
      return Object.fromEntries(
        entries.map(([name, each], index) => [index === at ? `${name}s` : name, each]),
      );
    case 4:
      return [value];
    default:
      return { ...value, [key]: mutated(chance, inner) };
  }
}

/** Text that is nearly JSON. */
export function brokenJson(chance: Chance, text: string): string {
  const at = chance.below(text.length + 1);
  switch (chance.below(7)) {
    case 0:
      return text.slice(0, at);
    case 1:
      return `${text.slice(0, at)}${chance.pick(['"', ',', '}', '\\', '\u0000', 'NaN'])}${text.slice(at)}`;
    case 2:
      return `${text}${text}`;
    case 3:
      return deep(chance);
    case 4:
      return text.replace('{', '{"__proto__":{"type":"reset"},');
    case 5:
      return `\ufeff${text}`;
    default:
      return String(odd(chance));
  }
}

/** So deep that whoever reads it by recursion has no stack left. */
function deep(chance: Chance): string {
  const depth = 1 + chance.below(DEPTH_MAX);
  return chance.below(2) === 0
    ? '['.repeat(depth) + ']'.repeat(chance.below(2) * depth)
    : `${'{"type":'.repeat(depth / 4)}0${'}'.repeat(depth / 4)}`;
}

/** The bytes with some of them changed, gone or new. */
export function harmed(chance: Chance, bytes: Uint8Array): Buffer {
  const copy = Buffer.from(bytes);
  const at = chance.below(copy.byteLength + 1);
  switch (chance.below(4)) {
    case 0:
      return copy.subarray(0, at);
    case 1:
      return Buffer.concat([copy.subarray(0, at), noise(chance, 8), copy.subarray(at)]);
    case 2:
      return noise(chance, 64);
    default:
      if (copy.byteLength > 0) copy[at % copy.byteLength] = chance.below(256);
      return copy;
  }
}

/** Fewer than so many random bytes. */
export const noise = (chance: Chance, lengthMax: number): Buffer =>
  Buffer.from(Array.from({ length: chance.below(lengthMax) }, () => chance.below(256)));
