/**
 * `npm run bench:create [-- ROUNDS]`: what a sandbox costs, beside what the kernel takes for it at the least
 * and beside the programs that others make containers with. They take turns in one run, so that what disturbs
 * one disturbs all: read the ratios.
 */
import { readFileSync, rmSync } from 'node:fs';
import { runTool } from '../setup/run-tool.mjs';
import { Stop } from '../setup/stop.mjs';
import { prepareStage } from '../warden/janitor.ts';
import { openBox } from './box.ts';
import type { Contender, Entrant, Sample } from './contender.ts';
import { differences, openFloor } from './floor.ts';
import { type Measured, printGoals } from './goals.ts';
import { measureMemory, measureMemoryGroups } from './memory.ts';
import { openRuntime } from './oci-runtime.ts';
import { findPlaces, type Places } from './places.ts';
import { openBubblewrap, openUnshare } from './programs.ts';
import { measurePrompt } from './prompt.ts';
import { printMemory, printSteps, printTurns } from './report.ts';
import { openSandbox } from './sandbox.ts';
import { median } from './statistics.ts';
import { measureThroughput } from './throughput.ts';

const WARM_UP = 3;

async function main(): Promise<void> {
  const rounds = Number(process.argv[2] ?? 50);
  if (!Number.isInteger(rounds) || rounds < 3) {
    throw new Stop('Say how many rounds, at least 3: npm run bench:create -- 50');
  }
  await runTool('bench', 'make', ['-C', 'native', 'bench']);
  const removeStage = prepareStage();
  const places = findPlaces();
  try {
    console.log(`load ${readFileSync('/proc/loadavg', 'utf8').trim()}\n`);
    const measured = await takeTurns(places, rounds);
    const throughput = await measureThroughput(places);
    printSteps(measured.sandboxes, throughput.traces);
    console.log(
      `\nsandboxes per second, all cores busy: ${throughput.ours.toFixed(0)} ours, ${throughput.floor.toFixed(0)} the floor's, ${throughput.crun?.toFixed(0) ?? 'no'} crun's`,
    );
    const warm = await measurePrompt(4, rounds);
    const cold = await measurePrompt(0, rounds);
    console.log(
      `a page connects until its prompt is there, ms: ${median(warm).toFixed(1)} from the warm pool, ${median(cold).toFixed(1)} without`,
    );
    const memory = await measureMemory(places);
    const groupsKiB = measureMemoryGroups(places);
    printMemory(memory, groupsKiB);
    printGoals({ ...measured, throughput, warmMs: warm, memory, groupsKiB });
    console.log(`\nload ${readFileSync('/proc/loadavg', 'utf8').trim()}`);
  } finally {
    rmSync(places.scratch, { recursive: true, force: true });
    removeStage();
  }
}

async function takeTurns(
  places: Places,
  rounds: number,
): Promise<Measured & { readonly sandboxes: readonly Sample[] }> {
  const floor = openFloor(places);
  const sandbox = await openSandbox();
  const entrants: Entrant[] = [
    sandbox,
    floor,
    await openBox(places),
    openRuntime(places, 'crun'),
    openRuntime(places, 'runc'),
    openBubblewrap(places),
    openUnshare(places),
  ];
  const contenders = entrants.filter((entrant): entrant is Contender => !('skipped' in entrant));
  const samples = new Map<string, Sample[]>(contenders.map(({ name }) => [name, []]));
  for (let round = -WARM_UP; round < rounds; round += 1) {
    for (const { name, round: run } of contenders) {
      const sample = await run();
      if (round >= 0) samples.get(name)?.push(sample);
    }
  }
  const wardenMiB = sandbox.wardenBytes() / 1024 ** 2;
  for (const { close } of contenders) await close();
  const of = (contender: Contender) => samples.get(contender.name) ?? [];
  printTurns(rounds, samples, { floor: floor.name, warden: `${wardenMiB.toFixed(0)} MiB` });
  for (const entrant of entrants) {
    if ('skipped' in entrant) console.log(`skipped  ${entrant.name}: ${entrant.skipped}`);
  }
  for (const difference of differences(floor.calls(), of(sandbox).at(-1)?.trace ?? [])) {
    console.log(`! the floor is not the floor any more: ${difference}`);
  }
  const totalOf = (name: string) => (samples.get(name) ?? []).map(({ totalMs }) => totalMs);
  return {
    sandboxes: of(sandbox),
    sandboxMs: totalOf(sandbox.name),
    floorMs: totalOf(floor.name),
    boxMs: totalOf('box run true, in a sandbox'),
    crunMs: totalOf('crun run true'),
  };
}

try {
  await main();
} catch (error) {
  console.error(error instanceof Stop ? error.message : error);
  process.exitCode = 1;
}
