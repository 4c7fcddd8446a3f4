import { createHash } from 'node:crypto';
import { realpathSync } from 'node:fs';
import { totalmem } from 'node:os';
import { isAbsolute, join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import * as z from 'zod';
import { unreadableNetwork } from './networks.ts';
import type { LifePolicy } from './warden/life.ts';

/** What machines may reach beyond themselves; the host itself never. */
const OUTSIDE_ACCESS = ['no', 'internet', 'internet-and-private'] as const;
export type OutsideAccess = (typeof OUTSIDE_ACCESS)[number];

/** All that the operator can choose, parsed once. Directories are absolute. */
export type Configuration = {
  readonly address: string;
  /** 0 lets the kernel choose. */
  readonly port: number;
  readonly dataDirectory: string;
  readonly imagesDirectory: string;
  readonly nativeDirectory: string;
  /** How long machines live. */
  readonly life: LifePolicy;
  readonly sandboxesMax: number;
  /** Sandboxes kept ready for who comes next. */
  readonly warm: number;
  /** User and group id of the web process: a number that no account has. */
  readonly webUid: number;
  /** Whether machines of lessons that need it have a network to the outside. */
  readonly outside: OutsideAccess;
  /** Pages of one address. */
  readonly connectionsPerAddress: number;
  /** Machines whose owners came from one address; 0 for as many as there are. */
  readonly machinesPerAddress: number;
  /** Addresses of proxies whose word on where a page comes from is taken, as `parseNetworks` reads them. */
  readonly trustProxy: string;
};

/** An option or variable that can't be used; the message is one sentence for the operator. */
export class ConfigurationError extends Error {
  override readonly name = 'ConfigurationError';
}

/** Host memory that one sandbox is reckoned to need on average: most learners are reading, not running. */
const MEMORY_BYTES_PER_SANDBOX = 48 * 1024 ** 2;

const sandboxesForMemory = () =>
  Math.min(500, Math.max(4, Math.floor(totalmem() / MEMORY_BYTES_PER_SANDBOX)));

const number = (min: number, max: number) => z.coerce.number().int().min(min).max(max);
const minutes = z.coerce
  .number()
  .positive()
  .max(7 * 24 * 60);
const minutesOrNone = z.coerce
  .number()
  .min(0)
  .max(7 * 24 * 60);
const path = z
  .string()
  .min(1)
  .transform((value) => resolve(value));

/** A list that can be read; it stays the text that it is. */
const networks = z.string().superRefine((text, context) => {
  const wrong = unreadableNetwork(text);
  if (wrong !== undefined) {
    context.addIssue({
      code: 'custom',
      message: `${JSON.stringify(wrong)} is no address and no network such as 10.0.0.0/8`,
    });
  }
});

/** One row for each option: its flag, its variable, what it is when neither is given, and what it may be. */
const OPTIONS = {
  address: {
    variable: 'GLASSBOX_ADDRESS',
    fallback: '127.0.0.1',
    schema: z.string().min(1).max(255),
  },
  port: { variable: 'GLASSBOX_PORT', fallback: '3000', schema: number(0, 65535) },
  data: { variable: 'GLASSBOX_DATA', fallback: '/var/lib/glassbox', schema: path },
  images: { variable: 'GLASSBOX_IMAGES', fallback: '', schema: z.string() },
  native: { variable: 'GLASSBOX_NATIVE', fallback: '.build/native', schema: path },
  'idle-minutes': { variable: 'GLASSBOX_IDLE_MINUTES', fallback: '30', schema: minutes },
  'away-minutes': { variable: 'GLASSBOX_AWAY_MINUTES', fallback: '15', schema: minutes },
  'life-minutes': { variable: 'GLASSBOX_LIFE_MINUTES', fallback: '120', schema: minutes },
  'extend-minutes': { variable: 'GLASSBOX_EXTEND_MINUTES', fallback: '30', schema: minutesOrNone },
  'life-max-minutes': { variable: 'GLASSBOX_LIFE_MAX_MINUTES', fallback: '360', schema: minutes },
  'max-sandboxes': { variable: 'GLASSBOX_MAX_SANDBOXES', fallback: '', schema: z.string() },
  warm: { variable: 'GLASSBOX_WARM', fallback: '4', schema: number(0, 100) },
  'web-uid': { variable: 'GLASSBOX_WEB_UID', fallback: '61347', schema: number(1, 4_294_967_294) },
  'allow-outside': {
    variable: 'GLASSBOX_ALLOW_OUTSIDE',
    fallback: 'no',
    schema: z.enum(OUTSIDE_ACCESS),
  },
  'connections-per-address': {
    variable: 'GLASSBOX_CONNECTIONS_PER_ADDRESS',
    fallback: '1000',
    schema: number(1, 100_000),
  },
  'machines-per-address': {
    variable: 'GLASSBOX_MACHINES_PER_ADDRESS',
    fallback: '0',
    schema: number(0, 100_000),
  },
  'trust-proxy': { variable: 'GLASSBOX_TRUST_PROXY', fallback: '', schema: networks },
} as const satisfies Record<string, { variable: string; fallback: string; schema: z.ZodType }>;

type OptionName = keyof typeof OPTIONS;
type MinutesName = Extract<OptionName, `${string}-minutes`>;

/** Reads flags, then variables, then what is usual. Throws `ConfigurationError` with one clear sentence. */
export function parseConfiguration(
  args: readonly string[],
  environment: Readonly<Record<string, string | undefined>>,
): Configuration {
  const flags = parseFlags(args);
  const text = (name: OptionName) =>
    flags[name] ?? (environment[OPTIONS[name].variable] || OPTIONS[name].fallback);
  const read = <T>(name: OptionName, schema: z.ZodType<T>): T => {
    const parsed = schema.safeParse(text(name));
    if (parsed.success) return parsed.data;
    const problem = parsed.error.issues.map((issue) => issue.message).join('; ');
    throw new ConfigurationError(
      `"${text(name)}" can't be used for --${name} (or ${OPTIONS[name].variable}): ${problem}.`,
    );
  };
  const milliseconds = (name: MinutesName) => read(name, OPTIONS[name].schema) * 60_000;
  const dataDirectory = read('data', OPTIONS.data.schema);
  const lifeMs = milliseconds('life-minutes');
  return {
    address: read('address', OPTIONS.address.schema),
    port: read('port', OPTIONS.port.schema),
    dataDirectory,
    imagesDirectory: resolve(
      read('images', OPTIONS.images.schema) || join(dataDirectory, 'images'),
    ),
    nativeDirectory: read('native', OPTIONS.native.schema),
    life: {
      lifeMs,
      // Whoever gives a long life to begin with need not allow it once more.
      lifeMaxMs: Math.max(lifeMs, milliseconds('life-max-minutes')),
      extendMs: milliseconds('extend-minutes'),
      idleMs: milliseconds('idle-minutes'),
      awayMs: milliseconds('away-minutes'),
    },
    sandboxesMax:
      text('max-sandboxes') === ''
        ? sandboxesForMemory()
        : read('max-sandboxes', number(1, 10_000)),
    warm: read('warm', OPTIONS.warm.schema),
    webUid: read('web-uid', OPTIONS['web-uid'].schema),
    outside: read('allow-outside', OPTIONS['allow-outside'].schema),
    connectionsPerAddress: read(
      'connections-per-address',
      OPTIONS['connections-per-address'].schema,
    ),
    machinesPerAddress: read('machines-per-address', OPTIONS['machines-per-address'].schema),
    trustProxy: read('trust-proxy', OPTIONS['trust-proxy'].schema),
  };
}

/** Name of the lab's own cgroups and lock: two labs on one host, with two data directories, never touch. */
export function labName(dataDirectory: string): string {
  if (!isAbsolute(dataDirectory)) throw new TypeError(`${dataDirectory} is not an absolute path.`);
  const digest = createHash('sha256').update(realpathSync(dataDirectory)).digest('hex');
  return `glassbox-${digest.slice(0, 8)}`;
}

function parseFlags(args: readonly string[]): Partial<Record<OptionName, string>> {
  const options = Object.fromEntries(
    Object.keys(OPTIONS).map((name) => [name, { type: 'string' } as const]),
  );
  try {
    const { values } = parseArgs({
      args: [...args],
      options,
      strict: true,
      allowPositionals: false,
    });
    return values;
  } catch (error) {
    const known = Object.keys(OPTIONS).map((name) => `--${name}`);
    const problem = error instanceof Error ? error.message : String(error);
    throw new ConfigurationError(`${problem} Options: ${known.join(', ')}.`);
  }
}
