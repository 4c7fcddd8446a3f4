import type { Heading, RootContent, Yaml } from 'mdast';
import remarkDirective from 'remark-directive';
import remarkFrontmatter from 'remark-frontmatter';
import remarkGfm from 'remark-gfm';
import remarkParse from 'remark-parse';
import { unified } from 'unified';
import { slug } from '../server/protocol/identifiers.ts';
import { lineOf, type PlacedBlock, readBlocks } from './blocks.ts';
import { readCheck } from './check-block.ts';
import { readFrontMatter } from './front-matter.ts';
import type { Report } from './problem.ts';
import { readProse } from './prose.ts';
import type { Check, Language, Lesson, Step } from './schema.ts';

/** Something that every language of a lesson has at the same place with the same content. */
export type Part = {
  readonly kind: 'front matter' | 'block' | 'check' | 'hint' | 'solution';
  readonly line: number;
  readonly shared: string;
};

export type ParsedStep = {
  readonly step: Step;
  readonly line: number;
  readonly parts: readonly Part[];
};

export type ParsedLesson = {
  readonly lesson: Lesson;
  readonly steps: readonly ParsedStep[];
  readonly parts: readonly Part[];
};

/** Where a lesson file stands tells its id, its number and its language. */
export type LessonPlace = {
  readonly id: string;
  readonly number: number;
  readonly language: Language;
};

const processor = unified()
  .use(remarkParse)
  .use(remarkFrontmatter, ['yaml'])
  .use(remarkGfm, { singleTilde: false })
  .use(remarkDirective);

/** Reads one lesson file. `null` when what is reported leaves nothing to show. */
export function parseLesson(text: string, place: LessonPlace, report: Report): ParsedLesson | null {
  const before = report.problems.length;
  const nodes = [...processor.parse(text).children];
  const first = nodes[0]?.type === 'yaml' ? nodes.shift() : undefined;
  const yaml: Yaml | undefined = first?.type === 'yaml' ? first : undefined;
  const front = readFrontMatter(yaml, report);

  const steps: ParsedStep[] = [];
  for (const { heading, body } of splitSteps(nodes, report)) {
    const parsed = readStep(heading, body, report);
    const twin = steps.find(({ step }) => step.id === parsed.step.id);
    if (twin !== undefined) {
      const where = `line ${twin.line} has one`;
      report.add(parsed.line, `A second step with the id \`${parsed.step.id}\`: ${where}.`);
    }
    steps.push(parsed);
  }
  if (steps.length === 0) report.add(1, 'The lesson has no step: `## Title {#id}` begins one.');
  if (front === null || report.problems.length > before) return null;
  const { namespace, kernel, man, minutes, needs } = front;
  return {
    lesson: { ...place, ...front, steps: steps.map(({ step }) => step) },
    steps,
    parts: [
      {
        kind: 'front matter',
        line: 1,
        shared: JSON.stringify({ namespace, kernel, man, minutes, needs }),
      },
    ],
  };
}

/** `##` begins a step; nothing but the front matter stands before the first. */
function splitSteps(nodes: readonly RootContent[], report: Report) {
  const steps: { heading: Heading; body: RootContent[] }[] = [];
  for (const node of nodes) {
    const current = steps.at(-1);
    if (node.type === 'heading' && node.depth === 2) steps.push({ heading: node, body: [] });
    else if (current !== undefined) current.body.push(node);
    else report.add(lineOf(node), 'Text before the first step: `## Title {#id}` begins a step.');
  }
  return steps;
}

function readStep(heading: Heading, body: readonly RootContent[], report: Report): ParsedStep {
  const line = lineOf(heading);
  const { title, id } = readHeading(heading, report);
  const content: RootContent[] = [];
  const parts: Part[] = [];
  const hints: (readonly PlacedBlock[])[] = [];
  let check: Check | null = null;
  let checkLine: number | null = null;
  let solution: readonly PlacedBlock[] | null = null;
  for (const node of body) {
    if (node.type === 'code' && node.lang === 'check') {
      if (checkLine !== null) report.add(lineOf(node), 'A step has one check.');
      checkLine = lineOf(node);
      check = readCheck(node, report);
      const asserts = check?.conditions.map((condition) => condition.assert) ?? [];
      parts.push({ kind: 'check', line: checkLine, shared: JSON.stringify(asserts) });
    } else if (node.type === 'containerDirective' && isContainer(node.name)) {
      if (Object.keys(node.attributes ?? {}).length > 0) {
        report.add(lineOf(node), `\`:::${node.name}\` takes no attributes.`);
      }
      const blocks = readBlocks(node.children, report);
      if (blocks.length === 0) report.add(lineOf(node), `An empty ${node.name}.`);
      parts.push({ kind: node.name, line: lineOf(node), shared: '' }, ...blockParts(blocks));
      if (node.name === 'hint') hints.push(blocks);
      else if (solution === null) solution = blocks;
      else report.add(lineOf(node), 'A step has one solution.');
    } else {
      content.push(node);
    }
  }
  if (checkLine !== null && solution === null) {
    report.add(checkLine, 'A check without a solution: add `:::solution` … `:::`.');
  }
  if (checkLine === null && (solution !== null || hints.length > 0)) {
    report.add(line, 'Hints or a solution in a step without a check.');
  }
  const blocks = readBlocks(content, report);
  if (blocks.length === 0) report.add(line, 'A step that says nothing.');
  return {
    step: {
      id,
      title,
      blocks: blocks.map(({ block }) => block),
      check,
      hints: hints.map((hint) => hint.map(({ block }) => block)),
      solution: solution?.map(({ block }) => block) ?? null,
    },
    line,
    parts: [...blockParts(blocks), ...parts],
  };
}

function isContainer(name: string): name is 'hint' | 'solution' {
  return name === 'hint' || name === 'solution';
}

function blockParts(blocks: readonly PlacedBlock[]): Part[] {
  return blocks.flatMap(({ line, shared }) =>
    shared === null ? [] : [{ kind: 'block' as const, line, shared }],
  );
}

/** The title is plain text, because it also stands in lists and in the window's title. */
function readHeading(heading: Heading, report: Report): { title: string; id: string } {
  const line = lineOf(heading);
  readProse(heading.children, report);
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
