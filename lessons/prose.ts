import type { Nodes, RootContent } from 'mdast';
import type {} from 'mdast-util-directive';
import { NAMESPACES } from '../server/protocol/namespace.ts';
import type { Report } from './problem.ts';

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
const NS_WORDS = [...NAMESPACES, 'overlay'];
const CONTAINERS = ['hint', 'solution'];

/** Checks the nodes of prose and takes their positions away, so that they are plain data. */
export function readProse(nodes: readonly RootContent[], report: Report): RootContent[] {
  for (const node of nodes) checkNode(node, report);
  const plain = structuredClone([...nodes]);
  for (const node of plain) stripPosition(node);
  return plain;
}

function checkNode(node: Nodes, report: Report): void {
  const line = node.position?.start.line ?? 1;
  if (node.type === 'textDirective') {
    checkTextDirective(node.name, Object.keys(node.attributes ?? {}), node, report);
  } else if (node.type === 'leafDirective' || node.type === 'containerDirective') {
    report.unknown(line, 'directive', node.name, CONTAINERS);
    return;
  } else if (!SHOWN.has(node.type)) {
    report.add(line, `The lesson page shows no \`${node.type}\`.`);
  } else if (node.type === 'heading' && node.depth !== 3) {
    report.add(line, 'Inside a step only `###` headings stand; `##` begins a step.');
  } else if (node.type === 'text' && /\*|__/.test(node.value)) {
    // CommonMark does not close emphasis between punctuation and a letter, which Chinese runs into.
    report.add(line, 'Emphasis that does not close: put the punctuation outside of the `*`.');
  }
  if ('children' in node) for (const child of node.children) checkNode(child, report);
}

function checkTextDirective(
  name: string,
  attributes: readonly string[],
  node: Extract<Nodes, { type: 'textDirective' }>,
  report: Report,
): void {
  const line = node.position?.start.line ?? 1;
  if (node.children.length === 0 && attributes.length === 0 && !TEXT_DIRECTIVES.includes(name)) {
    report.add(line, `A colon before \`${name}\` begins a directive.`, `\`\\:${name}\``);
  } else if (!TEXT_DIRECTIVES.includes(name)) {
    report.unknown(line, 'directive', name, TEXT_DIRECTIVES);
  } else if (name === 'ns') {
    const [word, ...more] = attributes;
    if (word === undefined || more.length > 0) {
      report.add(line, 'A `:ns` names one namespace.', '`:ns[UTS namespace]{uts}`');
    } else if (!NS_WORDS.includes(word)) {
      report.unknown(line, 'namespace', word, NS_WORDS);
    }
  } else if (attributes.length > 0) {
    report.unknown(line, 'attribute', attributes[0] ?? '', []);
  }
  if (name === 'man' && !/^[\w.-]+\([1-8]\)$/.test(textOf(node))) {
    report.add(line, `\`${textOf(node)}\` is not a manual page.`, '`:man[unshare(1)]`');
  }
}

function textOf(node: Nodes): string {
  if ('children' in node) return node.children.map(textOf).join('');
  return 'value' in node ? node.value : '';
}

function stripPosition(node: Nodes): void {
  delete node.position;
  if ('children' in node) for (const child of node.children) stripPosition(child);
}
