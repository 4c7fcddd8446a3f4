/**
 * `npm run bench:terminal [-- PARTS OPTIONS]`: what a terminal costs, beside the least that shows a shell on a
 * page (node-pty and ws) and beside ttyd. They take turns in one run, so that what disturbs one disturbs
 * all: read the ratios.
 */
import { readFileSync } from 'node:fs';
import { Stop } from '../../setup/stop.mjs';
import {
  type Contender,
  MINIMAL,
  openMinimal,
  openOurs,
  openTtyd,
  SANDBOXED,
} from './contenders.ts';
import { measureEcho } from './echo.ts';
import { type Measured, printGoals } from './goals.ts';
import { measureFull, measureOpen, measureSluggards } from './memory.ts';
import { type Options, parseOptions } from './options.ts';
import { printEcho, printMemory, printSluggards, printThroughput } from './report.ts';
import { measureThroughput } from './throughput.ts';

/** With full memories; the bound is known, and the same for any number. */
const FULL_TERMINALS = 100;

/** Enough that the collector's moods hardly matter: it may hold back 20 MB in all. */
const SLUGGARDS = 50;

async function main(): Promise<void> {
  const options = parseOptions(process.argv.slice(2));
  printLoad();
  const measured: Measured = {
    ...(await inTurns(options)),
    ...(await alone(options)),
  };
  printGoals(measured);
  printLoad();
}

/** What all are measured in, one after the other. */
async function inTurns({ parts, megabytes, rounds, keys }: Options): Promise<Measured> {
  if (!parts.has('throughput') && !parts.has('echo')) return {};
  const contenders: Contender[] = [await openOurs()];
  try {
    for (const name of [...MINIMAL, SANDBOXED]) contenders.push(await openMinimal(name));
    const ttyd = await openTtyd();
    if ('skipped' in ttyd) console.log(`skipped  ${ttyd.name}: ${ttyd.skipped}`);
    else contenders.push(ttyd);
    console.log('The minimal servers’ shells run on the host with no sandbox, unless it says so.');
    const flows = parts.has('throughput')
      ? await measureThroughput(contenders, { megabytes, rounds })
      : undefined;
    if (flows !== undefined) printThroughput(flows, megabytes);
    const echoes = parts.has('echo') ? await measureEcho(contenders, keys) : undefined;
    if (echoes !== undefined) printEcho(echoes);
    return { flows, echoes };
  } finally {
    for (const contender of contenders) await contender.close();
  }
}

/** Memory, each time of a server that has just been started. */
async function alone({ parts, terminals }: Options): Promise<Measured> {
  const minimal = () => openMinimal(MINIMAL[1]);
  let measured: Measured = {};
  if (parts.has('memory')) {
    const open = new Map([
      ['ours', await using(openOurs, (ours) => measureOpen(ours, terminals))],
      [MINIMAL[1], await using(minimal, (each) => measureOpen(each, terminals))],
    ]);
    const full = await using(openOurs, (ours) => measureFull(ours, FULL_TERMINALS));
    printMemory(open, full);
    measured = { ...measured, open: open.get('ours') };
  }
  if (parts.has('stopped')) {
    const uses = [];
    for (const sluggard of ['stopped', 'silent'] as const) {
      const ours = await using(openOurs, (each) => measureSluggards(each, sluggard, SLUGGARDS));
      uses.push({ name: 'ours', sluggard, memory: ours });
      if (sluggard === 'stopped') measured = { ...measured, stopped: ours };
      // To the minimal server, who reads is as good as who acknowledges.
      if (sluggard === 'silent') continue;
      const other = await using(minimal, (each) => measureSluggards(each, sluggard, 1));
      uses.push({ name: MINIMAL[1], sluggard, memory: other });
    }
    printSluggards(uses);
  }
  return measured;
}

async function using<T>(
  open: () => Promise<Contender>,
  measure: (contender: Contender) => Promise<T>,
): Promise<T> {
  const contender = await open();
  try {
    return await measure(contender);
  } finally {
    await contender.close();
  }
}

const printLoad = () => console.log(`load ${readFileSync('/proc/loadavg', 'utf8').trim()}`);

try {
  await main();
} catch (error) {
  console.error(error instanceof Stop ? error.message : error);
  process.exitCode = 1;
}
