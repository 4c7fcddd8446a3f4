import type { Part } from '../format/blocks.ts';
import type { ParsedGlossary } from '../format/glossary.ts';
import type { ParsedLesson } from '../format/parse.ts';
import type { Report } from '../format/problem.ts';

/**
 * A lesson says and checks the same in every language: its steps, commands, outputs, keys, questions,
 * figures, variants, checks, hints and solutions agree in number, order and content. Only words differ. Problems are reported in
 * the translation's file and name the line of the original.
 */
export function compareTranslations(
  original: ParsedLesson,
  originalFile: string,
  translation: ParsedLesson,
  report: Report,
): void {
  compareParts(original.parts, originalFile, translation.parts, 1, report);
  const originalIds = original.steps.map(({ step }) => step.id);
  const translatedIds = translation.steps.map(({ step }) => step.id);
  for (const [index, { step, line }] of original.steps.entries()) {
    const twin = translation.steps.find((other) => other.step.id === step.id);
    if (twin === undefined) {
      const near = translation.steps[index] ?? translation.steps.at(-1);
      report.add(
        near?.line ?? 1,
        `Step \`${step.id}\` of ${originalFile}:${line} is missing here.`,
      );
    } else {
      compareParts(original.steps[index]?.parts ?? [], originalFile, twin.parts, twin.line, report);
    }
  }
  for (const { step, line } of translation.steps) {
    if (originalIds.includes(step.id)) continue;
    report.add(line, `Step \`${step.id}\` is missing in ${originalFile}.`);
  }
  const sameSet = [...originalIds].sort().join() === [...translatedIds].sort().join();
  if (sameSet && originalIds.join() !== translatedIds.join()) {
    const order = originalIds.join(', ');
    report.add(
      translation.steps[0]?.line ?? 1,
      `The steps stand in another order than in ${originalFile}: ${order}.`,
    );
  }
}

/** Both languages explain the same words; in what order is each language's own. */
export function compareGlossaries(
  original: ParsedGlossary,
  originalFile: string,
  translation: ParsedGlossary,
  report: Report,
): void {
  const has = (glossary: ParsedGlossary, id: string): boolean =>
    glossary.entries.some((entry) => entry.id === id);
  for (const { id, line } of original.entries) {
    if (has(translation, id)) continue;
    report.add(1, `The word \`${id}\` of ${originalFile}:${line} is missing here.`);
  }
  for (const { id, line } of translation.entries) {
    if (!has(original, id)) report.add(line, `The word \`${id}\` is missing in ${originalFile}.`);
  }
}

/** Reports the first difference only: all after it would follow from it. */
function compareParts(
  original: readonly Part[],
  originalFile: string,
  translation: readonly Part[],
  line: number,
  report: Report,
): void {
  for (let index = 0; index < Math.max(original.length, translation.length); index += 1) {
    const ours = original[index];
    const theirs = translation[index];
    if (ours === undefined) {
      const where = `has no counterpart in ${originalFile}`;
      report.add(theirs?.line ?? line, `This ${name(theirs)} ${where}.`);
    } else if (theirs === undefined || theirs.kind !== ours.kind) {
      const where = `of ${originalFile}:${ours.line} is missing here`;
      report.add(theirs?.line ?? line, `The ${name(ours)} ${where}.`);
    } else if (theirs.shared !== ours.shared) {
      const where = `${originalFile}:${ours.line}`;
      report.add(
        theirs.line,
        `This ${name(theirs)} differs from ${where}${difference(ours, theirs)}.`,
      );
    } else continue;
    return;
  }
}

/** What an author calls it. */
const NAMES: Partial<Record<Part['kind'], string>> = {
  command: 'command block',
  key: 'key block',
  code: 'code block',
};

function name(part: Part | undefined): string {
  return part === undefined ? 'part' : (NAMES[part.kind] ?? part.kind);
}

function difference(ours: Part, theirs: Part): string {
  const lines = ours.shared.split('\n');
  const others = theirs.shared.split('\n');
  const index = lines.findIndex((text, at) => text !== others[at]);
  const shown = (text: string | undefined): string =>
    text === undefined ? 'nothing' : `\`${text}\``;
  const at = index === -1 ? lines.length : index;
  return `: ${shown(others[at])} here, ${shown(lines[at])} there`;
}
