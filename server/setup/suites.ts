import { runOnV2 } from '../v2/boot.ts';
import { Unavailable } from '../v2/root-disk.ts';
import { findBrowser } from './browser.mjs';
import { add, NOTHING, type Outcome, skipped } from './outcome.ts';
import { runCheck, runEachFile, runNodeTests, runPlaywright, runTap } from './run-suite.ts';
import type { StageName } from './stages.ts';
import { Stop } from './stop.mjs';
import { cFiles, integrationTests, shellScripts, unitTests } from './test-files.ts';

/** One part of `npm test`. */
export type Suite = {
  readonly name: string;
  readonly title: string;
  /** What must have been built before. */
  readonly needs: readonly StageName[];
  /** Longer than this is a failure, not patience. */
  readonly minutes: number;
  readonly run: (timeoutMs: number) => Promise<Outcome>;
};

/** More than any test file takes that does not hang. */
const FILE_MINUTES = 5;

/** All suites, in the order they run: what is quick and breaks most often comes first. */
export const SUITES: readonly Suite[] = [
  {
    name: 'lint',
    title: 'format and lint (Biome)',
    needs: [],
    minutes: 2,
    run: (timeoutMs) =>
      runCheck('biome check', ['node_modules/.bin/biome', 'check', '.'], timeoutMs),
  },
  {
    name: 'c-format',
    title: 'format of C files (clang-format)',
    needs: [],
    minutes: 2,
    run: (timeoutMs) =>
      runCheck('clang-format', ['clang-format', '--dry-run', '--Werror', ...cFiles()], timeoutMs),
  },
  {
    name: 'scripts',
    title: 'shell scripts (ShellCheck)',
    needs: [],
    minutes: 2,
    run: (timeoutMs) => runCheck('shellcheck', ['shellcheck', ...shellScripts()], timeoutMs),
  },
  {
    name: 'types',
    title: 'types (tsc)',
    // Next writes types of its own when it builds.
    needs: ['lessons', 'site'],
    minutes: 5,
    run: (timeoutMs) => runCheck('tsc', ['node_modules/.bin/tsc'], timeoutMs),
  },
  {
    name: 'lessons',
    title: 'lesson files',
    needs: [],
    minutes: 2,
    run: (timeoutMs) =>
      runCheck('lessons', ['node', '--import', 'tsx', 'lessons/command.ts', 'lint'], timeoutMs),
  },
  {
    name: 'native',
    title: 'native library',
    needs: ['native', 'image'],
    minutes: 10,
    run: (timeoutMs) => runTap(['make', '-C', 'native', 'test'], timeoutMs),
  },
  {
    name: 'sanitize',
    title: 'native library with sanitizers',
    needs: ['native', 'image'],
    minutes: 10,
    run: (timeoutMs) => runTap(['make', '-C', 'native', 'sanitize'], timeoutMs),
  },
  {
    name: 'unit',
    title: 'unit tests',
    needs: ['native'],
    minutes: 10,
    run: (timeoutMs) => runNodeTests('unit', unitTests(), timeoutMs),
  },
  {
    name: 'integration',
    title: 'integration tests on the real kernel',
    needs: ['native', 'server', 'lessons', 'site', 'image', 'store'],
    minutes: 20,
    run: (timeoutMs) =>
      runEachFile('integration', integrationTests(), timeoutMs, FILE_MINUTES * 60_000),
  },
  {
    name: 'solve',
    title: 'lessons played in sandboxes',
    needs: ['native', 'image', 'store'],
    minutes: 20,
    run: (timeoutMs) =>
      runTap(['node', '--import', 'tsx', 'lessons/solve/program.ts', '--tap'], timeoutMs),
  },
  {
    name: 'escape',
    title: 'ways out of a sandbox, and ways to starve its neighbour',
    needs: ['native', 'server', 'lessons', 'site', 'image', 'store'],
    minutes: 10,
    run: (timeoutMs) =>
      runTap(['node', '--import', 'tsx', 'server/escape/run.ts', 'all', '--tap'], timeoutMs),
  },
  {
    name: 'v2',
    title: 'smoke run on a machine with cgroup v2',
    needs: ['native', 'image'],
    minutes: 20,
    async run(timeoutMs) {
      const rows = await runOnV2(['smoke'], timeoutMs).catch((reason) => {
        if (reason instanceof Unavailable) return reason.message;
        throw reason;
      });
      if (typeof rows === 'string') return skipped('all tests on cgroup v2', rows);
      return rows.map(({ outcome }) => outcome).reduce(add, NOTHING);
    },
  },
  {
    name: 'e2e',
    title: 'end to end in Chromium',
    needs: ['native', 'server', 'lessons', 'site', 'image', 'store'],
    minutes: 20,
    async run(timeoutMs) {
      const browser = findBrowser();
      if ('path' in browser) return runPlaywright(timeoutMs);
      return skipped('all end-to-end tests', `${browser.reason} ${browser.fix}`);
    },
  },
];

/** `npm test -- unit e2e` runs these suites; without names all. */
export function parseSuites(names: readonly string[]): readonly Suite[] {
  const unknown = names.find((name) => SUITES.every((suite) => suite.name !== name));
  if (unknown !== undefined) {
    const known = SUITES.map((suite) => suite.name).join(', ');
    throw new Stop(`There is no test suite "${unknown}": the suites are ${known}.`);
  }
  return names.length === 0 ? SUITES : SUITES.filter((suite) => names.includes(suite.name));
}
