import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { LANGUAGES, type Language } from '../../server/protocol/identifiers.ts';
import type { ParsedLesson } from '../format/parse.ts';
import { formatProblem, type Problem, type Report } from '../format/problem.ts';
import {
  type LessonFolder,
  lessonFolders,
  lessonsDirectory,
  readGlossary,
  readLesson,
  shownPath,
} from '../load.ts';
import { compareGlossaries, compareTranslations } from './compare.ts';
import { checkForm } from './form.ts';
import { checkMentions, type Known } from './mentions.ts';
import { checkOrder } from './order.ts';

/** One file, as it was read. */
export type ReadFile = {
  readonly folder: LessonFolder;
  readonly language: Language;
  readonly parsed: ParsedLesson | null;
  readonly report: Report;
};

/** All that is wrong with the lessons of a directory; nothing when each is whole in every language. */
export function lintLessons(directory: string = lessonsDirectory()): readonly Problem[] {
  const problems: Problem[] = [];
  const folders = lessonFolders(directory, problems);
  const files: readonly ReadFile[] = folders.flatMap((folder) =>
    LANGUAGES.map((language) => ({ folder, language, ...readLesson(directory, folder, language) })),
  );
  const glossaries = { en: readGlossary(directory, 'en'), zh: readGlossary(directory, 'zh') };
  const known: Known = {
    steps: new Map(
      folders.flatMap(({ id }) => {
        // The original, or what is whole: a link to a broken lesson is not another mistake.
        const parsed = files.find((file) => file.folder.id === id && file.parsed)?.parsed;
        return parsed ? [[id, parsed.steps.map(({ step }) => step.id)] as const] : [];
      }),
    ),
    words: {
      en: glossaries.en.parsed.entries.map(({ id }) => id),
      zh: glossaries.zh.parsed.entries.map(({ id }) => id),
    },
    manPages: manPages(),
  };
  const broken = folders.filter(({ id }) => !known.steps.has(id)).map(({ id }) => id);
  for (const { folder, language, parsed, report } of files) {
    if (parsed === null) continue;
    const place = { language, lesson: folder.id, files: join(directory, folder.name, 'files') };
    const mentions = parsed.mentions.filter(
      (mention) =>
        mention.kind !== 'link' || !broken.some((id) => mention.url.includes(`/lessons/${id}/`)),
    );
    checkMentions(mentions, place, known, report);
    checkForm(parsed, language, report);
    const original = files.find((file) => file.folder === folder && file.language === LANGUAGES[0]);
    if (original?.parsed && original.parsed !== parsed) {
      compareTranslations(original.parsed, original.report.file, parsed, report);
    }
  }
  checkOrder(files);
  for (const language of LANGUAGES) {
    const { parsed, report } = glossaries[language];
    checkMentions(parsed.mentions, { language, lesson: null, files: '' }, known, report);
    if (language !== LANGUAGES[0]) {
      const { en } = glossaries;
      compareGlossaries(en.parsed, en.report.file, parsed, report);
    }
  }
  problems.push(
    ...files.flatMap(({ report }) => report.problems),
    ...LANGUAGES.flatMap((language) => glossaries[language].report.problems),
    ...folders.flatMap((folder) => unusedFigures(directory, folder, files)),
  );
  return sorted(problems);
}

/** `lessons/lint/man-pages.txt`: the pages that there are, one a line. */
function manPages(): readonly string[] {
  const beside = join(dirname(fileURLToPath(import.meta.url)), 'man-pages.txt');
  return readFileSync(beside, 'utf8')
    .split('\n')
    .filter((line) => line !== '');
}

/** A figure that no language shows was forgotten, or is misspelled where it should stand. */
function unusedFigures(
  directory: string,
  folder: LessonFolder,
  files: readonly ReadFile[],
): Problem[] {
  const figures = join(directory, folder.name, 'figures');
  const own = files.filter((file) => file.folder === folder);
  if (!existsSync(figures) || own.some(({ parsed }) => parsed === null)) return [];
  const shown = new Set(own.flatMap(({ parsed }) => parsed?.steps ?? []).flatMap(figuresOf));
  return readdirSync(figures)
    .filter((name) => !shown.has(name.replace(/\.(?:en|zh)\.svg$/, '.svg')))
    .map((name) => ({
      file: shownPath(join(figures, name)),
      line: 1,
      message: 'No step shows this figure.',
      suggestion: null,
    }));
}

function figuresOf({ parts }: ParsedLesson['steps'][number]): string[] {
  return parts.flatMap(({ kind, shared }) => (kind === 'figure' ? [shared] : []));
}

/** In the order of the lines; and a figure that both languages show is wrong once. */
function sorted(problems: readonly Problem[]): Problem[] {
  const unique = [
    ...new Map(problems.map((problem) => [formatProblem(problem), problem])).values(),
  ];
  const files = [...new Set(unique.map(({ file }) => file))];
  return unique.sort((a, b) => files.indexOf(a.file) - files.indexOf(b.file) || a.line - b.line);
}
