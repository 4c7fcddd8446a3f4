import type { Code } from 'mdast';
import * as z from 'zod';
import { slug } from '../../server/protocol/identifiers.ts';
import { computedAnswer } from '../../server/protocol/quiz.ts';
import type { Block, QuizAnswer } from '../schema.ts';
import { examine } from './examine.ts';
import { readYaml } from './read-yaml.ts';
import type { Reading } from './reading.ts';

const line = z.string().trim().min(1).max(400);

const quizBlock = z.strictObject({
  question: line,
  choices: z
    .array(z.strictObject({ text: line, right: z.boolean().default(false) }))
    .min(2)
    .max(8)
    .optional(),
  accept: z.array(z.string().trim().min(1).max(100)).min(1).max(16).optional(),
  computed: computedAnswer.optional(),
  because: line,
  wrong: line,
});

const ANSWERS = ['choices', 'accept', 'computed'] as const;

export type ReadQuiz = {
  readonly block: Extract<Block, { kind: 'quiz' }>;
  readonly answer: Omit<QuizAnswer, 'step'>;
};

/** Reads a `quiz` fence: the question for the page, and the answer that the page must not know. */
export function readQuiz(node: Code, words: readonly string[], reading: Reading): ReadQuiz | null {
  const { report } = reading;
  const fenceLine = node.position?.start.line ?? 1;
  const [id, ...more] = words;
  if (id === undefined) {
    report.add(fenceLine, 'A `quiz` fence names its quiz.', '`quiz who-sees`');
  } else if (!slug.safeParse(id).success) {
    report.add(fenceLine, `A quiz's id is a short lower-case word, not \`${id}\`.`);
  }
  if (more.length > 0)
    report.add(fenceLine, `Too many words after the quiz: \`${more.join(' ')}\`.`);
  const yaml = readYaml(node.value, fenceLine, report);
  if (yaml === null) return null;
  const { lineOf } = yaml;
  const value = yaml.value ?? {};
  if (!examine(quizBlock, value, { report, lineOf, what: 'quiz' })) return null;
  const { question, choices, accept, computed, because, wrong } = quizBlock.parse(value);

  const given = ANSWERS.filter((key) => ({ choices, accept, computed })[key] !== undefined);
  if (given.length !== 1) {
    report.add(fenceLine, 'A quiz has one of `choices`, `accept` and `computed`.');
    return null;
  }
  const right = (choices ?? []).flatMap((choice, index) => (choice.right ? [index] : []));
  if (choices !== undefined && !checkChoices(choices, right, lineOf(['choices']), reading))
    return null;
  if (id === undefined) return null;

  const texts = { question, because, wrong };
  for (const [key, text] of Object.entries(texts)) reading.words(lineOf([key]), text);
  choices?.forEach(({ text }, index) => {
    reading.words(lineOf(['choices', index, 'text']), text);
  });
  return {
    block: {
      kind: 'quiz',
      id,
      question,
      form: choices === undefined ? 'text' : right.length > 1 ? 'several' : 'single',
      choices: (choices ?? []).map(({ text }) => text),
      computed: computed !== undefined,
    },
    answer: {
      quiz: id,
      right:
        computed !== undefined
          ? { computed }
          : accept !== undefined
            ? { texts: accept }
            : { choices: right },
      because,
      wrong,
    },
  };
}

function checkChoices(
  choices: readonly { text: string }[],
  right: readonly number[],
  line: number,
  { report }: Reading,
): boolean {
  const before = report.problems.length;
  if (right.length === 0) report.add(line, 'No choice is right.', '`right: true`');
  if (right.length === choices.length) report.add(line, 'Every choice is right: nothing is asked.');
  const texts = choices.map(({ text }) => text.toLowerCase());
  const twice = texts.find((text, index) => texts.indexOf(text) !== index);
  if (twice !== undefined) report.add(line, `Two choices say the same: \`${twice}\`.`);
  return report.problems.length === before;
}
