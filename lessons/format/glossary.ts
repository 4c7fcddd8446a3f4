import type { RootContent } from 'mdast';
import type { Language } from '../../server/protocol/identifiers.ts';
import { slug } from '../../server/protocol/identifiers.ts';
import type { GlossaryEntry } from '../schema.ts';
import { lineOf, readBlocks } from './blocks.ts';
import { parseMarkdown } from './parse.ts';
import type { Report } from './problem.ts';
import { textOf } from './prose.ts';
import { type Mention, Reading } from './reading.ts';

export type ParsedGlossary = {
  readonly entries: readonly (GlossaryEntry & { readonly line: number })[];
  readonly mentions: readonly Mention[];
};

/** Reads a glossary: `## Zombie {#zombie}` and a paragraph or two, for each word. */
export function parseGlossary(text: string, language: Language, report: Report): ParsedGlossary {
  const reading = new Reading(report, language, text, () => ({ known: [] }));
  const words: { line: number; title: string; body: RootContent[] }[] = [];
  for (const node of parseMarkdown(text)) {
    const current = words.at(-1);
    if (node.type === 'heading' && node.depth === 2) {
      words.push({ line: lineOf(node), title: textOf(node), body: [] });
    } else if (current !== undefined) current.body.push(node);
    // A title of the whole file is for who reads it alone.
    else if (node.type !== 'heading' || node.depth !== 1) {
      report.add(lineOf(node), 'Text before the first word: `## Zombie {#zombie}` begins one.');
    }
  }
  const entries: (GlossaryEntry & { readonly line: number })[] = [];
  for (const { line, title, body } of words) {
    const match = /^(.*\S)\s*\{#([^}]*)\}$/.exec(title);
    const [, word = title, id = ''] = match ?? [];
    const twin = entries.find((entry) => entry.id === id);
    if (match === null) report.add(line, 'A word without an id.', `\`## ${title} {#short-name}\``);
    else if (!slug.safeParse(id).success) {
      report.add(line, `A word's id is a short lower-case word, not \`${id}\`.`);
    } else if (twin !== undefined) {
      report.add(line, `A second word with the id \`${id}\`: line ${twin.line} has one.`);
    }
    const blocks = readBlocks(body, reading);
    if (blocks.length === 0) report.add(line, `The word \`${word}\` has no meaning.`);
    for (const { block, line } of blocks) {
      if (block.kind === 'prose' || block.kind === 'code') continue;
      report.add(line, 'A meaning is text: nothing in the glossary is run or asked.');
    }
    reading.words(line, word);
    entries.push({ id, word, blocks: blocks.map(({ block }) => block), line });
  }
  return { entries, mentions: reading.mentions };
}
