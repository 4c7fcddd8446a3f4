import type { Nodes, RootContent } from 'mdast';
import type {} from 'mdast-util-directive';
import { NAMESPACES } from '../../server/protocol/namespace.ts';
import type { Reading } from './reading.ts';

/** What the lesson page can show. Anything else is refused here and not dropped there. */
const SHOWN = new Set<string>([
  'paragraph',
  'heading',
  'text',
  'emphasis',
  'strong',
  'inlineCode',
  'break',
  'link',
  'list',
  'listItem',
  'blockquote',
  'table',
  'tableRow',
  'tableCell',
]);

const TEXT_DIRECTIVES = ['ns', 'man', 'term'];
const LEAF_DIRECTIVES = ['figure'];
const NS_WORDS = [...NAMESPACES, 'overlay'];
const CONTAINERS = ['hint', 'solution', 'wrong', 'variant'];

/** Checks the nodes of prose and takes their positions away, so that they are plain data. */
export function readProse(nodes: readonly RootContent[], reading: Reading): RootContent[] {
  for (const node of nodes) checkNode(node, reading);
  const plain = structuredClone([...nodes]);
  for (const node of plain) stripPosition(node);
  return plain;
}

/** The text of a node and of all that is in it. */
export function textOf(node: Nodes): string {
  if ('children' in node) return node.children.map(textOf).join('');
  return 'value' in node ? node.value : '';
}

function checkNode(node: Nodes, reading: Reading): void {
  const { report } = reading;
  const line = node.position?.start.line ?? 1;
  if (node.type === 'textDirective') {
    checkTextDirective(node, reading);
  } else if (node.type === 'containerDirective' && CONTAINERS.includes(node.name)) {
    const message = `\`:::${node.name}\` can't stand here: is what stands before it closed?`;
    report.add(line, message, '`:::`');
    return;
  } else if (node.type === 'containerDirective') {
    report.unknown(line, 'directive', node.name, CONTAINERS);
    return;
  } else if (node.type === 'leafDirective') {
    report.unknown(line, 'directive', node.name, LEAF_DIRECTIVES);
    return;
  } else if (!SHOWN.has(node.type)) {
    report.add(line, `The lesson page shows no \`${node.type}\`.`);
  } else if (node.type === 'heading' && node.depth !== 3) {
    report.add(line, 'Inside a step only `###` headings stand; `##` begins a step.');
  } else if (node.type === 'link') {
    reading.mention({ kind: 'link', line, url: node.url });
  } else if (node.type === 'text') {
    // CommonMark does not close emphasis between punctuation and a letter, which Chinese runs into.
    if (/[*]|__/.test(node.value) && !isEscaped(node, reading)) {
      const message = 'Emphasis that does not close: put the punctuation outside of the `*`.';
      report.add(line, `${message} A plain one is \`\\*\`.`);
    }
    node.value.split('\n').forEach((text, index) => {
      reading.words(line + index, text);
    });
  }
  if ('children' in node) for (const child of node.children) checkNode(child, reading);
}

/** True when every mark of emphasis in a text is written as a plain character. */
function isEscaped(node: Extract<Nodes, { type: 'text' }>, reading: Reading): boolean {
  const { start, end } = node.position ?? {};
  const lines = Array.from({ length: (end?.line ?? 0) - (start?.line ?? 0) + 1 }, (_, index) =>
    reading.lineText((start?.line ?? 1) + index),
  );
  const last = lines.length - 1;
  lines[last] = (lines[last] ?? '').slice(0, (end?.column ?? 1) - 1);
  lines[0] = (lines[0] ?? '').slice((start?.column ?? 1) - 1);
  return !/(?<!\\)\*|(?<!\\)__/.test(lines.join('\n'));
}

function checkTextDirective(
  node: Extract<Nodes, { type: 'textDirective' }>,
  reading: Reading,
): void {
  const { report } = reading;
  const { name } = node;
  const attributes = Object.entries(node.attributes ?? {});
  const line = node.position?.start.line ?? 1;
  const [[word, value] = [undefined, ''], ...more] = attributes;
  const oneWord = word !== undefined && !value && more.length === 0;
  const unnamed = node.children.length === 0;
  if (unnamed && attributes.length === 0 && !TEXT_DIRECTIVES.includes(name)) {
    report.add(line, `A colon before \`${name}\` begins a directive.`, `\`\\:${name}\``);
  } else if (!TEXT_DIRECTIVES.includes(name)) {
    report.unknown(line, 'directive', name, TEXT_DIRECTIVES);
  } else if (unnamed) {
    report.add(line, `A \`:${name}\` without words.`, `\`:${name}[…]\``);
  } else if (name === 'ns') {
    if (!oneWord) {
      report.add(line, 'A `:ns` names one namespace.', '`:ns[UTS namespace]{uts}`');
    } else if (!NS_WORDS.includes(word)) {
      report.unknown(line, 'namespace', word, NS_WORDS);
    }
  } else if (name === 'term') {
    if (oneWord) reading.mention({ kind: 'term', line, id: word });
    else report.add(line, 'A `:term` names one word of the glossary.', '`:term[zombies]{zombie}`');
  } else if (attributes.length > 0) {
    report.add(line, `A \`:man\` takes no attributes, and not \`${word}\`.`);
  } else if (!/^[\w.-]+\([1-8]\)$/.test(textOf(node))) {
    report.add(line, `\`${textOf(node)}\` is not a manual page.`, '`:man[unshare(1)]`');
  } else {
    reading.mention({ kind: 'man', line, page: textOf(node) });
  }
}

function stripPosition(node: Nodes): void {
  delete node.position;
  if ('children' in node) for (const child of node.children) stripPosition(child);
}
