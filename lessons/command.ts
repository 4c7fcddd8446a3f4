import { lintLessons } from './lint.ts';
import { lessonsDirectory, loadLessons } from './load.ts';
import { closest, formatProblem } from './problem.ts';

/** `npm run lesson -- COMMAND [DIRECTORY]` */
const COMMANDS = {
  /** Says what is wrong with the lesson files. */
  lint(directory: string): number {
    const problems = lintLessons(directory);
    for (const problem of problems) console.error(formatProblem(problem));
    if (problems.length > 0) return 1;
    const lessons = loadLessons(directory);
    const steps = lessons.reduce((sum, lesson) => sum + lesson.steps.length, 0);
    const ids = new Set(lessons.map((lesson) => lesson.id));
    console.log(`${ids.size} lessons, ${steps} steps over all languages: nothing to mend.`);
    return 0;
  },
} as const satisfies Record<string, (directory: string) => number>;

const [name = '', directory = lessonsDirectory(), ...more] = process.argv.slice(2);
if (name === 'lint' && more.length === 0) {
  process.exitCode = COMMANDS[name](directory);
} else {
  const near = closest(name, Object.keys(COMMANDS));
  const hint = near === null || near === name ? '' : ` Did you mean \`${near}\`?`;
  console.error(`Usage: npm run lesson -- lint [DIRECTORY].${hint}`);
  process.exitCode = 2;
}
