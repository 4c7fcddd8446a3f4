import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { LANGUAGES } from '../server/protocol/identifiers.ts';
import { compareTranslations } from './compare.ts';
import { lessonFolders, lessonsDirectory, readLesson } from './load.ts';
import type { ParsedLesson } from './parse.ts';
import { closest, type Problem, type Report } from './problem.ts';

/** All that is wrong with the lessons of a directory; nothing when each is whole in every language. */
export function lintLessons(directory: string = lessonsDirectory()): readonly Problem[] {
  const problems: Problem[] = [];
  for (const folder of lessonFolders(directory, problems)) {
    const read = LANGUAGES.map((language) => readLesson(directory, folder, language));
    const [original, ...translations] = read;
    for (const { parsed, report } of read) {
      if (parsed !== null) compareFiles(parsed, join(directory, folder.name, 'files'), report);
    }
    for (const { parsed, report } of translations) {
      if (original?.parsed && parsed) {
        compareTranslations(original.parsed, original.report.file, parsed, report);
      }
    }
    problems.push(...read.flatMap(({ report }) => report.problems));
  }
  return problems;
}

/** Code that a lesson shows as one of its files is that file: the learner runs what they have read. */
function compareFiles(lesson: ParsedLesson, folder: string, report: Report): void {
  for (const { step, parts } of lesson.steps) {
    for (const block of step.blocks) {
      if (block.kind !== 'code' || block.file === null) continue;
      const shared = `code ${block.language} ${block.file}`;
      const line = parts.find((part) => part.shared === shared)?.line ?? 1;
      const path = join(folder, block.file);
      if (!existsSync(path)) {
        const near = closest(block.file, existsSync(folder) ? readdirSync(folder) : []);
        const suggestion = near === null ? null : `\`${near}\``;
        report.add(line, `There is no files/${block.file}.`, suggestion);
      } else if (readFileSync(path, 'utf8').trimEnd() !== block.text.trimEnd()) {
        report.add(line, `This code is not what files/${block.file} says.`);
      }
    }
  }
}
