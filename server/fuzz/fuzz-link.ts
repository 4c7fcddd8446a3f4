import { once } from 'node:events';
import { setImmediate as turn, setTimeout as wait } from 'node:timers/promises';
import { Chance } from '../churn/chance.ts';
import { PROTOCOL_VERSION } from '../protocol/browser.ts';
import type { FromWarden } from '../protocol/warden.ts';
import { PATIENCE } from '../testing/patience.ts';
import { type FuzzedLink, type FuzzedWarden, LinkEnded } from './fuzzed-warden.ts';
import { inputPosition } from './input-position.ts';
import { type LinkCase, linkCase, type WebState } from './link-cases.ts';
import { partSeed } from './seed.ts';
import type { Tally } from './tally.ts';

/** Cases on one link, if none of them ends it. */
const CASES_PER_LINK = 200;
const OWNERS = 3;
const SILENCE_MS = 20_000 * PATIENCE;
const NO_CHANNEL = 2 ** 32 - 1;
const HELLO = { version: PROTOCOL_VERSION, port: 4000 } as const;

/** Sends so many cases to the warden's end of the line, one web after the other. */
export async function fuzzLink(
  warden: FuzzedWarden,
  seed: number,
  cases: number,
  tally: Tally,
): Promise<void> {
  const end = tally.cases + cases;
  for (let number = 0; tally.cases < end; number += 1) {
    const chance = new Chance(partSeed(seed, number));
    const link = await warden.connect();
    try {
      await oneLink(link, chance, tally, `link ${number}`);
    } finally {
      link.socket.destroy();
      await link.ended;
    }
  }
}

async function oneLink(
  link: FuzzedLink,
  chance: Chance,
  tally: Tally,
  name: string,
): Promise<void> {
  const state = await introduce(link, chance);
  // Before hello a good case is hello itself, after which there is another state.
  const most = state.phase === 'open' ? CASES_PER_LINK : 1;
  const cases: LinkCase[] = [];
  do cases.push(linkCase(chance, state));
  while (cases.length < most && cases.at(-1)?.violates === false && !cases.at(-1)?.unfinished);
  await send(link, chance, Buffer.concat(cases.map(({ bytes }) => bytes)));

  const last = cases.at(-1);
  if (last === undefined) return;
  const outcome = await outcomeOf(link, last, state);
  for (const { kind } of cases.slice(0, -1)) tally.count(kind, 'taken');
  tally.count(last.kind, outcome);
  const expected = last.violates ? 'ended' : last.unfinished ? 'waits' : 'taken';
  if (outcome !== expected) {
    const shown = cases
      .slice(-3)
      .map(({ bytes }) => Buffer.from(bytes).toString('latin1').slice(0, 200));
    tally.wrong.push(
      `${name}, ${last.kind}: ${outcome} (${link.end()}), not ${expected}: ${JSON.stringify(shown)}`,
    );
  }
}

/** In pieces that have nothing to do with where packets begin and end. */
async function send({ socket }: FuzzedLink, chance: Chance, bytes: Buffer): Promise<void> {
  const cuts = [0, ...Array.from({ length: chance.below(3) }, () => chance.below(bytes.byteLength))]
    .toSorted((one, other) => one - other)
    .concat(bytes.byteLength);
  for (const [at, cut] of cuts.slice(0, -1).entries()) {
    if (!socket.write(bytes.subarray(cut, cuts[at + 1]))) {
      await Promise.race([once(socket, 'drain'), once(socket, 'close')]);
    }
  }
}

/** What has become of the link when the warden has read all of it. */
async function outcomeOf(link: FuzzedLink, last: LinkCase, state: WebState): Promise<string> {
  if (last.unfinished === true) {
    // Nothing can follow it; what it waits for never comes, and the link is cut.
    while (link.end() === undefined && link.read() < link.socket.bytesWritten) await turn();
    return link.end() === undefined ? 'waits' : 'ended';
  }
  if (state.phase === 'greeting') {
    const outcome = last.violates ? link.ended.then(() => 'ended') : settled(link);
    return Promise.race([outcome, silence()]);
  }
  // Who was not ended is answered.
  const answered = link.ask('detach', { channel: NO_CHANNEL }).then(
    () => 'taken',
    (error) => {
      if (error instanceof LinkEnded) return 'ended';
      throw error;
    },
  );
  return Promise.race([answered, silence()]);
}

/**
 * A hello has opened the link, if it was of this version. Then another is one too many, and ends it; either
 * way the first was taken.
 */
async function settled(link: FuzzedLink): Promise<string> {
  try {
    await link.ask('hello', HELLO);
    return 'taken';
  } catch (error) {
    if (!(error instanceof LinkEnded)) throw error;
    return error.message === 'the request hello in the phase open' ? 'taken' : 'ended';
  }
}

const silence = () => wait(SILENCE_MS, 'silence', { ref: false });

/** Most webs say hello and have a machine, a terminal and a watch. */
async function introduce(link: FuzzedLink, chance: Chance): Promise<WebState> {
  const owner = chance.below(OWNERS).toString(16).padStart(64, 'a');
  const nothing = { owner, sandbox: 'f'.repeat(12), channel: 77, watch: 77 };
  if (chance.below(20) === 0) return { phase: 'greeting', ...nothing };
  await link.ask('hello', HELLO);
  if (chance.below(4) > 0) return { phase: 'open', ...nothing };
  const held = bodyOf(await link.ask('hold', { owner, needs: [], make: true }));
  const sandbox = inside(held, 'state', 'id');
  if (typeof sandbox !== 'string') return { phase: 'open', ...nothing };
  const size = { columns: 80, rows: 24 };
  const attached = await link.ask('attach', {
    sandbox,
    terminal: 'machine',
    serial: 0,
    ...size,
    from: 0,
    used: true,
    input: inputPosition(chance),
  });
  const watching = await link.ask('watch', { sandbox, key: 'fuzz', xray: true });
  const number = (value: unknown) => (typeof value === 'number' ? value : 77);
  return {
    phase: 'open',
    owner,
    sandbox,
    channel: number(inside(bodyOf(attached), 'channel')),
    watch: number(inside(bodyOf(watching), 'watch')),
  };
}

const bodyOf = (message: FromWarden): unknown => (message.type === 'reply' ? message.body : {});

function inside(value: unknown, ...path: readonly string[]): unknown {
  return path.reduce<unknown>(
    (outer, name) =>
      typeof outer === 'object' && outer !== null ? Reflect.get(outer, name) : undefined,
    value,
  );
}
