import { hello, openTerminal } from '../bench/terminal/protocol.ts';
import { Chance } from '../churn/chance.ts';
import { type Case, type PageState, pageCase } from './page-cases.ts';
import { RawClient } from './raw-client.ts';
import { partSeed } from './seed.ts';
import type { Tally } from './tally.ts';
import { handshakeCase, websocketCase } from './websocket-cases.ts';

/** Clients at the same time. */
const AT_ONCE = 32;

/** Cases on one connection, if none of them ends it. */
const CASES_PER_CONNECTION = 30;

/** Learners whose pages the cases come from: few, since each has a machine. */
const OWNERS = 3;

/**
 * Sends so many cases to the WebSocket of a lab. The seed says what is sent on each connection; which
 * connections are there at the same time is up to the host.
 */
export async function fuzzWeb(
  address: string,
  seed: number,
  cases: number,
  tally: Tally,
): Promise<void> {
  const end = tally.cases + cases;
  let connections = 0;
  await Promise.all(
    Array.from({ length: AT_ONCE }, async () => {
      while (tally.cases < end) {
        connections += 1;
        const chance = new Chance(partSeed(seed, connections));
        await oneConnection(address, chance, tally, connections);
      }
    }),
  );
}

async function oneConnection(
  address: string,
  chance: Chance,
  tally: Tally,
  connection: number,
): Promise<void> {
  if (chance.below(6) === 0) {
    await halfConnection(address, chance, tally, connection);
    return;
  }
  const client = await RawClient.connect(address);
  await client.upgrade(address);
  const state = await introduce(client, chance);
  for (let count = 0; count < CASES_PER_CONNECTION; count += 1) {
    const each = chance.below(5) === 0 ? websocketCase(chance) : pageCase(chance, state);
    const outcome =
      each.expected === 'left' ? leave(client, each) : await client.outcomeOf(each.bytes);
    tally.count(each.kind, outcome);
    if (outcome !== each.expected && outcome !== each.also) {
      const bytes = Buffer.from(each.bytes).subarray(0, 100).toString('latin1');
      tally.wrong.push(
        `connection ${connection}, ${each.kind}: ${outcome}, not ${each.expected}: ${JSON.stringify(bytes)}`,
      );
    }
    // Once it has said hello, it is another page, and the next case would not know.
    if (outcome !== 'open' || each.unfinished === true || !state.greeted) break;
  }
  client.vanish();
}

/** Most pages say who they are, some open a terminal. */
async function introduce(client: RawClient, chance: Chance): Promise<PageState> {
  const secret = chance.below(OWNERS).toString(16).padStart(32, 'f');
  if (chance.below(4) === 0) return { greeted: false, secret, channel: undefined };
  client.say(hello(secret));
  // The machine need not be there for what comes next.
  if (chance.below(3) > 0) return { greeted: true, secret, channel: undefined };
  const begun = await client.hear('machine', 'error');
  client.say(openTerminal());
  // Another page of the same owner may have thrown the machine away meanwhile.
  const answers = ['terminal', 'terminal-failed', 'gone', 'error'] as const;
  const opened = begun.type === 'error' ? begun : await client.hear(...answers);
  return {
    greeted: true,
    secret,
    channel: opened.type === 'terminal' ? opened.channel : undefined,
  };
}

function leave(client: RawClient, { bytes }: Case): string {
  client.send(bytes);
  return 'left';
}

async function halfConnection(
  address: string,
  chance: Chance,
  tally: Tally,
  connection: number,
): Promise<void> {
  const client = await RawClient.connect(address);
  const { kind, request, unfinished } = handshakeCase(chance, address);
  if (unfinished) client.send(request);
  const outcome = unfinished ? 'left' : await client.answerTo(request);
  tally.count(kind, outcome);
  if (outcome !== 'left' && !/^HTTP 4\d\d$/.test(outcome)) {
    tally.wrong.push(`connection ${connection}, ${kind}: ${outcome}`);
  }
  client.vanish();
}
