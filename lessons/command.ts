import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { ROOT } from '../server/setup/paths.mjs';
import { closest, formatProblem } from './format/problem.ts';
import { lintLessons } from './lint/lint.ts';
import { lessonsDirectory, loadLessonsWithAnswers } from './load.ts';
import { newLesson } from './new/new.ts';

/** `npm run lesson -- COMMAND …`: what an author of lessons does. Each gives its exit code. */
const COMMANDS: Readonly<Record<string, (args: readonly string[]) => number | Promise<number>>> = {
  new: newLesson,
  lint,
  preview: (args) => setUp('lessons:preview', args),
  solve: (args) => setUp('lessons:solve', args),
};

const USAGE = `Usage: npm run lesson -- new NAME [--number N]      a lesson to begin from
       npm run lesson -- lint [DIRECTORY]           what is wrong with the lessons, or nothing
       npm run lesson -- preview NAME [--port N]    one lesson, anew each time it is saved
       npm run lesson -- solve [NAME…]              lessons played in machines of their own`;

/** Says what is wrong with the lesson files. */
function lint([directory = lessonsDirectory(), ...more]: readonly string[]): number {
  if (more.length > 0) return usage();
  const problems = lintLessons(directory);
  for (const problem of problems) console.error(formatProblem(problem));
  if (problems.length > 0) return 1;
  const lessons = loadLessonsWithAnswers(directory).map(({ lesson }) => lesson);
  const steps = lessons.reduce((sum, lesson) => sum + lesson.steps.length, 0);
  const ids = new Set(lessons.map((lesson) => lesson.id));
  console.log(`${ids.size} lessons, ${steps} steps over all languages: nothing to mend.`);
  return 0;
}

/** What needs a machine is built first, as for every command that does. */
function setUp(command: string, args: readonly string[]): Promise<number> {
  const bootstrap = join(ROOT, 'server/setup/bootstrap.mjs');
  const child = spawn(process.execPath, [bootstrap, command, ...args], { stdio: 'inherit' });
  // Ctrl-C may reach the child from the terminal, too; it cleans up once, and then we end.
  const pass = (signal: NodeJS.Signals): void => void child.kill(signal);
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, pass);
  return new Promise((resolve, reject) => {
    child.once('error', reject);
    child.once('exit', (code) => resolve(code ?? 1));
  });
}

function usage(wrong = ''): number {
  const near = closest(wrong, Object.keys(COMMANDS));
  const hint = near === null || near === wrong ? '' : `\nDid you mean \`${near}\`?`;
  console.error(`${USAGE}${hint}`);
  return 2;
}

const [name = '', ...args] = process.argv.slice(2);
const run = Object.hasOwn(COMMANDS, name) ? COMMANDS[name] : undefined;
process.exitCode = run === undefined ? usage(name) : await run(args);
