import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { formatProblem } from '../../lessons/format/problem.ts';
import { lintLessons } from '../../lessons/lint/lint.ts';
import { loadLessonsWithAnswers } from '../../lessons/load.ts';
import { lessonFacts } from './lesson-facts.ts';
import { BUILD } from './paths.mjs';
import { Stop } from './stop.mjs';

/** Checks the lessons, and writes down what web needs to know of them. */
export async function buildLessons(): Promise<void> {
  const problems = lintLessons();
  if (problems.length > 0) throw new Stop(problems.map(formatProblem).join('\n'));
  const file = join(BUILD, 'web', 'lessons.json');
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, JSON.stringify(lessonFacts(loadLessonsWithAnswers())));
}
