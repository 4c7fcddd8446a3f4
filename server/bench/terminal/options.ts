import { parseArgs } from 'node:util';
import { Stop } from '../../setup/stop.mjs';

/** What can be measured alone. */
export const PARTS = ['throughput', 'echo', 'memory', 'stopped'] as const;
export type Part = (typeof PARTS)[number];

export type Options = {
  readonly parts: ReadonlySet<Part>;
  readonly megabytes: number;
  readonly rounds: number;
  readonly keys: number;
  readonly terminals: readonly number[];
};

const USAGE =
  'npm run bench:terminal -- [throughput] [echo] [memory] [stopped] [--mb 100] [--rounds 3] [--keys 1000] [--terminals 100,500]';

export function parseOptions(args: readonly string[]): Options {
  const { values, positionals } = read(args);
  const named = PARTS.filter((part) => positionals.includes(part));
  const unknown = positionals.find((word) => PARTS.every((part) => part !== word));
  if (unknown !== undefined) throw new Stop(`"${unknown}" is no part of the bench: ${USAGE}`);
  return {
    parts: new Set(named.length === 0 ? PARTS : named),
    megabytes: whole(values.mb),
    rounds: whole(values.rounds),
    keys: whole(values.keys),
    terminals: values.terminals
      .split(',')
      .map(whole)
      .toSorted((one, other) => one - other),
  };
}

function read(args: readonly string[]) {
  try {
    return parseArgs({
      args: [...args],
      allowPositionals: true,
      options: {
        mb: { type: 'string', default: '100' },
        rounds: { type: 'string', default: '3' },
        keys: { type: 'string', default: '1000' },
        terminals: { type: 'string', default: '100,500' },
      },
    });
  } catch (error) {
    throw new Stop(`${error instanceof Error ? error.message : error}\n${USAGE}`);
  }
}

function whole(text: string): number {
  const number = Number(text);
  if (!Number.isInteger(number) || number < 1) throw new Stop(`"${text}" is no number: ${USAGE}`);
  return number;
}
