import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { SANDBOX_LIMITS } from '../warden/sandbox-limits.ts';
import { FLOODS, type Flood } from './floods.ts';
import { type Latency, Typist } from './latency.ts';
import type { Rows } from './rows.ts';
import type { World } from './world.ts';

/** The neighbour's keys must come back within this, whatever happens: generous, for hosts are busy. */
const ANSWER_MS = 2_000;

/**
 * What the kernel may need beyond a flood's own limit: what the guard lets pass until it is there, and for
 * others who are busy at the same time.
 */
const SLACK_BYTES = 2560 * 1024 ** 2;

/** GLASSBOX_NEED_NETFILTER */
const NEEDS_NETFILTER = 1;

const MIB = 1024 ** 2;

/** What a file of a group answers that is not there, and one whose group goes while it is read. */
const GONE: ReadonlySet<string> = new Set(['ENOENT', 'ENODEV']);

/**
 * What the kernel itself uses: all that is neither free, nor a cache, nor a program's. Programs of others
 * come and go on a busy host, and this hardly moves with them. What a sandbox's programs and files use is
 * bound by its group's limit, which the kernel holds by itself.
 */
function kernelBytes(): number {
  const text = readFileSync('/proc/meminfo', 'utf8');
  const of = (name: string) =>
    Number(new RegExp(`^${name}:\\s+(\\d+) kB`, 'm').exec(text)?.[1]) * 1024;
  const others = ['MemFree', 'Buffers', 'Cached', 'SwapCached', 'AnonPages', 'SReclaimable'];
  return of('MemTotal') - others.map(of).reduce((sum, bytes) => sum + bytes, 0);
}

/** The kernel gives back slowly what the flood before had: until then nothing can be told apart. */
async function settledBytes(): Promise<number> {
  let before = kernelBytes();
  for (let turn = 0; turn < 20; turn += 1) {
    await wait(250);
    const now = kernelBytes();
    if (before - now < 16 * MIB) return now;
    before = now;
  }
  return before;
}

/** What the kernel has charged to the attacker; NaN when the guard has taken its group away meanwhile. */
function chargedBytes(world: World): number {
  const { id } = world.attacker.state;
  const files = [
    join('/sys/fs/cgroup/memory', world.labName, id, 'memory.usage_in_bytes'),
    join('/sys/fs/cgroup', world.labName, id, 'memory.current'),
  ];
  for (const file of files) {
    try {
      return Number(readFileSync(file, 'utf8'));
    } catch (error) {
      if (!GONE.has((error as NodeJS.ErrnoException).code ?? '')) throw error;
    }
  }
  return Number.NaN;
}

/** The attacker's page has been told that the guard removed its machine. */
const wasEvicted = (world: World) =>
  world.attacker.page.heard.some(
    (message) => message.type === 'gone' && message.reason === 'exhausted',
  );

type Seen = {
  readonly ended: string;
  readonly evicted: boolean;
  readonly takenBytes: number;
  readonly chargedBytes: number;
  readonly neighbourCan: boolean;
  readonly latency: Latency;
  readonly removedMs: number;
};

/** One flood, while the neighbour types; then a new machine for the attacker. */
async function watchFlood(world: World, typist: Typist, flood: Flood): Promise<Seen> {
  const before = await settledBytes();
  let over = false;
  let takenBytes = 0;
  let charged = 0;
  let neighbourCan = true;
  const needs = flood.netfilter === true ? NEEDS_NETFILTER : 0;
  const look = async () => {
    charged = chargedBytes(world);
    // The guard takes a look several times a second.
    for (let turn = 0; flood.guarded === true && turn < 100 && !wasEvicted(world); turn += 1) {
      await wait(100);
    }
    if (flood.neighbour === undefined) return;
    neighbourCan = false;
    const neighbour = world.start(world.neighbour.state, flood.neighbour, undefined, 0, needs);
    const { sayings } = await neighbour.ended;
    neighbourCan = sayings.some(({ verdict }) => verdict === 'open');
  };
  const { state } = world.attacker;
  const program =
    flood.attack === undefined
      ? world.startCommand(state, flood.command ?? [], look)
      : world.start(state, flood.attack, look, 0, needs);
  const sampling = setInterval(() => {
    takenBytes = Math.max(takenBytes, kernelBytes() - before);
  }, 100);
  const typing = typist.typeUntil(() => over);
  const { sayings, output } = await program.ended;
  try {
    if (flood.guarded !== true && sayings.length === 0) await look();
  } finally {
    over = true;
    clearInterval(sampling);
  }
  // The program is gone at once, and the page hears of it a moment later.
  for (let turn = 0; flood.guarded === true && turn < 10 && !wasEvicted(world); turn += 1) {
    await wait(100);
  }
  const evicted = wasEvicted(world);
  const latency = await typing;
  const began = performance.now();
  await world.renew();
  const lastLine = output.trim().split('\n').at(-1) ?? '';
  return {
    ended: evicted ? 'the guard' : (sayings[0]?.text ?? lastLine),
    evicted,
    takenBytes,
    chargedBytes: charged,
    neighbourCan,
    latency,
    removedMs: performance.now() - began,
  };
}

function complaint(flood: Flood, seen: Seen): string | undefined {
  const { latency, takenBytes, neighbourCan } = seen;
  if (latency.lost) return 'a key of the neighbour never came back';
  if (!(latency.max < ANSWER_MS)) return `a key of the neighbour took ${latency.max.toFixed(0)} ms`;
  if (/can't enter/.test(seen.ended)) return seen.ended;
  if (flood.guarded === true && !seen.evicted) return 'the guard did not end it';
  if (takenBytes > SANDBOX_LIMITS.memoryBytes + SLACK_BYTES) {
    return `it took ${(takenBytes / MIB).toFixed(0)} MiB of the kernel's memory`;
  }
  return neighbourCan ? undefined : 'the neighbour had none left';
}

/** Floods the attacker's sandbox in every way and prints what the neighbour felt of it. */
export async function exhaustAll(world: World, rows: Rows, only: string): Promise<void> {
  let seat: { typist: Typist; readonly idle: Latency } | undefined;
  const wasBroken = rows.all.at(-1)?.broken === true;
  const quiet = await rows.try('exhaustion: nothing is flooded yet', async () => {
    if (wasBroken) await world.recover();
    const typist = await Typist.sitDown(world.neighbour.page);
    const idle = await typist.typeFor(4_000);
    seat = { typist, idle };
    return idle.lost || idle.max > ANSWER_MS
      ? { verdict: 'open', text: `a key of the neighbour took ${idle.max.toFixed(0)} ms` }
      : { verdict: 'refused', text: '' };
  });
  if (seat === undefined) {
    console.log(`nothing is flooded: ${quiet.judgement.text}`);
    return;
  }
  let { typist } = seat;
  const { idle } = seat;
  let held = 0;
  let broken = idle.lost;
  console.log(line([...HEADINGS]));
  console.log(line(['(idle)', ...times(idle, idle), '', '', '', '', '']));
  const floods = FLOODS.filter(({ name }) => name.includes(only));
  for (const flood of floods) {
    let seen: Seen | undefined;
    const row = await rows.try(`exhaustion: ${flood.name}`, async () => {
      if (broken) {
        await world.recover();
        typist = await Typist.sitDown(world.neighbour.page);
      }
      seen = await watchFlood(world, typist, flood);
      const problem = complaint(flood, seen);
      return { verdict: problem === undefined ? 'refused' : 'open', text: problem ?? '' };
    });
    const failed = row.judgement.verdict === 'open';
    broken = row.broken || seen?.latency.lost === true;
    held += failed ? 0 : 1;
    console.log(line([flood.name, ...(seen === undefined ? [] : cells(seen, idle, row.seconds))]));
    if (failed) console.log(`    FAILED after ${row.seconds.toFixed(1)} s: ${row.judgement.text}`);
  }
  for (const [told] of world.lab.printed.matchAll(/.*has taken what belongs to all.*/g)) {
    console.log(`log of the lab: ${told}`);
  }
  console.log(`\n${floods.length} floods, ${held} ended inside their own limits`);
}

const HEADINGS = [
  'flood',
  'key p50',
  'p99',
  'max ms',
  '× idle',
  'kernel',
  'charged',
  'gone ms',
  'seconds',
  'ended by',
] as const;

const cells = (seen: Seen, idle: Latency, seconds: number) => [
  ...times(seen.latency, idle),
  ...[seen.takenBytes, seen.chargedBytes].map((bytes) => (bytes / MIB).toFixed(0)),
  seen.removedMs.toFixed(0),
  seconds.toFixed(1),
  seen.ended.replaceAll(/\p{Cc}/gu, ' ').slice(0, 80),
];

const times = (latency: Latency, idle: Latency) => [
  latency.p50.toFixed(1),
  latency.p99.toFixed(1),
  latency.max.toFixed(1),
  (latency.p50 / idle.p50).toFixed(1),
];

const WIDTHS = [24, 8, 8, 8, 8, 9, 9, 9, 9];

const line = (texts: readonly string[]) =>
  texts
    .map((text, at) => (at === 0 ? text.padEnd(WIDTHS[0] ?? 0) : text.padStart(WIDTHS[at] ?? 0)))
    .join(' ');
