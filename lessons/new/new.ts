import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { LANGUAGES, slug } from '../../server/protocol/identifiers.ts';
import { lessonFolders, lessonsDirectory, shownPath } from '../load.ts';
import { TEMPLATE } from './template.ts';

const NUMBER_MAX = 99;

/** `npm run lesson -- new NAME [--number N]`: a lesson in both languages that passes and can be solved. */
export function newLesson(args: readonly string[]): number {
  try {
    const { values, positionals } = parseArgs({
      args: [...args],
      options: { number: { type: 'string' } },
      allowPositionals: true,
    });
    const [name = '', ...more] = positionals;
    if (more.length > 0)
      throw new Error(`A lesson has one name, and not also "${more.join(' ')}".`);
    const files = makeLesson(lessonsDirectory(), name, values.number);
    console.log(files.map(shownPath).join('\n'));
    console.log(`\nNow write. To see it: npm run lesson -- preview ${name}`);
    return 0;
  } catch (error) {
    console.error(error instanceof Error ? error.message : error);
    return 1;
  }
}

/** Makes the folder and its files, and gives their paths. Throws a sentence; nothing is written over. */
export function makeLesson(directory: string, name: string, number?: string): string[] {
  const folders = lessonFolders(directory, []);
  if (!slug.safeParse(name).success) {
    throw new Error(`A lesson's name is a short lower-case word, as in an address, not "${name}".`);
  }
  const last = folders.at(-1)?.number ?? 0;
  const given = number === undefined ? last + 1 : Number(number);
  if (!Number.isInteger(given) || given < 1 || given > NUMBER_MAX) {
    throw new Error(
      `"${number ?? given}" is no number of a lesson: give one from 1 to ${NUMBER_MAX}.`,
    );
  }
  const twin = folders.find((folder) => folder.id === name || folder.number === given);
  if (twin !== undefined) {
    const what = twin.id === name ? `a lesson "${name}"` : `a lesson with the number ${given}`;
    throw new Error(`There is ${what} already: lessons/${twin.name}.`);
  }
  const folder = join(directory, `${String(given).padStart(2, '0')}0-${name}`);
  for (const part of ['', 'figures', 'files']) mkdirSync(join(folder, part));
  return LANGUAGES.map((language) => {
    const path = join(folder, `lesson.${language}.md`);
    writeFileSync(path, TEMPLATE[language].replaceAll('NAME', name));
    return path;
  });
}
