import type { Code, RootContent } from 'mdast';
import { TERMINALS, terminalName } from '../server/protocol/identifiers.ts';
import { parseOutput } from './output.ts';
import type { Report } from './problem.ts';
import { readProse } from './prose.ts';
import type { Block } from './schema.ts';

/** Languages of a fence that is there to be read, not run. */
const CODE_LANGUAGES = ['text', 'sh', 'c', 'yaml', 'json', 'dockerfile'];
const FENCES = ['run', 'output', 'key', 'check', ...CODE_LANGUAGES];
const KEYS = ['Ctrl-C', 'Ctrl-D', 'Ctrl-Z', 'q'];

/** A block with the line it begins on and, for all but prose, the text that every language shares. */
export type PlacedBlock = {
  readonly block: Block;
  readonly line: number;
  /** `null` for prose, which is what a translation translates. */
  readonly shared: string | null;
};

/** Reads what stands in a step, a hint or a solution. Check fences and containers are taken out before. */
export function readBlocks(nodes: readonly RootContent[], report: Report): PlacedBlock[] {
  const placed: PlacedBlock[] = [];
  let prose: RootContent[] = [];
  const closeProse = (): void => {
    const first = prose[0];
    if (first === undefined) return;
    const block: Block = { kind: 'prose', nodes: readProse(prose, report) };
    placed.push({ block, line: lineOf(first), shared: null });
    prose = [];
  };
  for (const node of nodes) {
    if (node.type !== 'code') {
      prose.push(node);
      continue;
    }
    closeProse();
    if (node.lang === 'output') attachOutput(placed, node, report);
    else placed.push(...readFence(node, report));
  }
  closeProse();
  return placed;
}

/** The line of the file that a node begins on. */
export function lineOf(node: RootContent): number {
  return node.position?.start.line ?? 1;
}

function readFence(node: Code, report: Report): PlacedBlock[] {
  const line = lineOf(node);
  const [name = '', ...words] = [node.lang ?? '', ...(node.meta ?? '').split(/\s+/)].filter(
    (word) => word !== '',
  );
  if (name === '') {
    report.add(line, `A fence without a kind. Known: ${FENCES.join(', ')}.`, '`text`');
    return [];
  }
  if (name === 'run') return readRun(node, words, report);
  if (name === 'key') return readKey(node, words, report);
  if (!CODE_LANGUAGES.includes(name)) {
    report.unknown(line, 'fence', name, FENCES);
    return [];
  }
  const [file = null, ...more] = words;
  if (more.length > 0) report.add(line, `Too many words after \`${name}\`: \`${more.join(' ')}\`.`);
  const block: Block = { kind: 'code', language: name, file, text: node.value };
  // Comments in code may be translated, so only its being there is shared.
  return [{ block, line, shared: `code ${name}${file === null ? '' : ` ${file}`}` }];
}

function readRun(node: Code, words: readonly string[], report: Report): PlacedBlock[] {
  const line = lineOf(node);
  const terminal = readTerminal(words[0], line, 'run', report);
  const [, flag, ...more] = words;
  if (flag !== undefined && flag !== 'stays') report.unknown(line, 'word', flag, ['stays']);
  if (more.length > 0) report.add(line, `Too many words after \`run\`: \`${more.join(' ')}\`.`);
  if (node.value.trim() === '') report.add(line, 'A run fence without a command.');
  if (terminal === null) return [];
  const command = node.value;
  const stays = flag === 'stays';
  return [
    {
      block: { kind: 'run', terminal, command, stays, output: null },
      line,
      shared: `run ${terminal}${stays ? ' stays' : ''}\n${command}`,
    },
  ];
}

function readKey(node: Code, words: readonly string[], report: Report): PlacedBlock[] {
  const line = lineOf(node);
  const terminal = readTerminal(words[0], line, 'key', report);
  if (words.length > 1) report.add(line, `Too many words after \`key\`.`);
  const key = node.value.trim();
  if (!KEYS.includes(key)) {
    report.unknown(line + 1, 'key', key, KEYS);
    return [];
  }
  if (terminal === null) return [];
  return [{ block: { kind: 'key', terminal, key }, line, shared: `key ${terminal} ${key}` }];
}

function readTerminal(word: string | undefined, line: number, fence: string, report: Report) {
  const parsed = terminalName.safeParse(word);
  if (parsed.success) return parsed.data;
  if (word === undefined) {
    report.add(line, `A \`${fence}\` fence names its terminal.`, `\`${fence} machine\``);
  } else {
    report.unknown(line, 'terminal', word, TERMINALS);
  }
  return null;
}

/** An `output` fence belongs to the `run` fence right before it. */
function attachOutput(placed: PlacedBlock[], node: Code, report: Report): void {
  const before = placed.pop();
  if (before?.block.kind !== 'run' || before.block.output !== null) {
    if (before !== undefined) placed.push(before);
    report.add(lineOf(node), 'An `output` fence stands right after the `run` fence it belongs to.');
    return;
  }
  if (node.meta) report.add(lineOf(node), 'An `output` fence takes no words after its name.');
  placed.push({
    ...before,
    block: { ...before.block, output: parseOutput(node.value) },
    shared: `${before.shared}\noutput\n${node.value}`,
  });
}
