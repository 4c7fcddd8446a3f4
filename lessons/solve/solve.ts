import type { Language } from '../../server/protocol/identifiers.ts';
import type { ParsedLesson } from '../format/parse.ts';
import type { Block } from '../schema.ts';
import type { SolveLab } from './lab.ts';
import { type LeftToDo, Play, PlayFailure } from './play.ts';

/** One play in one sandbox: what it was, and what went wrong. */
export type Result = {
  readonly lesson: string;
  readonly language: Language;
  /** `text`, `step queue: solution`, `step queue, wrong: An echo of the text`. */
  readonly what: string;
  readonly seconds: number;
  readonly failure: string | null;
  /** Why it was not played; nothing is wrong with the lesson then. */
  readonly skipped: string | null;
};

/** A line of the table: what a lesson has in one language, and how long it took. */
export type Row = {
  readonly lesson: string;
  readonly language: Language;
  readonly steps: number;
  readonly blocks: number;
  readonly checks: number;
  readonly wrong: number;
  readonly quizzes: number;
  readonly seconds: number;
  readonly failed: number;
  readonly skipped: number;
};

/**
 * Plays lessons: the text once in each language, and of the original each solution and each wrong attempt,
 * all in sandboxes of their own. `tell` hears of each play when it is over.
 */
export async function solveLessons(
  lessons: readonly ParsedLesson[],
  lab: SolveLab,
  tell: (result: Result) => void,
): Promise<Row[]> {
  const rows = await Promise.all(
    lessons.map(async (parsed) => row(parsed, await solveLesson(parsed, lab, tell))),
  );
  return rows;
}

async function solveLesson(
  parsed: ParsedLesson,
  lab: SolveLab,
  tell: (result: Result) => void,
): Promise<Result[]> {
  const results: Result[] = [];
  const { id: lesson, language, needs } = parsed.lesson;
  /** Gives what the play gives, or nothing when it failed. */
  const play = async <T>(what: string, act: (play: Play) => Promise<T>): Promise<T | undefined> => {
    let outcome: Pick<Result, 'failure' | 'skipped'> = { failure: null, skipped: null };
    let began = performance.now();
    const given = await lab
      .inSandbox(needs, async (played) => {
        began = performance.now();
        const [missing] = played.sandbox.created.missing;
        if (missing === undefined) return await act(new Play(parsed, played));
        outcome = { failure: null, skipped: `${missing.need}: ${missing.why}` };
        return undefined;
      })
      .catch((error: unknown) => {
        outcome = { failure: failureText(parsed, error), skipped: null };
        return undefined;
      });
    const seconds = (performance.now() - began) / 1000;
    const result = { lesson, language, what, seconds, ...outcome };
    results.push(result);
    tell(result);
    return given;
  };

  const left: LeftToDo | undefined = await play('text', (each) => each.text());
  if (left === undefined || language !== 'en') return results;
  await Promise.all(
    parsed.steps.flatMap((step) => {
      const { id, tasks } = step.step;
      if (tasks.length === 0) return [];
      const title = tasks.length === 1 ? 'solution' : 'solutions';
      return [
        play(`${id}: ${title}`, (each) => each.solutions(step, left)),
        ...step.wrong.map((attempt) =>
          play(`${id}: wrong, “${attempt.attempt.name}”`, (each) =>
            each.wrong(step, attempt, left),
          ),
        ),
      ];
    }),
  );
  return results;
}

function failureText({ file }: ParsedLesson, error: unknown): string {
  if (error instanceof PlayFailure) return error.message;
  return `${file}: ${error instanceof Error ? (error.stack ?? error.message) : error}`;
}

function row(parsed: ParsedLesson, results: readonly Result[]): Row {
  const { lesson, answers, wrong } = parsed;
  const blocks = lesson.steps.flatMap((step) => [
    ...step.blocks,
    ...step.tasks.flatMap(({ hints, solution }) => [...hints.flat(), ...solution]),
  ]);
  return {
    lesson: lesson.id,
    language: lesson.language,
    steps: lesson.steps.length,
    blocks: blocks.reduce((sum, block) => sum + countDeeds(block), 0),
    checks: lesson.steps.reduce((sum, step) => sum + step.tasks.length, 0),
    wrong: wrong.length,
    quizzes: answers.length,
    seconds: results.reduce((sum, { seconds }) => sum + seconds, 0),
    failed: results.filter(({ failure }) => failure !== null).length,
    skipped: results.filter(({ skipped }) => skipped !== null).length,
  };
}

/** Commands and keys; of two variants the machine has one. */
function countDeeds(block: Block): number {
  if (block.kind === 'variants') {
    return Math.max(
      ...[block.v1, block.v2].map((each) => each.reduce((n, b) => n + countDeeds(b), 0)),
    );
  }
  return block.kind === 'run' || block.kind === 'key' ? 1 : 0;
}
