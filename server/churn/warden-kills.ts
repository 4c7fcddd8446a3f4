import { setTimeout as wait } from 'node:timers/promises';
import { labName } from '../configuration.ts';
import { eventually } from '../testing/eventually.ts';
import { TestLab } from '../testing/lab.ts';
import { newSecret, TestPage } from '../testing/page.ts';
import { belongingsOf, changes } from './belongings.ts';
import type { Chance } from './chance.ts';

const PAGES = 8;
/** Long enough for some of them to have a machine, short enough for some to wait for theirs. */
const LIFE_MS = 120;

/**
 * Whole labs, each killed while its pages get their machines, at some step of some creation; the next start
 * with the same data removes what is left. Gives back what is there in the end that was not before.
 */
export async function killWardens(data: string, kills: number, chance: Chance): Promise<string[]> {
  const lab = labName(data);
  const look = () => belongingsOf(lab, [data]);
  const options = ['--port', '0', '--warm', '2'];
  // The first start puts its own layer into the data directory.
  await startAndStop(data, options);
  const before = look();
  for (let round = 0; round < kills; round += 1) {
    const warden = new TestLab(data, options);
    const address = await warden.address();
    const pages = await Promise.all(Array.from({ length: PAGES }, () => TestPage.connect(address)));
    for (const page of pages) page.hello(newSecret()).catch(() => {});
    await wait(chance.below(LIFE_MS));
    warden.process.kill('SIGKILL');
    await warden.ended();
    await Promise.all(pages.map((page) => page.close()));
  }
  await startAndStop(data, options);
  let left = changes(before, look());
  await eventually('nothing of killed labs is left', () => {
    left = changes(before, look());
    return left.length === 0;
  }).catch(() => {});
  return left;
}

async function startAndStop(data: string, options: readonly string[]): Promise<void> {
  const lab = new TestLab(data, options);
  await lab.address();
  const exitCode = await lab.stop();
  if (exitCode !== 0) throw new Error(`The lab ended with ${exitCode}: ${lab.printed}`);
}
