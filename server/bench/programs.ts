import { join } from 'node:path';
import { findCommand } from '../setup/packages.mjs';
import type { Contender, Entrant } from './contender.ts';
import { LineProgram } from './line-program.ts';
import type { Places } from './places.ts';

const NANOSECONDS = 1e6;

const UNSHARE = [
  ...['--user', '--map-root-user', '--pid', '--fork', '--mount-proc'],
  ...['--net', '--uts', '--ipc', '--cgroup'],
];

/** Runs a command again and again, started by a small program that takes the time. */
export function timed(places: Places, name: string, command: readonly string[]): Contender {
  return timedBy(name, join(places.programs, 'time_command'), command);
}

/** The same, with the program that takes the time behind another one that prepares its surroundings. */
export function timedBy(name: string, file: string, args: readonly string[]): Contender {
  const program = new LineProgram(file, args);
  return {
    name,
    async round() {
      const [nanoseconds = 0] = await program.round();
      return { totalMs: nanoseconds / NANOSECONDS };
    },
    close: async () => void (await program.close()),
  };
}

/** Seven namespaces and nothing else: no root of its own, no limits, no filter. */
export function openUnshare(places: Places): Entrant {
  if (findCommand('unshare') === undefined) return missing('unshare', 'util-linux');
  return timed(places, 'unshare true', ['unshare', ...UNSHARE, 'true']);
}

/** A root of its own, read-only; no limits, no filter. */
export function openBubblewrap(places: Places): Entrant {
  if (findCommand('bwrap') === undefined) return missing('bwrap', 'bubblewrap');
  const mounts = [
    '--ro-bind',
    places.base,
    '/',
    '--proc',
    '/proc',
    '--dev',
    '/dev',
    '--tmpfs',
    '/tmp',
  ];
  return timed(places, 'bwrap true', ['bwrap', '--unshare-all', ...mounts, 'true']);
}

export const missing = (name: string, packageName: string): Entrant => ({
  name,
  skipped: `it is not installed: apt-get install ${packageName}`,
});
