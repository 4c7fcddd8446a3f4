import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fingerprint } from './fingerprint.ts';
import { BUILD, ROOT } from './paths.mjs';
import { showStage } from './progress.mjs';
import { type Places, STAGES, type Stage, type StageName } from './stages.ts';
import { Stop } from './stop.mjs';

/** What a build does not depend on: tests and benchmarks lie beside the code. */
const NOT_BUILT = /\.(test|bench)\.ts$/;

const STAMPS = join(BUILD, 'stamps');

/** Runs the stages in order, each with its line on the terminal; stops at the first that fails. */
export async function runStages(names: readonly StageName[], places: Places): Promise<void> {
  for (const name of names) {
    const stage: Stage = STAGES[name];
    await showStage(stage.name, ({ working }) =>
      'ensure' in stage ? stage.ensure(places, working) : runBuilt(name, stage, working),
    );
  }
}

async function runBuilt(
  name: string,
  { doing, inputs, outputs, build }: Extract<Stage, { inputs: readonly string[] }>,
  working: (doing: string) => void,
): Promise<'unchanged' | undefined> {
  // Another Node is another ABI and may bring another Next; the compiler's version is left to `make`.
  const wanted = `${process.version} ${fingerprint(ROOT, inputs, NOT_BUILT)}`;
  const stamp = join(STAMPS, name);
  const lost = () => outputs.find((output) => !existsSync(join(ROOT, output)));
  if (existsSync(stamp) && readFileSync(stamp, 'utf8') === wanted && !lost()) return 'unchanged';
  working(doing);
  // Gone while it works: what an interrupted build has left never counts as built.
  rmSync(stamp, { force: true });
  await build();
  const absent = lost();
  if (absent)
    throw new Stop(`The stage "${name}" ended without an error, but ${absent} is not there.`);
  mkdirSync(STAMPS, { recursive: true });
  writeFileSync(stamp, wanted);
  return undefined;
}
