import type { OutputLine, OutputPart } from '../schema.ts';

/** A line that stands for any number of lines, none included. */
const ANY_LINES = '…';

/**
 * Reads an `output` fence. `<sample>` is a part that may vary, shown as `sample`; `\<` is a plain `<`.
 * A line that is only `<…>` stands for any number of lines.
 */
export function parseOutput(text: string): readonly OutputLine[] {
  return text.split('\n').map(parseLine);
}

function parseLine(line: string): OutputLine {
  const parts: OutputPart[] = [];
  let plain = '';
  let rest = line;
  while (rest !== '') {
    const sample = /^<([^<>]+)>/.exec(rest);
    if (sample?.[1] !== undefined) {
      if (plain !== '') parts.push({ text: plain, varies: false });
      plain = '';
      parts.push({ text: sample[1], varies: true });
      rest = rest.slice(sample[0].length);
    } else {
      const escaped = rest.startsWith('\\<');
      plain += escaped ? '<' : rest[0];
      rest = rest.slice(escaped ? 2 : 1);
    }
  }
  if (plain !== '') parts.push({ text: plain, varies: false });
  return parts;
}

/**
 * Does what a terminal printed agree with what the lesson says it prints? Runs of blanks count as one,
 * because columns move with the width of a pid. The same sample twice must be the same text twice.
 */
export function matchesOutput(expected: readonly OutputLine[], actual: string): boolean {
  const samples = new Map<string, number>();
  const pattern = expected
    .map((line) => (isAnyLines(line) ? '(?:[^\\n]*\\n)*' : `${linePattern(line, samples)}\\n`))
    .join('');
  const lines = plainText(actual).map(squeeze);
  while (lines.at(-1) === '') lines.pop();
  return new RegExp(`^${pattern}$`, 'u').test(lines.map((line) => `${line}\n`).join(''));
}

function isAnyLines(line: OutputLine): boolean {
  return line.length === 1 && line[0]?.varies === true && line[0].text === ANY_LINES;
}

function linePattern(line: OutputLine, samples: Map<string, number>): string {
  const text = line.map((part) => {
    if (!part.varies) return escapePattern(part.text.replace(/[ \t]+/g, ' '));
    // An ellipsis is "anything", also when it comes twice, and also nothing.
    if (part.text === ANY_LINES) return '[^\\n]*?';
    const known = samples.get(part.text);
    if (known !== undefined) return `\\${known}(?!\\d)`;
    samples.set(part.text, samples.size + 1);
    return '([^\\n]+?)';
  });
  return text.join('').replace(/^ +| +$/g, '');
}

function escapePattern(text: string): string {
  return text.replace(/[\\^$.*+?()[\]{}|/]/g, '\\$&');
}

function squeeze(line: string): string {
  return line.replace(/[ \t]+/g, ' ').trim();
}

// Escape sequences: CSI (colours, bracketed paste), OSC (titles), and two-byte ones.
// biome-ignore lint/suspicious/noControlCharactersInRegex: a terminal speaks in control characters.
const ESCAPES = /\u001b(?:\[[0-?]*[ -/]*[@-~]|\][^\u0007\u001b]*(?:\u0007|\u001b\\)|[@-Z\\-_])/g;

/** What a terminal's bytes say once colours, titles and carriage returns are taken away. */
export function plainText(bytes: string): string[] {
  return bytes
    .replace(ESCAPES, '')
    .replace(/\r+\n/g, '\n')
    .split('\n')
    .map((line) => line.replace(/\r+$/, '').split('\r').at(-1) ?? '');
}
