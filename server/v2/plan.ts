import { join } from 'node:path';
import type { Outcome } from '../setup/outcome.ts';
import { BUILD } from '../setup/paths.mjs';
import { runEachFile, runNodeTests, runTap } from '../setup/run-suite.ts';
import { Stop } from '../setup/stop.mjs';
import { integrationTests, nativeTests } from '../setup/test-files.ts';
import { PATIENCE } from '../testing/patience.ts';

/** One suite that is run in the machine. */
export type PlannedSuite = {
  readonly name: string;
  readonly title: string;
  readonly run: () => Promise<Outcome>;
};

const MINUTE_MS = 60_000;
const FILE_MS = 5 * MINUTE_MS * PATIENCE;
const ALL_MS = 150 * MINUTE_MS;

/** Tests of the set-up: they are about the host, and not about the kernel. */
const HOST_ONLY = ['server/setup/', 'server/v2/'];

/** A few that touch every part of a sandbox which differs between the two versions. */
const SMOKE_NATIVE = ['test_cgroup', 'test_enter'];
const SMOKE_FILES = [
  'server/warden/native.integration.test.ts',
  'server/machine/cgroups.integration.test.ts',
];

const native = (programs: readonly string[]) =>
  runTap(
    [
      'native/tests/run',
      join(BUILD, 'native'),
      ...programs.map((program) => join(BUILD, 'native/tests', program)),
    ],
    30 * MINUTE_MS,
  );

const solve = (lessons: readonly string[]) =>
  runTap(['node', '--import', 'tsx', 'lessons/solve/program.ts', '--tap', ...lessons], ALL_MS);

const integration = (isMeant: (file: string) => boolean) =>
  integrationTests().filter(
    (file) => isMeant(file) && HOST_ONLY.every((folder) => !file.startsWith(folder)),
  );

const PLANS = {
  smoke: [
    {
      name: 'v2-native',
      title: 'native library on cgroup v2',
      run: () => native(SMOKE_NATIVE),
    },
    {
      name: 'v2-integration',
      title: 'a sandbox on cgroup v2',
      run: () => runNodeTests('v2-integration', SMOKE_FILES, FILE_MS),
    },
  ],
  full: [
    {
      name: 'v2-native',
      title: 'native library on cgroup v2',
      run: () => native(nativeTests()),
    },
    {
      name: 'v2-machine',
      title: 'the sandbox is a machine, on cgroup v2',
      run: () =>
        runEachFile(
          'v2-machine',
          integration((file) => file.startsWith('server/machine/')),
          ALL_MS,
          FILE_MS,
        ),
    },
    {
      name: 'v2-lessons',
      title: 'lessons solved on cgroup v2',
      run: () => solve([]),
    },
    {
      name: 'v2-escape',
      title: 'ways out of a sandbox, on cgroup v2',
      run: () =>
        runTap(['node', '--import', 'tsx', 'server/escape/run.ts', 'ways', '--tap'], ALL_MS),
    },
    {
      name: 'v2-integration',
      title: 'all other integration tests on cgroup v2',
      run: () =>
        runEachFile(
          'v2-integration',
          integration((file) => !/^(server\/machine|lessons)\//.test(file)),
          ALL_MS,
          FILE_MS,
        ),
    },
  ],
} as const satisfies Record<string, readonly PlannedSuite[]>;

/**
 * The suites that words of the command line mean: `smoke` the short plan, names of suites those of the full
 * plan, and no words the full plan. Throws `Stop` for a word that is neither.
 */
export function choosePlan(words: readonly string[]): readonly PlannedSuite[] {
  if (words.length === 0) return PLANS.full;
  if (words.length === 1 && words[0] === 'smoke') return PLANS.smoke;
  const unknown = words.find((word) => PLANS.full.every(({ name }) => name !== word));
  if (unknown === undefined) return PLANS.full.filter(({ name }) => words.includes(name));
  const known = PLANS.full.map(({ name }) => name).join(', ');
  throw new Stop(`There is no suite "${unknown}" for cgroup v2: there are smoke, or ${known}.`);
}
