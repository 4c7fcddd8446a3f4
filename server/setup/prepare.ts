/**
 * Builds what a command needs: `prepare.ts COMMAND [arguments of the command]`, with the command of
 * package.json. Run by bootstrap.mjs, which holds the lock on `.build`.
 */
import { join } from 'node:path';
import { ConfigurationError, parseConfiguration } from '../configuration.ts';
import { installWeb } from './data-directory.ts';
import { takeLock } from './lock.mjs';
import { parseOptions } from './options.mjs';
import { runStages } from './run-stages.ts';
import { STAGES, type StageName } from './stages.ts';
import { report, Stop } from './stop.mjs';
import { parseSuites } from './suites.ts';

const ALL = Object.keys(STAGES) as StageName[];

const PREPARATIONS: Readonly<Record<string, (args: readonly string[]) => Promise<void>>> = {
  async start(args) {
    const { imagesDirectory: images, dataDirectory } = parseConfiguration(args, process.env);
    await runStages(ALL, { images });
    installUnlessRunning(dataDirectory);
  },
  async build() {
    await runStages(
      ALL.filter((name) => name !== 'image' && name !== 'store'),
      { images: sharedImages() },
    );
  },
  async test(args) {
    const needed = new Set(parseSuites(args).flatMap((suite) => suite.needs));
    await runStages(
      ALL.filter((name) => needed.has(name)),
      { images: sharedImages() },
    );
  },
  async 'test:v2'() {
    await runStages(ALL, { images: sharedImages() });
  },
  async 'test:escape'() {
    await runStages(ALL, { images: sharedImages() });
  },
  async 'test:churn'() {
    await runStages(ALL, { images: sharedImages() });
  },
  async 'lessons:solve'() {
    await runStages(['native', 'image', 'store'], { images: sharedImages() });
  },
  // Neither lessons nor pages: those of a preview may be wrong while they are being written.
  async 'lessons:preview'() {
    await runStages(['native', 'server', 'image', 'store'], { images: sharedImages() });
  },
  async 'test:fuzz'() {
    await runStages(ALL, { images: sharedImages() });
  },
  async 'bench:create'() {
    await runStages(ALL, { images: sharedImages() });
  },
  async 'bench:terminal'() {
    await runStages(ALL, { images: sharedImages() });
  },
};

/** A lab that runs with this data directory must not have its pages exchanged under it. */
function installUnlessRunning(dataDirectory: string): void {
  const lock = takeLock(join(dataDirectory, 'lock'));
  if (!lock) {
    throw new Stop(
      `Another Glassbox runs with ${dataDirectory}: stop it, or give this one a directory of its own with --data.`,
    );
  }
  installWeb(dataDirectory);
  lock.release();
}

/** Tests have data directories of their own, but not a base image each. */
function sharedImages(): string {
  return parseOptions([], process.env).images;
}

const [mode = '', ...args] = process.argv.slice(2);
try {
  const prepare = PREPARATIONS[mode];
  if (!prepare) throw new Stop(`There is nothing to prepare for "${mode}".`);
  await prepare(args);
} catch (reason) {
  process.exitCode = report(
    reason instanceof ConfigurationError ? new Stop(reason.message) : reason,
  );
}
