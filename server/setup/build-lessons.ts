import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { lintLessons } from '../../lessons/lint.ts';
import { loadLessons } from '../../lessons/load.ts';
import { formatProblem } from '../../lessons/problem.ts';
import type { LessonFacts } from '../web/lessons.ts';
import { BUILD } from './paths.mjs';
import { Stop } from './stop.mjs';

/**
 * What web needs to know of the lessons: what a machine for each must have, and the conditions of every
 * check. The translations have the same ones, or the lessons do not pass.
 */
export async function buildLessons(): Promise<void> {
  const problems = lintLessons();
  if (problems.length > 0) throw new Stop(problems.map(formatProblem).join('\n'));
  const facts: Record<string, LessonFacts> = Object.fromEntries(
    loadLessons()
      .filter((lesson) => lesson.language === 'en')
      .map((lesson) => [
        lesson.id,
        {
          needs: [...lesson.needs],
          steps: lesson.steps.map(({ id }) => id),
          conditions: Object.fromEntries(
            lesson.steps.flatMap(({ id, check }) =>
              check ? [[id, check.conditions.map((condition) => condition.assert)]] : [],
            ),
          ),
        },
      ]),
  );
  const file = join(BUILD, 'web', 'lessons.json');
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, JSON.stringify(facts));
}
