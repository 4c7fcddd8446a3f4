import type { Heading, RootContent } from 'mdast';
import type { ContainerDirective } from 'mdast-util-directive';
import { slug } from '../../server/protocol/identifiers.ts';
import type { Block, Check, QuizAnswer, Step, WrongAttempt } from '../schema.ts';
import {
  checkClosed,
  lineOf,
  type Part,
  type PlacedBlock,
  readBlocks,
  splitLabel,
} from './blocks.ts';
import { readCheck } from './check-block.ts';
import { readProse } from './prose.ts';
import type { Reading } from './reading.ts';

const TASKS_MAX = 4;

/** A step as a file has it: what a page gets of it, and what it does not get. */
export type ParsedStep = {
  readonly step: Step;
  readonly line: number;
  readonly parts: readonly Part[];
  readonly tasks: readonly PlacedTask[];
  readonly answers: readonly QuizAnswer[];
  readonly wrong: readonly PlacedAttempt[];
  /** Lines of all blocks, those in tasks and variants included. */
  readonly lines: ReadonlyMap<Block, number>;
};

export type PlacedTask = { readonly line: number; readonly check: Check };
export type PlacedAttempt = { readonly line: number; readonly attempt: WrongAttempt };

/** What is read of a task, before it is known to be whole. */
type OpenTask = {
  readonly line: number;
  readonly check: Check | null;
  readonly hints: PlacedBlock[][];
  solution: PlacedBlock[] | null;
};

/** Reads a step: its heading, and all up to the next one. */
export function readStep(
  heading: Heading,
  body: readonly RootContent[],
  reading: Reading,
): ParsedStep {
  const { report } = reading;
  const line = lineOf(heading);
  const { title, id } = readHeading(heading, reading);
  const content: RootContent[] = [];
  const parts: Part[] = [];
  const tasks: OpenTask[] = [];
  const wrong: { line: number; attempt: Omit<WrongAttempt, 'step'>; blocks: PlacedBlock[] }[] = [];
  for (const node of body) {
    if (node.type === 'code' && node.lang === 'check') {
      const check = readCheck(node, reading);
      tasks.push({ line: lineOf(node), check, hints: [], solution: null });
      parts.push({ kind: 'check', line: lineOf(node), shared: sharedOfCheck(check) });
    } else if (node.type === 'containerDirective' && isOfTask(node.name)) {
      const task = tasks.at(-1);
      if (task === undefined) {
        report.add(lineOf(node), `\`:::${node.name}\` before any check: it belongs to one.`);
        continue;
      }
      if (node.name === 'wrong') {
        const attempt = readAttempt(node, tasks.length - 1, task, reading);
        if (attempt !== null) wrong.push(attempt);
        continue;
      }
      const blocks = readHelp(node, reading);
      parts.push({ kind: node.name, line: lineOf(node), shared: '' }, ...partsOf(blocks));
      if (node.name === 'hint') task.hints.push(blocks);
      else if (task.solution === null) task.solution = blocks;
      else report.add(lineOf(node), 'A check has one solution.');
    } else {
      content.push(node);
    }
  }
  const [tooMany] = tasks.slice(TASKS_MAX);
  if (tooMany !== undefined) report.add(tooMany.line, `A step has at most ${TASKS_MAX} checks.`);
  for (const task of tasks) {
    if (task.solution !== null) continue;
    report.add(task.line, 'A check without a solution: add `:::solution` … `:::`.');
  }
  const blocks = readBlocks(content, reading);
  if (blocks.length === 0) report.add(line, 'A step that says nothing.');
  checkQuizIds(blocks, reading);
  const all = [
    ...blocks,
    ...tasks.flatMap(({ hints, solution }) => [...hints.flat(), ...(solution ?? [])]),
    ...wrong.flatMap((each) => each.blocks),
  ].flatMap((placed) => [placed, ...(placed.inner ?? [])]);
  return {
    step: {
      id,
      title,
      blocks: plain(blocks),
      tasks: tasks.flatMap(({ check, hints, solution }) =>
        check === null ? [] : [{ check, hints: hints.map(plain), solution: plain(solution ?? []) }],
      ),
    },
    line,
    parts: [...partsOf(blocks), ...parts],
    tasks: tasks.flatMap(({ line, check }) => (check === null ? [] : [{ line, check }])),
    answers: blocks.flatMap(({ answer }) => (answer ? [{ step: id, ...answer }] : [])),
    wrong: wrong.map(({ line, attempt }) => ({ line, attempt: { step: id, ...attempt } })),
    lines: new Map(all.map(({ block, line }) => [block, line])),
  };
}

function isOfTask(name: string): name is 'hint' | 'solution' | 'wrong' {
  return name === 'hint' || name === 'solution' || name === 'wrong';
}

function sharedOfCheck(check: Check | null): string {
  const asserts = check?.conditions.map((condition) => condition.assert) ?? [];
  const states = check?.hints.map((hint) => hint.when) ?? [];
  return [...asserts, 'hints', ...states].map((each) => JSON.stringify(each)).join('\n');
}

function plain(blocks: readonly PlacedBlock[]): Block[] {
  return blocks.map(({ block }) => block);
}

function partsOf(blocks: readonly PlacedBlock[]): Part[] {
  return blocks.flatMap(({ parts }) => parts);
}

/** A hint or a solution. */
function readHelp(node: ContainerDirective, reading: Reading): PlacedBlock[] {
  const { report } = reading;
  const line = lineOf(node);
  const { label, body } = splitLabel(node);
  if (label !== null) report.add(line, `A ${node.name} takes no words in brackets.`);
  if (Object.keys(node.attributes ?? {}).length > 0) {
    report.add(line, `\`:::${node.name}\` takes no attributes.`);
  }
  return readInside(node, body, reading);
}

function readInside(
  node: ContainerDirective,
  body: readonly RootContent[],
  reading: Reading,
): PlacedBlock[] {
  checkClosed(node, reading);
  const blocks = readBlocks(body, reading);
  if (blocks.length === 0) reading.report.add(lineOf(node), `An empty \`:::${node.name}\`.`);
  for (const { answer, line } of blocks) {
    if (answer) reading.report.add(line, 'A quiz stands in the text of a step.');
  }
  return blocks;
}

function readAttempt(
  node: ContainerDirective,
  task: number,
  { check }: OpenTask,
  reading: Reading,
) {
  const { report } = reading;
  const line = lineOf(node);
  if (reading.language !== 'en') {
    report.add(line, 'A wrong attempt is no text for learners: it stands in `lesson.en.md` only.');
    return null;
  }
  const { label, body } = splitLabel(node);
  if (!label) {
    report.add(line, 'A wrong attempt says what is wrong about it.', '`:::wrong[Only half of it]`');
  }
  const { hint, ...more } = node.attributes ?? {};
  for (const name of Object.keys(more)) report.unknown(line, 'attribute', name, ['hint']);
  const number = hint === undefined ? null : Number(hint);
  const count = check?.hints.length ?? 0;
  if (number !== null && (!Number.isInteger(number) || number < 1)) {
    report.add(line, `\`hint=${hint}\` is not the number of a state hint.`, '`{hint=1}`');
  } else if (number !== null && check !== null && number > count) {
    report.add(line, `There is no state hint ${number}: the check has ${count}.`);
  }
  const blocks = readInside(node, body, reading);
  if (
    !blocks.some(({ block, inner }) =>
      [block, ...(inner ?? []).map((each) => each.block)].some(isDeed),
    )
  ) {
    report.add(line, 'A wrong attempt does something: it has a `run` or a `key` fence.');
  }
  const attempt = { task, name: label ?? '', hint: number === null ? null : number - 1 };
  return { line, blocks, attempt: { ...attempt, blocks: plain(blocks) } };
}

function isDeed(block: Block): boolean {
  return block.kind === 'run' || block.kind === 'key';
}

function checkQuizIds(blocks: readonly PlacedBlock[], { report }: Reading): void {
  const lines = new Map<string, number>();
  for (const { block, line } of blocks) {
    if (block.kind !== 'quiz') continue;
    const twin = lines.get(block.id);
    if (twin !== undefined) {
      report.add(line, `A second quiz with the id \`${block.id}\`: line ${twin} has one.`);
    }
    lines.set(block.id, line);
  }
}

/** The title is plain text, because it also stands in lists and in the window's title. */
function readHeading(heading: Heading, reading: Reading): { title: string; id: string } {
  const { report } = reading;
  const line = lineOf(heading);
  readProse(heading.children, reading);
  const text = heading.children
    .map((child) => ('value' in child ? child.value : ''))
    .join('')
    .trim();
  const match = /^(.*\S)\s*\{#([^}]*)\}$/.exec(text);
  const id = match?.[2] ?? '';
  if (match === null) {
    report.add(line, 'A step without an id.', `\`## ${text} {#short-name}\``);
  } else if (!slug.safeParse(id).success) {
    report.add(line, `A step's id is a short lower-case word, not \`${id}\`.`);
  }
  return { title: match?.[1] ?? text, id };
}
