import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { LANGUAGES, type Language, slug } from '../server/protocol/identifiers.ts';
import { type LessonPlace, type ParsedLesson, parseLesson } from './parse.ts';
import { LessonError, type Problem, Report } from './problem.ts';
import type { Lesson } from './schema.ts';

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

/** Every lesson in every language, in the order of the curriculum. Throws a `LessonError`. */
export function loadLessons(directory: string = lessonsDirectory()): readonly Lesson[] {
  const problems: Problem[] = [];
  const lessons = lessonFolders(directory, problems).flatMap((folder) =>
    LANGUAGES.flatMap((language) => {
      const read = readLesson(directory, folder, language);
      problems.push(...read.report.problems);
      return read.parsed === null ? [] : [read.parsed.lesson];
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
  const lessons = loadLessons(directory);
  return lessons.find((lesson) => lesson.id === id && lesson.language === language) ?? null;
}

export type LessonFolder = { readonly name: string; readonly id: string; readonly number: number };

/** The folders that hold lessons, in order. */
export function lessonFolders(directory: string, problems: Problem[]): LessonFolder[] {
  const folders: LessonFolder[] = [];
  const entries = readdirSync(directory, { withFileTypes: true });
  for (const { name } of entries.filter((entry) => entry.isDirectory())) {
    const [, number = '', id = ''] = FOLDER.exec(name) ?? [];
    if (slug.safeParse(id).success) {
      folders.push({ name, id, number: Number(number) / 10 });
    } else {
      const message = 'A lesson folder is named by its number times ten and its id.';
      problems.push({
        file: shownPath(join(directory, name)),
        line: 1,
        message,
        suggestion: '`050-uts`',
      });
    }
  }
  return folders.sort((a, b) => a.number - b.number);
}

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
  const place: LessonPlace = { id: folder.id, number: folder.number, language };
  return { parsed: parseLesson(readFileSync(path, 'utf8'), place, report), report };
}

function shownPath(path: string): string {
  const shown = relative(process.cwd(), path);
  return shown.startsWith('..') ? path : shown;
}
