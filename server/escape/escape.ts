import { CONTROLS } from './controls.ts';
import type { Row, Rows } from './rows.ts';
import { type Judgement, join, judge } from './verdict.ts';
import type { Way } from './way.ts';
import { FILE_WAYS } from './ways-files.ts';
import { KERNEL_WAYS } from './ways-kernel.ts';
import { OTHER_WAYS } from './ways-others.ts';
import type { World } from './world.ts';

/** Every known way out that is tried, in the order of the table. */
export const WAYS: readonly Way[] = [...KERNEL_WAYS, ...FILE_WAYS, ...OTHER_WAYS];

/** One way, in one place. */
async function tryOnce(world: World, way: Way, inContainer: boolean): Promise<Judgement> {
  const seen: string[] = [];
  const over = await way.watch?.(world);
  let sayings: readonly Judgement[] = [{ verdict: 'refused', text: way.refusal ?? '' }];
  try {
    if (way.attack !== undefined) {
      const args = [...(inContainer ? ['container'] : []), ...way.attack(world)];
      const program = world.start(world.attacker.state, args, async () => {
        if (way.look !== undefined) seen.push(...(await way.look(world)));
      });
      const { sayings: said, output } = await program.ended;
      sayings = said;
      if (said.length === 0) console.log(output);
    }
  } finally {
    if (over !== undefined) seen.push(...(await over()));
  }
  return judge(sayings, seen);
}

/** One way in every place where it may differ. */
async function tryWay(world: World, way: Way): Promise<Judgement> {
  const judgements: Judgement[] = [];
  for (const inContainer of way.container ? [false, true] : [false]) {
    judgements.push(await tryOnce(world, way, inContainer));
  }
  return join(judgements);
}

/** Tries them all and prints the table as it grows. */
export async function tryAllWays(world: World, rows: Rows, only: string): Promise<void> {
  const tried: Row[] = [];
  console.log(line(['way out', 'known from', 'where', 'seconds', 'verdict', 'how']));
  for (const way of WAYS.filter(({ name }) => name.includes(only))) {
    const row = await rows.try(way.name, async () => {
      if (tried.at(-1)?.broken === true) await world.recover();
      return tryWay(world, way);
    });
    tried.push(row);
    const where = way.attack === undefined ? 'page' : way.container ? 'both levels' : 'machine';
    const { verdict, text } = row.judgement;
    const seconds = row.seconds.toFixed(1);
    console.log(
      line([way.name, way.reference, where, seconds, verdict.toUpperCase(), printable(text)]),
    );
    console.log(line(['', way.tried, '', '', '', '']).trimEnd());
  }
  const count = (verdict: Judgement['verdict']) =>
    tried.filter(({ judgement }) => judgement.verdict === verdict).length;
  console.log(
    `\n${tried.length} ways tried, ${count('refused')} refused, ${count('open')} open, ${count('skipped')} skipped`,
  );
}

/** Runs every control: a detector that sees nothing proves nothing. */
export async function runControls(world: World, rows: Rows): Promise<void> {
  let detected = 0;
  for (const { name, detects } of CONTROLS) {
    const { judgement } = await rows.try(`control: ${name}`, async () =>
      (await detects(world))
        ? { verdict: 'refused', text: '' }
        : { verdict: 'open', text: 'it was not detected' },
    );
    const seen = judgement.verdict === 'refused';
    detected += seen ? 1 : 0;
    console.log(`${seen ? 'detected    ' : 'NOT DETECTED'}  ${name} ${printable(judgement.text)}`);
  }
  console.log(`\n${CONTROLS.length} controls, ${detected} detected`);
}

const WIDTHS = [40, 46, 12, 7, 8];

const line = (cells: readonly string[]) =>
  cells.map((cell, at) => cell.padEnd(WIDTHS[at] ?? 0)).join('  ');

/** What the attacking program says comes from a sandbox. */
const printable = (text: string) => text.replaceAll(/\p{Cc}/gu, ' ').slice(0, 160);
