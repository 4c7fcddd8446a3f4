/** `npm run lesson -- preview NAME [--port N]`: one lesson as learners see it, anew each time it is saved. */
import { existsSync, watch } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { lessonFacts } from '../../server/setup/lesson-facts.ts';
import { parseOptions } from '../../server/setup/options.mjs';
import { report, Stop } from '../../server/setup/stop.mjs';
import type { ParsedLesson } from '../format/parse.ts';
import { closest, formatProblem, LessonError } from '../format/problem.ts';
import { lintLessons } from '../lint/lint.ts';
import { lessonFolders, lessonsDirectory, loadLessonsWithAnswers } from '../load.ts';
import { PreviewFront, type Shown } from './front.ts';
import { PreviewLab } from './lab.ts';

/** An editor writes a file in several steps; what follows within this time is one change. */
const TOGETHER_MS = 80;

const SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;

async function main(): Promise<void> {
  const { values, positionals } = parseArgs({
    options: { port: { type: 'string', default: '0' }, images: { type: 'string' } },
    allowPositionals: true,
  });
  const [name = '', ...more] = positionals;
  if (name === '' || more.length > 0) {
    throw new Stop('Usage: npm run lesson -- preview NAME [--port N].');
  }
  const folder = folderOf(name);
  const port = portOf(values.port);
  const stopped = new Promise<void>((resolve) => {
    for (const signal of SIGNALS) process.on(signal, () => resolve());
  });
  const lab = new PreviewLab();
  const closing = new AbortController();
  try {
    await Promise.race([preview(name, folder, port, lab, closing.signal), stopped]);
    await Promise.race([lab.failed, stopped]);
  } finally {
    closing.abort();
    await lab.close();
  }
}

/** Starts all of it, and shows each change from then on. */
async function preview(
  name: string,
  folder: string,
  port: number,
  lab: PreviewLab,
  closing: AbortSignal,
): Promise<void> {
  console.log(`Starting a lab for ${name}; its pages take a moment …`);
  let shown = look(1);
  const files = join(folder, 'files');
  const path = `/lessons/${name}/`;
  const [labPort, pagesPort] = await Promise.all([
    lab.startLab(parseOptions([], process.env).images, lessonFacts(shown.lessons)),
    lab.startPages(path),
  ]);
  if (closing.aborted) return;
  if (existsSync(files)) lab.writeFiles(name, files);
  const front = new PreviewFront({ lab: labPort, pages: pagesPort }, shown);
  closing.addEventListener('abort', () => front.close());
  const bound = await front.listen(port).catch((error: Error) => {
    throw new Stop(`The preview can't listen on port ${port}: ${error.message}.`);
  });
  const address = `http://localhost:${bound}`;
  console.log(`${name} is shown at ${address}${path} and ${address}/zh${path}`);
  console.log('Save a file, and the page shows it. Ctrl-C ends the preview.');
  tell(shown);

  let timer: NodeJS.Timeout | undefined;
  const changed = (): void => {
    if (closing.aborted) return;
    shown = look(shown.version + 1, shown.lessons);
    if (!shown.broken) {
      lab.writeFacts(lessonFacts(shown.lessons));
      lab.tellWeb();
    }
    if (existsSync(files)) lab.writeFiles(name, files);
    front.show(shown);
    tell(shown);
  };
  watch(lessonsDirectory(), { recursive: true, signal: closing }, () => {
    clearTimeout(timer);
    timer = setTimeout(changed, TOGETHER_MS);
  });
}

type Looked = Shown & { readonly lessons: readonly ParsedLesson[] };

/** Reads all lessons. When they can't be read, what could be read before stays. */
function look(version: number, before: readonly ParsedLesson[] = []): Looked {
  const problems = lintLessons();
  try {
    return { version, problems, broken: false, lessons: loadLessonsWithAnswers() };
  } catch (error) {
    if (!(error instanceof LessonError)) throw error;
    return { version, problems, broken: true, lessons: before };
  }
}

function tell({ problems }: Shown): void {
  const time = new Date().toTimeString().slice(0, 8);
  if (problems.length === 0) console.log(`${time} Nothing to mend.`);
  for (const problem of problems) console.log(`${time} ${formatProblem(problem)}`);
}

function folderOf(name: string): string {
  const directory = lessonsDirectory();
  const folders = lessonFolders(directory, []);
  const folder = folders.find(({ id }) => id === name);
  if (folder !== undefined) return join(directory, folder.name);
  const ids = folders.map(({ id }) => id);
  const near = closest(name, ids);
  const hint = near === null ? '' : ` Did you mean ${near}?`;
  throw new Stop(`There is no lesson "${name}": there are ${ids.join(', ')}.${hint}`);
}

function portOf(text: string): number {
  const port = Number(text);
  if (/^\d{1,5}$/.test(text) && port <= 65535) return port;
  throw new Stop(`"${text}" is no port: give a number from 0 to 65535.`);
}

try {
  await main();
} catch (reason) {
  process.exitCode = report(reason);
}
process.exit();
