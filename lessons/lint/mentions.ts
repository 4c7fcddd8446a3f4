import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { LANGUAGES, type Language } from '../../server/protocol/identifiers.ts';
import type { Report } from '../format/problem.ts';
import type { Mention } from '../format/reading.ts';
import { misspellings } from './kernel-words.ts';

/** All that a lesson can name: what there is besides its own file. */
export type Known = {
  /** Ids of the steps of each lesson. */
  readonly steps: ReadonlyMap<string, readonly string[]>;
  /** Ids of the words that a language's glossary explains. */
  readonly words: Readonly<Record<Language, readonly string[]>>;
  readonly manPages: readonly string[];
};

/** Where a mention stands; the glossary belongs to no lesson. */
export type Where = {
  readonly language: Language;
  readonly lesson: string | null;
  /** Of the lesson's `files/`. */
  readonly files: string;
};

/** Holds what a file names against what there is. */
export function checkMentions(
  mentions: readonly Mention[],
  where: Where,
  known: Known,
  report: Report,
): void {
  for (const mention of mentions) {
    const { line } = mention;
    switch (mention.kind) {
      case 'words':
        for (const { word, right } of misspellings(mention.text, where.language)) {
          report.add(line, `\`${word}\` is spelled in another way.`, `\`${right}\``);
        }
        break;
      case 'man':
        if (known.manPages.includes(mention.page)) break;
        report.missing(
          line,
          `\`${mention.page}\` is not in lessons/lint/man-pages.txt: no such page is known.`,
          mention.page,
          known.manPages,
        );
        break;
      case 'term': {
        const words = known.words[where.language];
        if (words.includes(mention.id)) break;
        const message = `The glossary has no \`${mention.id}\`: lessons/glossary.${where.language}.md.`;
        report.missing(line, message, mention.id, words);
        break;
      }
      case 'file':
        checkFile(mention, where.files, report);
        break;
      case 'link':
        checkLink(mention.url, line, where, known, report);
        break;
    }
  }
}

/** Code that a lesson shows as one of its files is that file: the learner runs what they have read. */
function checkFile(
  { line, name, text }: Extract<Mention, { kind: 'file' }>,
  folder: string,
  report: Report,
): void {
  const path = join(folder, name);
  if (name.includes('/') || !existsSync(path)) {
    const names = existsSync(folder) ? readdirSync(folder) : [];
    report.missing(line, `There is no files/${name}.`, name, names);
  } else if (readFileSync(path, 'utf8').trimEnd() !== text.trimEnd()) {
    report.add(line, `This code is not what files/${name} says.`);
  }
}

/** `#step`, `/lessons/uts/` or `/zh/lessons/uts/#step`, or a page of the web by HTTPS. */
function checkLink(url: string, line: number, where: Where, known: Known, report: Report): void {
  if (/^[a-z][a-z0-9+.-]*:/i.test(url)) {
    if (!isPlausible(url)) {
      const safe = url.replace(/^http:/, 'https:');
      const suggestion = safe !== url && isPlausible(safe) ? `\`${safe}\`` : null;
      report.add(line, `\`${url}\` is no address of a page by HTTPS.`, suggestion);
    }
    return;
  }
  const prefix = where.language === 'en' ? '' : `/${where.language}`;
  const match = /^(?:(\/[a-z]{2})?\/lessons\/([^/#?]+)\/)?(?:#([^/?]+))?$/.exec(url);
  const lesson = match?.[2] ?? where.lesson;
  const step = match?.[3];
  if (match === null || url === '' || lesson === null) {
    report.add(line, `\`${url}\` leads nowhere.`, `\`${prefix}/lessons/uts/#shared\` or \`#step\``);
    return;
  }
  const steps = known.steps.get(lesson);
  if (steps === undefined) {
    report.missing(line, `There is no lesson \`${lesson}\`.`, lesson, [...known.steps.keys()]);
  } else if (step !== undefined && !steps.includes(step)) {
    report.missing(line, `Lesson \`${lesson}\` has no step \`${step}\`.`, step, steps);
  } else if (match[2] !== undefined && (match[1] ?? '') !== prefix) {
    const own = `${prefix}/lessons/${lesson}/${step === undefined ? '' : `#${step}`}`;
    const language = LANGUAGES.find((each) => `/${each}` === match[1]) ?? 'en';
    report.add(line, `This link leads to the \`${language}\` page.`, `\`${own}\``);
  }
}

function isPlausible(url: string): boolean {
  if (!URL.canParse(url)) return false;
  const { protocol, hostname, username, password, port } = new URL(url);
  const isName = /^(?:[a-z0-9-]+\.)+[a-z]{2,}$/.test(hostname);
  return protocol === 'https:' && isName && username === '' && password === '' && port === '';
}
