import type { Heading, RootContent, Yaml } from 'mdast';
import remarkDirective from 'remark-directive';
import remarkFrontmatter from 'remark-frontmatter';
import remarkGfm from 'remark-gfm';
import remarkParse from 'remark-parse';
import { unified } from 'unified';
import type { Language } from '../../server/protocol/identifiers.ts';
import type { Lesson, QuizAnswer, WrongAttempt } from '../schema.ts';
import { lineOf, type Part } from './blocks.ts';
import { readFrontMatter } from './front-matter.ts';
import type { Report } from './problem.ts';
import { type FigureFile, type Mention, Reading } from './reading.ts';
import { type ParsedStep, readStep } from './step.ts';

/** A file of a lesson: what a page shows, and beside it what a page must not know. */
export type ParsedLesson = {
  /** The file, as its problems name it. */
  readonly file: string;
  readonly lesson: Lesson;
  readonly answers: readonly QuizAnswer[];
  readonly wrong: readonly WrongAttempt[];
  readonly steps: readonly ParsedStep[];
  readonly parts: readonly Part[];
  readonly mentions: readonly Mention[];
  /** Line of `after` in the front matter. */
  readonly afterLine: number;
};

/** Where a lesson file stands tells its id, its number, its language and its figures. */
export type LessonPlace = {
  readonly id: string;
  readonly number: number;
  readonly language: Language;
  readonly figureFile: (name: string) => FigureFile;
};

const processor = unified()
  .use(remarkParse)
  .use(remarkFrontmatter, ['yaml'])
  .use(remarkGfm, { singleTilde: false })
  .use(remarkDirective);

/** What Markdown says a text is, with our directives. */
export function parseMarkdown(text: string): RootContent[] {
  return [...processor.parse(text).children];
}

/** Reads one lesson file. `null` when what is reported leaves nothing to show. */
export function parseLesson(text: string, place: LessonPlace, report: Report): ParsedLesson | null {
  const before = report.problems.length;
  const { id, number, language } = place;
  const reading = new Reading(report, language, text, place.figureFile);
  const nodes = parseMarkdown(text);
  const first = nodes[0]?.type === 'yaml' ? nodes.shift() : undefined;
  const yaml: Yaml | undefined = first?.type === 'yaml' ? first : undefined;
  const read = readFrontMatter(yaml, reading);

  const steps: ParsedStep[] = [];
  for (const { heading, body } of splitSteps(nodes, report)) {
    const parsed = readStep(heading, body, reading);
    const twin = steps.find(({ step }) => step.id === parsed.step.id);
    if (twin !== undefined) {
      const where = `line ${twin.line} has one`;
      report.add(parsed.line, `A second step with the id \`${parsed.step.id}\`: ${where}.`);
    }
    steps.push(parsed);
  }
  if (steps.length === 0) report.add(1, 'The lesson has no step: `## Title {#id}` begins one.');
  if (read === null || report.problems.length > before) return null;
  const { front, lineOf: frontLine } = read;
  const { title: _title, summary: _summary, ...shared } = front;
  return {
    file: report.file,
    lesson: { id, number, language, ...front, steps: steps.map(({ step }) => step) },
    answers: steps.flatMap(({ answers }) => answers),
    wrong: steps.flatMap(({ wrong }) => wrong.map(({ attempt }) => attempt)),
    steps,
    parts: [{ kind: 'front matter', line: 1, shared: JSON.stringify(shared) }],
    mentions: reading.mentions,
    afterLine: frontLine(['after']),
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
