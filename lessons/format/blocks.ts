import type { RootContent } from 'mdast';
import type { ContainerDirective, LeafDirective } from 'mdast-util-directive';
import type { Block, QuizAnswer } from '../schema.ts';
import { attachOutput, readFence } from './fence.ts';
import { readFigure } from './figure.ts';
import { Report } from './problem.ts';
import { readProse, textOf } from './prose.ts';
import type { Reading } from './reading.ts';

/** Something that every language of a lesson has at the same place with the same content. */
export type Part = {
  readonly kind:
    | 'front matter'
    | 'command'
    | 'key'
    | 'code'
    | 'quiz'
    | 'figure'
    | 'variant'
    | 'check'
    | 'hint'
    | 'solution';
  readonly line: number;
  readonly shared: string;
};

/** A block with the line it begins on and what of it every language shares; nothing of prose is. */
export type PlacedBlock = {
  readonly block: Block;
  readonly line: number;
  readonly parts: readonly Part[];
  /** Of a quiz. */
  readonly answer?: Omit<QuizAnswer, 'step'>;
  /** Of variants: the blocks in them, with their lines. */
  readonly inner?: readonly PlacedBlock[];
};

/** Reads what stands in a step, a hint, a solution, a wrong attempt or a variant. */
export function readBlocks(nodes: readonly RootContent[], reading: Reading): PlacedBlock[] {
  const placed: PlacedBlock[] = [];
  let prose: RootContent[] = [];
  const closeProse = (): void => {
    const [first] = prose;
    if (first === undefined) return;
    const block: Block = { kind: 'prose', nodes: readProse(prose, reading) };
    placed.push({ block, line: lineOf(first), parts: [] });
    prose = [];
  };
  const rest = [...nodes];
  for (let node = rest.shift(); node !== undefined; node = rest.shift()) {
    const isOwn =
      node.type === 'code' ||
      (node.type === 'containerDirective' && node.name === 'variant') ||
      (node.type === 'leafDirective' && node.name === 'figure');
    if (!isOwn) {
      prose.push(node);
      continue;
    }
    closeProse();
    if (node.type === 'code' && node.lang === 'output') attachOutput(placed, node, reading.report);
    else if (node.type === 'code') pushIfRead(placed, readFence(node, reading));
    else if (node.type === 'leafDirective') pushIfRead(placed, readFigureBlock(node, reading));
    else if (node.type === 'containerDirective') {
      const [next] = rest;
      const twin = next?.type === 'containerDirective' && next.name === 'variant' ? next : null;
      if (twin !== null) rest.shift();
      pushIfRead(placed, readVariants(node, twin, reading));
    }
  }
  closeProse();
  return placed;
}

/** The line of the file that a node begins on. */
export function lineOf(node: RootContent): number {
  return node.position?.start.line ?? 1;
}

/** `:::` opens what a `:::` has to close, or the rest of the file is in it. */
export function checkClosed(node: ContainerDirective, reading: Reading): void {
  const end = reading.lineText(node.position?.end.line ?? 1);
  if (/^\s*:{3,}\s*$/.test(end)) return;
  reading.report.add(lineOf(node), `\`:::${node.name}\` is never closed.`, '`:::`');
}

/** The words in square brackets after a container's name, and what stands in it. */
export function splitLabel(node: ContainerDirective): {
  label: string | null;
  body: readonly RootContent[];
} {
  const [first, ...rest] = node.children;
  const isLabel = first?.type === 'paragraph' && first.data?.directiveLabel === true;
  return isLabel
    ? { label: textOf(first).trim(), body: rest }
    : { label: null, body: node.children };
}

function pushIfRead(placed: PlacedBlock[], block: PlacedBlock | null): void {
  if (block !== null) placed.push(block);
}

function readVariants(
  first: ContainerDirective,
  second: ContainerDirective | null,
  reading: Reading,
): PlacedBlock | null {
  const { report } = reading;
  const line = lineOf(first);
  const versions = [first, ...(second === null ? [] : [second])].map((node) => {
    const version = readVersion(node, reading);
    const { label, body } = splitLabel(node);
    if (label !== null) report.add(lineOf(node), 'A variant takes no words in brackets.');
    checkClosed(node, reading);
    const blocks = readBlocks(body, reading);
    if (blocks.length === 0) report.add(lineOf(node), 'An empty variant.');
    for (const inner of blocks) {
      if (inner.answer) report.add(inner.line, 'A quiz stands in the text of a step.');
      if (inner.inner) report.add(inner.line, 'A variant in a variant.');
    }
    return { version, line: lineOf(node), blocks };
  });
  if (versions.some(({ version }) => version === null)) return null;
  const [v1] = versions.filter(({ version }) => version === 1);
  const [v2] = versions.filter(({ version }) => version === 2);
  if (v1 === undefined || v2 === undefined) {
    const missing = `\`:::variant{cgroup=${v1 === undefined ? 1 : 2}}\``;
    report.add(line, 'Two variants stand one after the other, one for each version.', missing);
    return null;
  }
  return {
    block: {
      kind: 'variants',
      v1: v1.blocks.map(({ block }) => block),
      v2: v2.blocks.map(({ block }) => block),
    },
    line,
    parts: [v1, v2].flatMap(({ version, line, blocks }) => [
      { kind: 'variant' as const, line, shared: `cgroup=${version}` },
      ...blocks.flatMap(({ parts }) => parts),
    ]),
    inner: [...v1.blocks, ...v2.blocks],
  };
}

function readVersion(node: ContainerDirective, { report }: Reading): 1 | 2 | null {
  const { cgroup, ...more } = node.attributes ?? {};
  for (const name of Object.keys(more)) report.unknown(lineOf(node), 'attribute', name, ['cgroup']);
  if (cgroup === '1') return 1;
  if (cgroup === '2') return 2;
  report.add(lineOf(node), 'A variant is for a version of control groups.', '`{cgroup=2}`');
  return null;
}

function readFigureBlock(node: LeafDirective, reading: Reading): PlacedBlock | null {
  const { report } = reading;
  const line = lineOf(node);
  const { file, ...more } = node.attributes ?? {};
  for (const name of Object.keys(more)) report.unknown(line, 'attribute', name, ['file']);
  const alternative = node.children.map(textOf).join('').trim();
  if (!file || !/^[a-z0-9][a-z0-9-]*\.svg$/.test(file)) {
    report.add(line, 'A figure names its file.', '`::figure[What it shows]{file=bridge.svg}`');
    return null;
  }
  const bare = file.replace('.svg', '');
  if (alternative === '' || [file, bare].includes(alternative.toLowerCase())) {
    report.add(line, 'A figure says what it shows, for who can not see it.');
  }
  reading.words(line, alternative);
  const found = reading.figureFile(file);
  if ('known' in found) {
    report.missing(line, `There is no figures/${file}.`, file, found.known);
    return null;
  }
  const ofFigure = new Report(found.path);
  const svg = readFigure(found.text, reading.figurePrefix(file), ofFigure);
  report.problems.push(...ofFigure.problems);
  if (svg === null) return null;
  return {
    block: { kind: 'figure', svg, alternative },
    line,
    parts: [{ kind: 'figure', line, shared: file }],
  };
}
