import { CONTROLS } from './controls.ts';
import { type Judgement, join, judge } from './verdict.ts';
import type { Way } from './way.ts';
import { FILE_WAYS } from './ways-files.ts';
import { KERNEL_WAYS } from './ways-kernel.ts';
import { OTHER_WAYS } from './ways-others.ts';
import type { World } from './world.ts';

/** Every known way out that is tried, in the order of the table. */
export const WAYS: readonly Way[] = [...KERNEL_WAYS, ...FILE_WAYS, ...OTHER_WAYS];

/** One row of the table. */
export type Result = { readonly name: string; readonly judgement: Judgement };

/** One way, in one place. */
async function tryOnce(world: World, way: Way, inContainer: boolean): Promise<Judgement> {
  const seen: string[] = [];
  const over = await way.watch?.(world);
  let sayings: readonly Judgement[] = [{ verdict: 'refused', text: way.refusal ?? '' }];
  if (way.attack !== undefined) {
    const args = [...(inContainer ? ['container'] : []), ...way.attack(world)];
    const program = world.start(world.attacker.state, args, async () => {
      if (way.look !== undefined) seen.push(...(await way.look(world)));
    });
    const { sayings: said, output } = await program.ended;
    sayings = said;
    if (said.length === 0) console.log(output);
  }
  if (over !== undefined) seen.push(...(await over()));
  return judge(sayings, seen);
}

/** One way in every place where it may differ. */
async function tryWay(world: World, way: Way): Promise<Result> {
  const judgements: Judgement[] = [];
  for (const inContainer of way.container ? [false, true] : [false]) {
    try {
      judgements.push(await tryOnce(world, way, inContainer));
    } catch (error) {
      const text = error instanceof Error ? error.message : String(error);
      judgements.push({ verdict: 'open', text: `it could not be tried: ${text}` });
    }
  }
  return { name: way.name, judgement: join(judgements) };
}

/** Tries them all and prints the table as it grows. */
export async function tryAllWays(world: World, only: string): Promise<readonly Result[]> {
  const results: Result[] = [];
  console.log(row(['way out', 'known from', 'where', 'verdict', 'how']));
  for (const way of WAYS.filter(({ name }) => name.includes(only))) {
    const result = await tryWay(world, way);
    results.push(result);
    const where = way.attack === undefined ? 'page' : way.container ? 'both levels' : 'machine';
    const { verdict, text } = result.judgement;
    console.log(row([way.name, way.reference, where, verdict.toUpperCase(), printable(text)]));
    console.log(row(['', way.tried, '', '', '']).trimEnd());
  }
  const count = (verdict: Judgement['verdict']) =>
    results.filter(({ judgement }) => judgement.verdict === verdict).length;
  console.log(
    `\n${results.length} ways tried, ${count('refused')} refused, ${count('open')} open, ${count('skipped')} skipped`,
  );
  return results;
}

/** Runs every control: a detector that sees nothing proves nothing. */
export async function runControls(world: World): Promise<readonly Result[]> {
  const results: Result[] = [];
  for (const { name, detects } of CONTROLS) {
    const seen = await detects(world).catch((error: unknown) => {
      console.log(String(error));
      return false;
    });
    const verdict = seen ? 'refused' : 'open';
    results.push({ name: `control: ${name}`, judgement: { verdict, text: '' } });
    console.log(`${seen ? 'detected    ' : 'NOT DETECTED'}  ${name}`);
  }
  const detected = results.filter(({ judgement }) => judgement.verdict === 'refused').length;
  console.log(`\n${results.length} controls, ${detected} detected`);
  return results;
}

const WIDTHS = [40, 46, 12, 8];

const row = (cells: readonly string[]) =>
  cells.map((cell, at) => cell.padEnd(WIDTHS[at] ?? 0)).join('  ');

/** What the attacking program says comes from a sandbox. */
const printable = (text: string) => text.replaceAll(/\p{Cc}/gu, ' ').slice(0, 160);
