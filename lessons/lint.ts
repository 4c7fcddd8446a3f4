import { compareTranslations } from './compare.ts';
import { lessonFolders, lessonsDirectory, readLesson } from './load.ts';
import type { Problem } from './problem.ts';
import { LANGUAGES } from './schema.ts';

/** All that is wrong with the lessons of a directory; nothing when each is whole in every language. */
export function lintLessons(directory: string = lessonsDirectory()): readonly Problem[] {
  const problems: Problem[] = [];
  for (const folder of lessonFolders(directory, problems)) {
    const read = LANGUAGES.map((language) => readLesson(directory, folder, language));
    const [original, ...translations] = read;
    for (const translation of translations) {
      if (original?.parsed && translation.parsed) {
        const { report, parsed } = translation;
        compareTranslations(original.parsed, original.report.file, parsed, report);
      }
    }
    problems.push(...read.flatMap(({ report }) => report.problems));
  }
  return problems;
}
