import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { basename, dirname, join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { LANGUAGES, type Language, slug } from '../server/protocol/identifiers.ts';
import { type ParsedGlossary, parseGlossary } from './format/glossary.ts';
import { type ParsedLesson, parseLesson } from './format/parse.ts';
import { LessonError, type Problem, Report } from './format/problem.ts';
import type { FigureFile } from './format/reading.ts';
import type { GlossaryEntry, Lesson } from './schema.ts';

/** A lesson's folder: its number times ten, so that one can be put between two, and its id. */
const FOLDER = /^(\d{2}0)-(.+)$/;

/**
 * Where the lessons are. A bundler moves this module, so the directory that a command was started in
 * counts first: Next and the setup stage run in the checkout.
 */
export function lessonsDirectory(): string {
  const here = import.meta.url.startsWith('file:') ? dirname(fileURLToPath(import.meta.url)) : '.';
  const candidates = [join(process.cwd(), 'lessons'), here];
  const found = candidates.find((candidate) => existsSync(join(candidate, 'README.md')));
  if (found === undefined) throw new Error(`No lessons in ${candidates.join(' or ')}.`);
  return found;
}

/**
 * Every lesson in every language, in the order of the curriculum, as pages may have it: without answers
 * and wrong attempts. Throws a `LessonError`.
 */
export function loadLessons(directory: string = lessonsDirectory()): readonly Lesson[] {
  return loadLessonsWithAnswers(directory).map(({ lesson }) => lesson);
}

/** The same with all that the server judges by and the solver plays: nothing of it goes to a page. */
export function loadLessonsWithAnswers(
  directory: string = lessonsDirectory(),
): readonly ParsedLesson[] {
  const problems: Problem[] = [];
  const lessons = lessonFolders(directory, problems).flatMap((folder) =>
    LANGUAGES.flatMap((language) => {
      const read = readLesson(directory, folder, language);
      problems.push(...read.report.problems);
      return read.parsed === null ? [] : [read.parsed];
    }),
  );
  if (problems.length > 0) throw new LessonError(problems);
  return lessons;
}

/** One lesson in one language, or `null` when there is none of that id. */
export function loadLesson(
  id: string,
  language: Language,
  directory: string = lessonsDirectory(),
): Lesson | null {
  const folder = lessonFolders(directory, []).find((each) => each.id === id);
  if (folder === undefined) return null;
  const { parsed, report } = readLesson(directory, folder, language);
  if (parsed === null) throw new LessonError(report.problems);
  return parsed.lesson;
}

/** The words of a language, in the order of its file. Throws a `LessonError`. */
export function loadGlossary(
  language: Language,
  directory: string = lessonsDirectory(),
): readonly GlossaryEntry[] {
  const { parsed, report } = readGlossary(directory, language);
  if (report.problems.length > 0) throw new LessonError(report.problems);
  return parsed.entries.map(({ id, word, blocks }) => ({ id, word, blocks }));
}

export type LessonFolder = { readonly name: string; readonly id: string; readonly number: number };

/** Folders beside the lessons that hold the programs which read, check, make, show and play them. */
const PROGRAMS = ['format', 'lint', 'new', 'preview', 'solve'];

/** The folders that hold lessons, in order. */
export function lessonFolders(directory: string, problems: Problem[]): LessonFolder[] {
  const folders: LessonFolder[] = [];
  const entries = readdirSync(directory, { withFileTypes: true });
  const complain = (name: string, message: string, suggestion: string | null): void => {
    problems.push({ file: shownPath(join(directory, name)), line: 1, message, suggestion });
  };
  const names = entries.filter((entry) => entry.isDirectory()).map(({ name }) => name);
  for (const name of names.filter((each) => !PROGRAMS.includes(each))) {
    const [, number = '', id = ''] = FOLDER.exec(name) ?? [];
    const twin = folders.find(
      (folder) => folder.id === id || folder.number === Number(number) / 10,
    );
    if (!slug.safeParse(id).success) {
      const message = 'A lesson folder is named by its number times ten and its id.';
      complain(name, message, '`050-uts`');
    } else if (twin !== undefined) {
      complain(name, `The folder ${twin.name} has the same number or id.`, null);
    } else {
      folders.push({ name, id, number: Number(number) / 10 });
    }
  }
  return folders.sort((a, b) => a.number - b.number);
}

/** What was read of a file, and of which version: pages ask for the same lessons again and again. */
type Kept = {
  readonly stamp: string;
  readonly parsed: ParsedLesson | null;
  readonly problems: readonly Problem[];
};
const kept = new Map<string, Kept>();

/** Reads and parses one file of a lesson; the report says what is wrong with it. */
export function readLesson(
  directory: string,
  folder: LessonFolder,
  language: Language,
): { parsed: ParsedLesson | null; report: Report } {
  const path = join(directory, folder.name, `lesson.${language}.md`);
  const report = new Report(shownPath(path));
  if (!existsSync(path)) {
    report.add(1, `Lesson \`${folder.id}\` has no \`${language}\` file.`);
    return { parsed: null, report };
  }
  const figures = join(directory, folder.name, 'figures');
  const stamp = stampOf([path, ...filesIn(figures)]);
  const known = kept.get(path);
  if (known?.stamp === stamp) {
    report.problems.push(...known.problems);
    return { parsed: known.parsed, report };
  }
  const place = {
    id: folder.id,
    number: folder.number,
    language,
    figureFile: (name: string) => readFigureFile(figures, name, language),
  };
  const parsed = parseLesson(readFileSync(path, 'utf8'), place, report);
  kept.set(path, { stamp, parsed, problems: [...report.problems] });
  return { parsed, report };
}

/** Another one after any change of the files. */
function stampOf(paths: readonly string[]): string {
  return paths
    .map((path) => {
      const { mtimeMs, ctimeMs, size, ino } = statSync(path);
      return [path, mtimeMs, ctimeMs, size, ino].join(' ');
    })
    .join('\n');
}

function filesIn(folder: string): string[] {
  return existsSync(folder) ? readdirSync(folder).map((name) => join(folder, name)) : [];
}

/** Reads a glossary. Without its file there are no words, until a lesson links one. */
export function readGlossary(
  directory: string,
  language: Language,
): { parsed: ParsedGlossary; report: Report } {
  const path = join(directory, `glossary.${language}.md`);
  const report = new Report(shownPath(path));
  const text = existsSync(path) ? readFileSync(path, 'utf8') : '';
  return { parsed: parseGlossary(text, language, report), report };
}

/** The figure in the language of the page, or the one for all of them. */
function readFigureFile(folder: string, name: string, language: Language): FigureFile {
  const own = join(folder, name.replace(/\.svg$/, `.${language}.svg`));
  const path = existsSync(own) ? own : join(folder, name);
  if (existsSync(path)) return { path: shownPath(path), text: readFileSync(path, 'utf8') };
  const known = filesIn(folder).map((file) => basename(file).replace(/\.(?:en|zh)\.svg$/, '.svg'));
  return { known: [...new Set(known)] };
}

/** A path as somebody in the current directory would write it. */
export function shownPath(path: string): string {
  const shown = relative(process.cwd(), path);
  return shown.startsWith('..') ? path : shown;
}
