import type { Language } from '../../server/protocol/identifiers.ts';
import type { ParsedLesson } from '../format/parse.ts';
import type { Report } from '../format/problem.ts';
import { textOf } from '../format/prose.ts';
import type { ParsedStep } from '../format/step.ts';
import type { Block } from '../schema.ts';

/** Heading of what a reader of the whole lesson knows, at its end. */
const KNOWN_NOW = { en: 'What you know now', zh: '你现在知道' } as const;
const LINES = 3;

/** What every finished lesson has, and what no schema can ask for. */
export function checkForm(parsed: ParsedLesson, language: Language, report: Report): void {
  // A translation has the same ones, which is seen to elsewhere.
  if (language === 'en') for (const step of parsed.steps) checkTasks(step, report);
  const last = parsed.steps.at(-1);
  if (last !== undefined) checkEnd(last, language, report);
}

function checkTasks(step: ParsedStep, report: Report): void {
  step.step.tasks.forEach(({ hints }, index) => {
    const line = step.tasks[index]?.line ?? step.line;
    if (hints.length === 0) report.add(line, 'A check without a hint: add `:::hint` … `:::`.');
    if (step.wrong.some(({ attempt }) => attempt.task === index)) return;
    const what = 'A check that no wrong attempt is held against';
    report.add(line, `${what}: add \`:::wrong[What is wrong about it]\` … \`:::\`.`);
  });
}

function checkEnd({ step, line }: ParsedStep, language: Language, report: Report): void {
  const heading = KNOWN_NOW[language];
  const nodes = step.blocks.flatMap((block: Block) => (block.kind === 'prose' ? block.nodes : []));
  const index = nodes.findIndex((node) => node.type === 'heading' && textOf(node) === heading);
  if (index === -1) {
    report.add(line, `The last step ends without \`### ${heading}\` and ${LINES} lines.`);
    return;
  }
  const next = nodes[index + 1];
  if (next?.type !== 'list' || next.children.length !== LINES) {
    report.add(line, `Under \`### ${heading}\` stands a list of ${LINES} lines.`);
  }
}
