import type { Language } from '../../server/protocol/identifiers.ts';
import type { Report } from './problem.ts';

/** Something that a lesson names, and that has to be somewhere else. */
export type Mention =
  /** Words that a reader reads. */
  | { readonly kind: 'words'; readonly line: number; readonly text: string }
  | { readonly kind: 'link'; readonly line: number; readonly url: string }
  | { readonly kind: 'man'; readonly line: number; readonly page: string }
  | { readonly kind: 'term'; readonly line: number; readonly id: string }
  /** Code that is a file of the lesson. */
  | { readonly kind: 'file'; readonly line: number; readonly name: string; readonly text: string };

/** The text of a figure, or the names of those that there are instead. */
export type FigureFile =
  | { readonly path: string; readonly text: string }
  | { readonly known: readonly string[] };

/** One file while it is read: what is wrong with it, and what it names. */
export class Reading {
  readonly mentions: Mention[] = [];
  readonly #lines: readonly string[];
  readonly #figures = new Map<string, number>();

  constructor(
    readonly report: Report,
    readonly language: Language,
    text: string,
    readonly figureFile: (name: string) => FigureFile,
  ) {
    this.#lines = text.split('\n');
  }

  mention(mention: Mention): void {
    this.mentions.push(mention);
  }

  words(line: number, text: string): void {
    this.mention({ kind: 'words', line, text });
  }

  /** A line as it is written, counted from 1. */
  lineText(line: number): string {
    return this.#lines[line - 1] ?? '';
  }

  /** A prefix that no other figure of the page has, for the ids in it. */
  figurePrefix(name: string): string {
    const times = (this.#figures.get(name) ?? 0) + 1;
    this.#figures.set(name, times);
    return `${name.replace(/\.svg$/, '')}${times === 1 ? '' : `-${times}`}-`;
  }
}
