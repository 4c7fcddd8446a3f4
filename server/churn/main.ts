/** `npm run test:churn [-- CYCLES [SEED]]`: 10,000 sandboxes come and go, and nothing is left of them. */
import { randomInt } from 'node:crypto';
import { readFileSync, rmSync } from 'node:fs';
import { Stop } from '../setup/stop.mjs';
import { makeDataDirectory } from '../testing/lab.ts';
import { Chance } from './chance.ts';
import { type ChurnReport, churn } from './churn.ts';
import { killWardens } from './warden-kills.ts';

/** One warden is killed for so many cycles. */
const CYCLES_PER_KILL = 400;
/** What the allocator and the collector of Node may hold back, whatever the number of cycles. */
export const GROWTH_MIB_MAX = 48;

async function main(): Promise<void> {
  const cycles = Number(process.argv[2] ?? 10_000);
  const seed = Number(process.argv[3] ?? randomInt(2 ** 31));
  if (!Number.isInteger(cycles) || cycles < 1 || !Number.isInteger(seed)) {
    throw new Stop(
      'Say how many cycles, and the seed if it is to go as before: npm run test:churn -- 10000 1',
    );
  }
  console.log(
    `${cycles} cycles, seed ${seed}, load ${readFileSync('/proc/loadavg', 'utf8').trim()}`,
  );
  let told = 0;
  const report = await churn(cycles, seed, (done) => {
    if (done < told + 1000) return;
    told = done;
    console.log(`${done} cycles`);
  });
  print(report);
  const kills = Math.ceil(cycles / CYCLES_PER_KILL);
  const data = makeDataDirectory();
  const ofKilled = await killWardens(data, kills, new Chance(seed));
  rmSync(data, { recursive: true, force: true });
  console.log(`${kills} whole labs killed while 8 pages each got their machines`);
  const left = [...report.left, ...ofKilled];
  const [warm, end] = report.residentMiB;
  if (end - warm > GROWTH_MIB_MAX) left.push(`memory: ${(end - warm).toFixed(0)} MiB more`);
  for (const each of left) console.log(`left behind  ${each}`);
  console.log(
    left.length === 0 ? 'nothing is left behind' : `${left.length} things are left behind`,
  );
  process.exitCode = left.length === 0 ? 0 : 1;
}

function print({ fates, harm, refused, seconds, cycles, residentMiB }: ChurnReport): void {
  const counts = Object.entries(fates).map(([fate, count]) => `${fate} ${count}`);
  console.log(`${seconds.toFixed(0)} s, ${(cycles / seconds).toFixed(0)} cycles a second`);
  console.log(`fates: ${counts.join(', ')}; could not be made: ${refused}`);
  console.log(
    `harm: ${harm.killed} killed while they were made, ${harm.faults} faults; ${harm.failedCreations} creations and ${harm.failedRemovals} removals failed of it`,
  );
  const [warm, end] = residentMiB;
  console.log(
    `memory of this process: ${warm.toFixed(0)} MiB warm, ${end.toFixed(0)} MiB at the end`,
  );
}

try {
  await main();
} catch (error) {
  console.error(error instanceof Stop ? error.message : error);
  process.exitCode = 1;
}
